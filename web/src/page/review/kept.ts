import type { Client } from 'urql';
import { type Store, store } from '../../client/store';
import type { ReceiptQueue } from './gen/graphql';

/** Where a page of a queue begins: after which cursor, and which number that was. */
export interface Start {
  readonly after: string | null;
  readonly no: number | null;
}

/** A queue as somebody left it. */
export interface Kept {
  readonly chosen: ReadonlySet<string>;
  readonly pages: readonly Start[];
  /** What was decided since: it waits no longer, whatever an older answer says. */
  readonly decided: ReadonlySet<string>;
}

/** For one person: whoever signs in next has a client of his own. */
const queues = new WeakMap<Client, Map<string, Store<Kept>>>();

/** What was chosen and loaded of a queue, so that whoever comes back finds it as he left it. */
export function keptOf(client: Client, post: string, queue: ReceiptQueue): Store<Kept> {
  const all = queues.get(client) ?? new Map<string, Store<Kept>>();
  queues.set(client, all);
  const name = `${post} ${queue}`;
  const kept = all.get(name) ?? store<Kept>({ chosen: new Set(), pages: [{ after: null, no: null }], decided: new Set() });
  all.set(name, kept);
  return kept;
}

/** They were decided: they are chosen no more. */
export function decided(client: Client, ...receipts: readonly string[]): void {
  for (const kept of queues.get(client)?.values() ?? []) {
    const now = kept.get();
    kept.set({ ...now, chosen: new Set([...now.chosen].filter((id) => !receipts.includes(id))), decided: new Set([...now.decided, ...receipts]) });
  }
}
