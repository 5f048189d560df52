import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** Why a proof does not prove: as `fonds verify proof` says it (crates/domain/src/audit/proof.rs). */
export type Fault = 'malformed' | 'key' | 'unknownKey' | 'badSignature' | 'otherLog' | 'notLogged' | 'body';

export interface Proved {
  readonly entry: Readonly<Record<string, unknown>>;
  /** None where it was destroyed by rule. */
  readonly body: { readonly before: unknown; readonly after: unknown } | null;
  readonly head: { readonly origin: string; readonly size: number; readonly at: string };
}

interface File {
  readonly format: number;
  readonly index: number;
  readonly entry: Readonly<Record<string, unknown>>;
  readonly salt: string | null;
  readonly body: { readonly before: unknown; readonly after: unknown } | null;
  readonly path: readonly string[];
  readonly head: string;
}

/**
 * Is the entry of this file in the log whose head the key has signed? Looked at here, without asking the server: the signature (C2SP
 * signed-note, Ed25519), the path to the root (RFC 9162 §2.1.3.2), and the salted digest of what was and what became.
 */
export function check(text: string, publicKey: string): Proved | Fault {
  const file = read(text);
  if (!file) return 'malformed';
  const key = keyOf(publicKey);
  if (!key) return 'key';
  const signed = opened(file.head, key);
  if (typeof signed === 'string') return signed;
  const [origin, size, root, at] = signed.text.split('\n');
  if (!origin || !root || !size || !/^[1-9]\d*$/.test(size) || !at?.startsWith('at ')) return 'malformed';
  const leaf = sha256(concatBytes(Uint8Array.of(0), utf8ToBytes(canonical(file.entry))));
  if (!included(file.index, Number(size), leaf, file.path.map(bytes), bytes(root))) return 'notLogged';
  if (origin !== `${key.name}/${String(file.entry['tenant'])}`) return 'otherLog';
  const head = { origin, size: Number(size), at: at.slice(3) };
  if (file.body === null && file.salt === null) return { entry: file.entry, body: null, head };
  if (file.body === null || file.salt === null) return 'body';
  const digest = sha256(concatBytes(hexToBytes(file.salt), utf8ToBytes(canonical(file.body))));
  return same(digest, hexToBytes(String(file.entry['body_digest']))) ? { entry: file.entry, body: file.body, head } : 'body';
}

function read(text: string): File | undefined {
  try {
    const file = JSON.parse(text.replace(/^\uFEFF/u, '')) as File;
    const entry: unknown = file.entry;
    const hashes: unknown = file.path;
    const fits =
      (file.format as unknown) === 1 &&
      Number.isSafeInteger(file.index) &&
      typeof entry === 'object' &&
      entry !== null &&
      /^[0-9a-f]{64}$/.test(String(file.entry['body_digest'])) &&
      (file.salt === null || /^[0-9a-f]{64}$/.test(file.salt)) &&
      typeof (file.head as unknown) === 'string' &&
      Array.isArray(hashes) &&
      hashes.every((hash) => typeof hash === 'string' && bytes(hash).length === 32);
    return fits ? file : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 8785: names in the order of their UTF-16 units, numbers and texts as JavaScript writes them. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`;
}

interface Key {
  readonly name: string;
  readonly id: Uint8Array;
  readonly key: Uint8Array;
}

/** `<name>+<id>+<base64 of 0x01 ‖ key>`, as `fonds audit key` gives it away. */
function keyOf(text: string): Key | undefined {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (!name || !id || !encoded) return undefined;
  const all = bytes(encoded);
  if (all.length !== 33 || all[0] !== 1) return undefined;
  const known = hexToBytes(id);
  const made = sha256(concatBytes(utf8ToBytes(`${name}\n`), all)).slice(0, 4);
  return same(known, made) ? { name, id: known, key: all.slice(1) } : undefined;
}

function opened(note: string, key: Key): { readonly text: string } | 'malformed' | 'unknownKey' | 'badSignature' {
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n')) return 'malformed';
  const text = note.slice(0, at + 1);
  for (const line of note.slice(at + 2, -1).split('\n')) {
    const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    if (!name || !encoded) return 'malformed';
    const signature = bytes(encoded);
    if (name !== key.name || !same(signature.slice(0, 4), key.id)) continue;
    return signature.length === 68 && ed25519.verify(signature.slice(4), utf8ToBytes(text), key.key, { zip215: false }) ? { text } : 'badSignature';
  }
  return 'unknownKey';
}

function included(index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[], root: Uint8Array): boolean {
  if (index < 0 || index >= size) return false;
  let [number, last, hash] = [index, size - 1, leaf];
  const half = (n: number): number => Math.floor(n / 2);
  for (const sibling of path) {
    if (last === 0) return false;
    if (number % 2 === 1 || number === last) {
      hash = node(sibling, hash);
      while (number % 2 === 0 && number !== 0) [number, last] = [half(number), half(last)];
    } else hash = node(hash, sibling);
    [number, last] = [half(number), half(last)];
  }
  return last === 0 && same(hash, root);
}

const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(Uint8Array.of(1), left, right));

const same = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, n) => byte === other[n]);

/** Base64 as bytes; none of what is no base64. */
function bytes(encoded: string): Uint8Array {
  try {
    return Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
