import type { Client } from 'urql';
import { createClient, hangUp } from '../client/graphql';
import { store } from '../client/store';

/** One for each person who signs in: nobody finds the answers of somebody else in it. */
export const client = store<Client>(createClient());

/** For drafts, which save themselves: what is shown elsewhere is not asked for again with each save. */
export const quiet = store<Client>(createClient(true));

export function renewClient(): void {
  hangUp();
  client.set(createClient());
  quiet.set(createClient(true));
}
