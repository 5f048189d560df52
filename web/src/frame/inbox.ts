import { createContext, use } from 'react';
import type { UnreadSubscription } from './gen/graphql';

export type Inbox = NonNullable<UnreadSubscription['inbox']>;

/** One's own inbox as it is at this moment; nothing before the server has told it. */
export const InboxContext = createContext<Inbox | null>(null);

export const useInbox = (): Inbox | null => use(InboxContext);
