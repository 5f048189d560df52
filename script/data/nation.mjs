// Makes the whole country for the bench, a national root above the provinces:  node script/data/nation.mjs [FILE]
// FILE is .fonds/nation.csv if not given.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countByLevel, csv, divisions, organisations } from './divisions.mjs';

const ROOT = { code: '00', parent: '', name: '中国共产党中央委员会', short: '全国', kind: '党委', level: 1, unit: '全国' };

const file = process.argv[2] ?? fileURLToPath(new URL('../../.fonds/nation.csv', import.meta.url));
const nation = [ROOT];
for (const org of organisations(divisions())) nation.push({ ...org, parent: org.parent || ROOT.code, level: org.level + 1 });

mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, csv(nation));
console.log(`${file}: ${nation.length} organisations, by level ${JSON.stringify(countByLevel(nation))}`);
