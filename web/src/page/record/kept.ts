import { del, entries, get, set } from 'idb-keyval';
import type { Writing } from './writing';

/** What was sent and has no answer: it is sent again just so, under the same key, before anything newer. */
export interface Sent {
  readonly writing: Writing;
  readonly key: string;
}

/** Kept in the browser until the server has it. */
export interface Kept {
  /** None: the server does not know of it. */
  readonly id: string | null;
  readonly rev: number | null;
  readonly post: string;
  readonly ofType: string;
  readonly writing: Writing;
  /** What the server had when this was begun. */
  readonly base: Writing | null;
  readonly sent: Sent | null;
}

/** Where one of this person's drafts is kept; by its name here before it has an id. */
export const placeOf = (account: string, name: string): string => `draft:${account}:${name}`;

/** False: this browser keeps nothing, it is full or forbids it. */
export async function keep(place: string, kept: Kept): Promise<boolean> {
  return set(place, kept).then(
    () => true,
    () => false,
  );
}

export const forget = (place: string): Promise<void> => del(place).catch(() => undefined);

export const found = (place: string): Promise<Kept | undefined> => get<Kept>(place).catch(() => undefined);

/** All that is kept for a person. */
export async function left(account: string): Promise<readonly (Kept & { readonly local: string })[]> {
  const own = placeOf(account, '');
  const all = await entries<IDBValidKey, Kept>().catch(() => []);
  return all.flatMap(([key, kept]) => (typeof key === 'string' && key.startsWith(own) ? [{ ...kept, local: key.slice(own.length) }] : []));
}
