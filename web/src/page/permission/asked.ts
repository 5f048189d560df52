/** Whoever has a receipt before him knows its number: with the organisation that received it is its id. */
export function objectOf(text: string, org: string | undefined): string | undefined {
  if (!/^\d{1,15}$/.test(text)) return text === '' ? undefined : text;
  return org && `receipt:${org.slice('org:'.length)}.${String(Number(text))}`;
}

/** The organisation that an object names by itself: the organisation itself, or the one that received. */
export function orgOf(object: string | undefined): string | undefined {
  if (object?.startsWith('org:')) return object;
  const [, hex] = /^receipt:([0-9a-f]{32})\.\d+$/.exec(object ?? '') ?? [];
  return hex && `org:${hex}`;
}
