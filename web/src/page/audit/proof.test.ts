import { readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { check } from './proof';

/** The file that the server's own tests hold it to, and the key of those tests. */
const GOLDEN = readFileSync('../crates/domain/golden/audit-proof.json', 'utf8');

function publicKey(seed: number, name = 'archive.example.cn/audit'): string {
  const key = concatBytes(Uint8Array.of(1), ed25519.getPublicKey(new Uint8Array(32).fill(seed)));
  const id = bytesToHex(sha256(concatBytes(utf8ToBytes(`${name}\n`), key)).slice(0, 4));
  return `${name}+${id}+${btoa(String.fromCharCode(...key))}`;
}

test('a proof that was downloaded is checked with the key alone', () => {
  const proved = check(`\uFEFF${GOLDEN}`, `${publicKey(9)}\n`);
  expect(proved).toMatchObject({ entry: { action: 'record.submit' }, body: { after: { title: '第 123 次会议' } }, head: { size: 300 } });
});

test.each([
  ['another action', 'record.submit', 'record.recall', 'notLogged'],
  ['another place', '"index": 123', '"index": 122', 'notLogged'],
  ['a place beyond the log', '"index": 123', '"index": 300', 'notLogged'],
  ['other words', '次会议', '次大会', 'body'],
  ['no salt', /"salt": "[0-9a-f]+"/, '"salt": null', 'body'],
  ['a larger log', '\\n300\\n', '\\n301\\n', 'badSignature'],
  ['another installation', 'archive.example.cn/audit/zj', 'archive.example.cn/audit/js', 'badSignature'],
  ['another version', '"format": 1', '"format": 2', 'malformed'],
  ['half a file', /"path"[^]*/, '', 'malformed'],
] as const)('a proof that was touched proves nothing: %s', (_, from, to, fault) => {
  const touched = GOLDEN.replace(from, to);
  expect(touched).not.toBe(GOLDEN);
  expect(check(touched, publicKey(9))).toBe(fault);
});

test('a key of somebody else, and what is no key, prove nothing', () => {
  expect(check(GOLDEN, publicKey(8))).toBe('unknownKey');
  expect(check(GOLDEN, publicKey(9, 'elsewhere.example.cn/audit'))).toBe('unknownKey');
  expect(check(GOLDEN, publicKey(9).replace('+', '+0'))).toBe('key');
  expect(check(GOLDEN, '')).toBe('key');
});
