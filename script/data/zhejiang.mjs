// Makes data/zhejiang.csv.gz, the province of the demo:  node script/data/zhejiang.mjs
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { countByLevel, csv, divisions, organisations } from './divisions.mjs';

const PROVINCE = '33';
const EXPECTED = { 1: 1, 2: 11, 3: 90, 4: 1387, 5: 25547 };

const province = organisations(divisions().filter(([code]) => code.startsWith(PROVINCE)));
const counts = countByLevel(province);
if (JSON.stringify(counts) !== JSON.stringify(EXPECTED)) {
  throw new Error(`counts by level are ${JSON.stringify(counts)}, expected ${JSON.stringify(EXPECTED)}`);
}

// The same bytes whenever and wherever it is made: no time of making, no operating system in the header.
const packed = gzipSync(csv(province), { level: 9 });
packed.writeUInt32LE(0, 4);
packed[9] = 255;
writeFileSync(new URL('../../data/zhejiang.csv.gz', import.meta.url), packed);
console.log(`data/zhejiang.csv.gz: ${province.length} organisations, by level ${JSON.stringify(counts)}, ${packed.length} bytes`);
