import { useEffect, useRef } from 'react';
import { MarkReadDocument } from '../page/inbox/gen/graphql';
import { aboutOf, type Inbox, useInbox } from './inbox';
import { useStep } from './step';

/** More is unread than the newest ones that are told. */
const others = (inbox: Inbox | null): boolean => inbox !== null && inbox.unread > inbox.notices.filter(({ readAt }) => readAt === null).length;

/**
 * Whoever has a record or a receipt before him has read what he was told of it: its notices are marked, all at once. Nothing is asked
 * where none leads here, unless there are older ones, which only the server knows. What comes while the page is hidden waits until it
 * is looked at again.
 */
export function useSeen(id: string): void {
  const inbox = useInbox();
  const { take } = useStep(MarkReadDocument);
  const marked = useRef('');
  /** The object whose older notices are marked. */
  const opened = useRef('');
  const unread = (inbox?.notices ?? []).filter((notice) => notice.readAt === null && Object.values(aboutOf(notice) ?? {}).includes(id));
  const wanted = unread.map(({ no }) => no).join();
  const more = others(inbox);
  const mark = useRef(take);
  useEffect(() => {
    mark.current = take;
  });
  useEffect(() => {
    if (wanted === '' && (!more || opened.current === id)) return;
    const look = (): void => {
      const now = `${id} ${wanted}`;
      if (document.visibilityState === 'hidden' || marked.current === now) return;
      marked.current = now;
      opened.current = id;
      // Should it fail, they stay unread, and are seen to be.
      void mark.current({ about: [id] });
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [id, more, wanted]);
}

/** The same of what is decided without being opened. */
export function useSeenMany(): (ids: readonly string[]) => void {
  const unread = useInbox()?.unread ?? 0;
  const { take } = useStep(MarkReadDocument);
  return (ids) => {
    if (ids.length > 0 && unread > 0) void take({ about: [...ids] });
  };
}
