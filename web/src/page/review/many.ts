import { useRef, useState } from 'react';
import { useMutation } from 'urql';
import { errorCode, type ErrorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { ApproveManyDocument, type ApproveManyMutation } from './gen/graphql';

export type Item = NonNullable<ApproveManyMutation['approveReceipts']>['items'][number];

/** As many go in one request: it is answered in a moment, and how far it got is seen. */
const PART = 10;

interface Many {
  /** What became of each, by the receipt. */
  readonly results: ReadonlyMap<string, Item>;
  readonly going: { readonly done: number; readonly of: number; readonly stopping: boolean } | null;
  readonly failed: ErrorCode | null;
  /** The receipts that have no answer yet: those left where the line broke, or where it was stopped. */
  readonly approve: (receipts: readonly string[]) => Promise<readonly string[]>;
  /** Ends after the present part. */
  readonly stop: () => void;
}

/** Approves many, part by part; `done` is told of each part. A part that had no answer is sent again just so, under its own key: it may have arrived. */
export function useMany(post: string, done?: (approved: readonly string[]) => void): Many {
  const [, send] = useMutation(ApproveManyDocument);
  const [results, setResults] = useState<ReadonlyMap<string, Item>>(new Map());
  const [going, setGoing] = useState<Many['going']>(null);
  const [failed, setFailed] = useState<ErrorCode | null>(null);
  const run = useRef<AbortController>(null);
  const open = useRef<{ readonly key: string; readonly receipts: readonly string[] } | null>(null);

  async function approve(receipts: readonly string[]): Promise<readonly string[]> {
    setFailed(null);
    const { signal } = (run.current = new AbortController());
    let rest = receipts;
    while (rest.length > 0 && !signal.aborted) {
      setGoing({ done: receipts.length - rest.length, of: receipts.length, stopping: false });
      const again = open.current && open.current.receipts.every((id) => rest.includes(id)) ? open.current : null;
      const part = again ?? { key: newKey(), receipts: rest.slice(0, PART) };
      open.current = part;
      const { data, error } = await send({ input: { idempotencyKey: part.key, post, receipts: [...part.receipts] } });
      const items = data?.approveReceipts?.items;
      if (!items) {
        setFailed(error ? errorCode(error) : 'INTERNAL');
        break;
      }
      open.current = null;
      rest = rest.filter((id) => !part.receipts.includes(id));
      setResults((now) => new Map([...now, ...items.map((item) => [item.id, item] as const)]));
      done?.(items.filter(({ approved }) => approved).map(({ id }) => id));
    }
    setGoing(null);
    return rest;
  }
  const stop = (): void => {
    run.current?.abort();
    setGoing((now) => now && { ...now, stopping: true });
  };
  return { results, going, failed, approve, stop };
}
