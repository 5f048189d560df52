// What a first visit loads, compressed, and a compressed twin beside every file for the gateway.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const LIMIT = 180 * 1024;
const dist = new URL('../dist/', import.meta.url);
const files = readdirSync(dist, { recursive: true }).filter((name) => statSync(new URL(name, dist)).isFile());
for (const name of files.filter((name) => /\.(js|css|svg|json|webmanifest)$/.test(name))) {
  const bytes = readFileSync(new URL(name, dist));
  if (bytes.length < 1024) continue;
  const small = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(new URL(`${name}.br`, dist), small);
}
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'));
// The frame, the words of one language, sign-in and Today: everything that these import, and nothing that they load later.
const first = new Set();
const take = (key) => {
  const chunk = manifest[key];
  if (chunk === undefined || first.has(chunk.file)) return;
  first.add(chunk.file);
  for (const next of chunk.imports ?? []) take(next);
};
for (const key of Object.keys(manifest)) {
  if (/^(index\.html|src\/words\/zh-CN\.ts)$/.test(key)) take(key);
}
const weights = [...first].filter((name) => name.endsWith('.js')).map((name) => [name, gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length]);
const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
for (const [name, weight] of weights.sort((a, b) => b[1] - a[1])) console.log(`${String(weight).padStart(8)}  ${name}`);
console.log(`first page: ${(total / 1024).toFixed(0)} KB of JavaScript, compressed with gzip (limit ${LIMIT / 1024})`);
if (weights.length === 0 || total > LIMIT) {
  console.error('the first page is too heavy');
  process.exit(1);
}
