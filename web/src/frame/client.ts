import type { Client } from 'urql';
import { createClient, hangUp } from '../client/graphql';
import { store } from '../client/store';

/** One for each person who signs in: nobody finds the answers of somebody else in it. */
export const client = store<Client>(createClient());

export function renewClient(): void {
  hangUp();
  client.set(createClient());
}
