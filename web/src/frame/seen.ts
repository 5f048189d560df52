import { useEffect, useRef } from 'react';
import { MarkReadDocument } from '../page/inbox/gen/graphql';
import { aboutOf, useInbox } from './inbox';
import { useStep } from './step';

/**
 * Whoever has a record or a receipt before him has read what he was told of it: notices that lead here are marked, all at once, and
 * nothing is asked where there are none. What comes while the page is hidden waits until it is looked at again.
 */
export function useSeen(id: string): void {
  const inbox = useInbox();
  const { take } = useStep(MarkReadDocument);
  const marked = useRef('');
  const unread = (inbox?.notices ?? []).filter((notice) => notice.readAt === null && Object.values(aboutOf(notice) ?? {}).includes(id));
  const wanted = unread.map(({ no }) => no).join();
  const mark = useRef(take);
  useEffect(() => {
    mark.current = take;
  });
  useEffect(() => {
    if (wanted === '') return;
    const look = (): void => {
      if (document.visibilityState === 'hidden' || marked.current === wanted) return;
      marked.current = wanted;
      // Should it fail, they stay unread, and are seen to be.
      void mark.current({ notices: wanted.split(',').map(Number) });
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [wanted]);
}
