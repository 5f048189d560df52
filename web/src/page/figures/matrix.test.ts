import { describe, expect, it } from 'vitest';
import type { CellFragment } from './gen/graphql';
import { matrix, months, pressing, shifted, signs, standing, total } from './matrix';
import { csv, sheet } from './sheet';

const org = { id: 'org:1', name: '德清县' };
const towns = [
  { id: 'org:2', name: '乾元镇' },
  { id: 'org:3', name: '阜溪街道' },
];
const cell = (childId: string | null, type: string, state: CellFragment['state'], count: number): CellFragment => ({ __typename: 'Figure', childId, type, month: null, state, count });

describe('the matrix of figures', () => {
  const columns = [
    { key: 'DK', name: '党课' },
    { key: 'ZTDR', name: '主题党日' },
  ];
  const each = [cell('org:2', 'DK', 'FINAL', 2), cell('org:2', 'ZTDR', 'FINAL', 2), cell('org:2', 'ZTDR', 'RETURNED', 1), cell(null, 'DK', 'IN_REVIEW', 1)];
  const whole = [cell('org:2', '*', 'FINAL', 3), cell('org:2', '*', 'RETURNED', 1), cell(null, '*', 'IN_REVIEW', 1)];
  const lines = matrix(org, towns, columns, 'type', each, whole);

  it('has the own line first, and a line for a child without anything', () => {
    expect(lines.map(({ name }) => name)).toEqual(['德清县', '乾元镇', '阜溪街道']);
    expect(lines[2]?.cells.map(total)).toEqual([0, 0]);
  });
  it('sums a record of several types once', () => {
    expect(lines[1]?.cells.map(total)).toEqual([2, 3]);
    expect(total(lines[1]?.sum ?? { FINAL: 0, IN_REVIEW: 0, RETURNED: 0, WITHDRAWN: 0 })).toBe(4);
  });
  it('tells the most pressing state', () => {
    expect(lines.map(({ cells }) => cells.map(standing))).toEqual([
      ['waiting', 'none'],
      ['done', 'returned'],
      ['none', 'none'],
    ]);
  });
  it('goes over the end of a year', () => {
    expect(months(202511, 202602)).toEqual([202511, 202512, 202601, 202602]);
    expect(months(202602, 202601)).toEqual([]);
    expect(months(202001, 202612)).toHaveLength(84);
    expect([shifted(202601, -1), shifted(202512, 1), shifted(202603, -23)]).toEqual([202512, 202601, 202404]);
  });
  it('opens on the state that it has its colour from', () => {
    expect(lines.map(({ cells }) => cells.map(pressing))).toEqual([
      ['IN_REVIEW', 'WITHDRAWN'],
      ['FINAL', 'RETURNED'],
      ['WITHDRAWN', 'WITHDRAWN'],
    ]);
  });
  it('says beside a sum how many are returned and how many wait, and that all is done only where it is', () => {
    const said = (counts: Parameters<typeof signs>[0]): string => signs(counts).map(({ how, count }) => `${how} ${String(count)}`).join();
    expect(said({ FINAL: 90, IN_REVIEW: 3, RETURNED: 1, WITHDRAWN: 0 })).toBe('returned 1,waiting 3');
    expect(said({ FINAL: 90, IN_REVIEW: 0, RETURNED: 0, WITHDRAWN: 2 })).toBe('done 90');
    expect(said({ FINAL: 0, IN_REVIEW: 0, RETURNED: 0, WITHDRAWN: 2 })).toBe('');
  });
});

describe('what is taken away', () => {
  const columns = [{ key: 'DK', name: '党课' }];
  const words = { name: '组织', sum: '合计', state: (state: string) => ({ FINAL: '已办结', IN_REVIEW: '审核中', RETURNED: '被退回' })[state] ?? '已撤回' };
  const each = [cell('org:2', 'DK', 'FINAL', 2), cell(null, 'DK', 'RETURNED', 1)];
  const whole = [cell('org:2', '*', 'FINAL', 2), cell(null, '*', 'RETURNED', 1)];
  const about = [['组织', '德清县'], ['期间', '2026-01 – 2026-03']];

  it('has each number with its states, and the sums below', () => {
    const { heads, rows } = sheet(about, matrix(org, towns, columns, 'type', each, whole), columns, words);
    expect(heads).toEqual(['组织', ...['党课', '合计'].flatMap((head) => [head, `${head} · 已办结`, `${head} · 审核中`, `${head} · 被退回`, `${head} · 已撤回`])]);
    expect(rows[1]).toEqual(['乾元镇', 2, 2, 0, 0, 0, 2, 2, 0, 0, 0]);
    expect(rows.at(-1)).toEqual(['合计', 3, 2, 0, 1, 0, 3, 2, 0, 1, 0]);
  });
  it('says of what and of when it is, for Excel, and is never a formula', () => {
    const names = ['=HYPERLINK("x")', '＝1', ' @x', '乾元镇'];
    const lines = matrix({ id: 'org:9', name: '本级' }, names.map((name, n) => ({ id: `org:${String(n)}`, name })), [], 'type', [], []);
    const text = csv(sheet(about, lines, [], words)).split('\r\n');
    expect(text.slice(0, 3)).toEqual(['\uFEFF"组织","德清县"', '"期间","2026-01 – 2026-03"', '']);
    expect(text.slice(5, 9).map((row) => row.split(',')[0])).toEqual([`"'=HYPERLINK(""x"")"`, `"'＝1"`, `"' @x"`, '"乾元镇"']);
    expect(text[5]).toMatch(/,0,0,0,0,0$/);
  });
});
