import { createContext, use } from 'react';
import type { UnreadSubscription } from './gen/graphql';

export type Inbox = NonNullable<UnreadSubscription['inbox']>;

/** One's own inbox as it is at this moment; nothing before the server has told it. */
export const InboxContext = createContext<Inbox | null>(null);

export const useInbox = (): Inbox | null => use(InboxContext);

export type Told = Inbox['notices'][number];

/** Told to whoever wrote the record: the way leads to it; all others hold its receipt. */
const OF_OWN: readonly string[] = ['RETURNED', 'APPROVED', 'FINAL'];

/** The page that a notice leads to: of a receipt or of one's own record. */
export function aboutOf({ kind, recordId, receiptId }: Pick<Told, 'recordId' | 'receiptId'> & { readonly kind: string }): { readonly receipt: string } | { readonly record: string } | null {
  if (receiptId !== null && (recordId === null || !OF_OWN.includes(kind))) return { receipt: receiptId };
  return recordId === null ? null : { record: recordId };
}
