// The words of both languages: the same keys in both, none that is used and missing, none that nobody uses.
import { globSync, readFileSync } from 'node:fs';

const read = (name) => JSON.parse(readFileSync(new URL(`../src/words/${name}.json`, import.meta.url), 'utf8'));
const flat = (words, at = '') =>
  Object.entries(words).flatMap(([key, value]) => (typeof value === 'string' ? [[`${at}${key}`, value]] : flat(value, `${at}${key}.`)));
const zh = new Map(flat(read('zh-CN')));
const en = new Map(flat(read('en')));
const faults = [];
// English has a plural of its own; Chinese has one form.
const plain = (key) => key.replace(/_(one|other)$/, '');
const zhKeys = new Set([...zh.keys()].map(plain));
const enKeys = new Set([...en.keys()].map(plain));
for (const key of zhKeys) if (!enKeys.has(key)) faults.push(`en lacks ${key}`);
for (const key of enKeys) if (!zhKeys.has(key)) faults.push(`zh-CN lacks ${key}`);
const holes = (text) => [...text.matchAll(/\{\{(\w+)/g)].map((found) => found[1]).sort().join();
for (const [key, text] of zh) {
  const other = en.get(key) ?? en.get(`${plain(key)}_other`);
  if (other !== undefined && holes(text) !== holes(other)) faults.push(`${key} has other values in en than in zh-CN`);
}
const source = globSync('src/**/*.{ts,tsx}', { cwd: new URL('..', import.meta.url) })
  .filter((file) => !file.includes('/gen/'))
  .map((file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
  .join('\n');
const used = new Set([...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((found) => found[1]));
// A key that is put together names its beginning: t(`state.${state}`).
const begun = [...source.matchAll(/\bt\(\s*`([^`$]+)\$\{/g)].map((found) => found[1]);
const named = new Set([...source.matchAll(/'([a-z][A-Za-z0-9]*(?:\.[A-Za-z0-9_-]+)+)'/g)].map((found) => found[1]));
for (const key of used) if (!zhKeys.has(key)) faults.push(`${key} is used and not there`);
for (const start of begun) if (![...zhKeys].some((key) => key.startsWith(start))) faults.push(`${start}… is used and not there`);
for (const key of zhKeys) {
  if (!used.has(key) && !named.has(key) && !begun.some((start) => key.startsWith(start))) faults.push(`nobody uses ${key}`);
}
for (const fault of faults) console.error(`words: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`words: ${zhKeys.size} in two languages`);
