import { useEffect, useState } from 'react';
import { type Client, useClient, useQuery } from 'urql';
import { RecordFormDocument } from '../record/gen/graphql';
import { HeldRecordDocument, type ReceiptQueue, ReviewQueueDocument } from './gen/graphql';

/** More pages than this are not looked through for the next one. */
const MOST_PAGES = 40;

/** The one that follows, and after which cursor its page begins. */
export interface Next {
  readonly id: string;
  readonly after: string | null;
}

/** Where somebody is in a queue. */
export interface Place {
  readonly org: string;
  readonly queue: ReceiptQueue;
  readonly after: string | null;
  /** The number of the present one. */
  readonly no: number;
}

/**
 * The successor of the present one in its queue, whether or not the present one still stands there: what waits is in the order of
 * its numbers, all that was received with the newest first.
 */
export async function successor(client: Client, { org, queue, after, no }: Place): Promise<Next | null> {
  let at = after;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data } = await client.query(ReviewQueueDocument, { org, queue, after: at }, { requestPolicy: 'network-only' }).toPromise();
    const found = data?.receipts;
    const next = found?.nodes.find((one) => (queue === 'HELD' ? one.no < no : one.no > no));
    if (next) return { id: next.id, after: at };
    if (!found?.pageInfo.hasNextPage || !found.pageInfo.endCursor) return null;
    at = found.pageInfo.endCursor;
  }
  return null;
}

/** As many files of the next one are looked at ahead. */
const AHEAD = 4;

/** The next one, there before it is asked for: what it says, its form, and the first page of its files. Nothing without a queue. */
export function useNext(place: Place | null): Next | null {
  const client = useClient();
  const here = place && JSON.stringify(place);
  const [found, setFound] = useState<{ readonly here: string; readonly next: Next | null }>();
  useEffect(() => {
    if (!here) return;
    const ended = new AbortController();
    void successor(client, JSON.parse(here) as Place).then((next) => {
      if (!ended.signal.aborted) setFound({ here, next });
    });
    return () => ended.abort();
  }, [client, here]);
  const next = found && found.here === here ? found.next : null;

  const [{ data }] = useQuery({ query: HeldRecordDocument, variables: { id: next?.id ?? '' }, pause: !next, requestPolicy: 'cache-first' });
  const held = next && data?.receipt?.receipt.id === next.id ? data.receipt : null;
  useQuery({
    query: RecordFormDocument,
    variables: { code: held?.receipt.type ?? '', version: held?.typeVersion ?? null },
    pause: !held,
    requestPolicy: 'cache-first',
  });
  useEffect(() => {
    for (const { previews } of held?.files?.slice(0, AHEAD) ?? []) {
      const path = previews?.[0]?.path;
      if (path) new Image().src = path;
    }
  }, [held]);
  return next;
}
