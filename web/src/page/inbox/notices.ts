import { useCallback, useEffect, useState } from 'react';
import { type OperationResult, useClient } from 'urql';
import { type ErrorCode, errorCode } from '../../client/graphql';
import { useInbox } from '../../frame/inbox';
import { InboxPageDocument, type InboxPageQuery } from './gen/graphql';

export type Notice = NonNullable<InboxPageQuery['inbox']>['nodes'][number];

interface Notices {
  /** Those that were loaded, the newest first; nothing before the first answer. */
  readonly notices: readonly Notice[] | null;
  readonly failed: ErrorCode | null;
  /** Asks for the newest anew. */
  readonly again: () => void;
  /** Loads older ones; nothing where there are none. */
  readonly more: (() => void) | null;
  /** They are read: shown so before the server is asked again. */
  readonly read: (upTo: number) => void;
}

/** Known ones with what was just told: of two, the later word holds. */
export function merged(known: readonly Notice[], told: readonly Notice[]): readonly Notice[] {
  const all = new Map([...known, ...told].map((notice) => [notice.no, notice]));
  return [...all.values()].sort((one, other) => other.no - one.no);
}

/** The inbox as it fills: what comes, or is read anywhere, is asked for at once, and what was loaded stays. */
export function useNotices(): Notices {
  const client = useClient();
  const inbox = useInbox();
  const [notices, setNotices] = useState<readonly Notice[] | null>(null);
  const [next, setNext] = useState<string | null>();
  const [failed, setFailed] = useState<ErrorCode | null>(null);
  const [turns, setTurns] = useState(0);

  const ask = useCallback(
    (after: string | null) => client.query(InboxPageDocument, { unreadOnly: false, after }, { requestPolicy: 'network-only' }).toPromise(),
    [client],
  );
  const take = useCallback((after: string | null, { data, error }: OperationResult<InboxPageQuery>) => {
    const page = data?.inbox;
    setFailed(error ? errorCode(error) : page ? null : 'INTERNAL');
    if (!page) return;
    setNotices((known) => merged(known ?? [], page.nodes));
    const end = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    // What is older follows from the oldest page alone.
    setNext((before) => (after !== null || before === undefined ? end : before));
  }, []);

  const told = inbox && `${String(inbox.notices[0]?.no)} ${String(inbox.unread)}`;
  useEffect(() => {
    const ended = new AbortController();
    void ask(null).then((answer) => {
      if (!ended.signal.aborted) take(null, answer);
    });
    return () => ended.abort();
  }, [ask, take, told, turns]);

  const read = useCallback((upTo: number) => {
    const now = new Date().toISOString();
    setNotices((known) => known && known.map((notice) => (notice.no <= upTo && notice.readAt === null ? { ...notice, readAt: now } : notice)));
  }, []);
  return { notices, failed, again: () => setTurns(turns + 1), more: next ? () => void ask(next).then((answer) => take(next, answer)) : null, read };
}
