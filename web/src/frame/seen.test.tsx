import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Provider } from 'urql';
import { afterEach, expect, test, vi } from 'vitest';
import { server } from '../test-server';
import { type Inbox, InboxContext, type Told } from './inbox';
import { useSeen } from './seen';

const told = (no: number, kind: Told['kind'], readAt: string | null = null): Told => ({
  __typename: 'Notice',
  no,
  kind,
  label: kind,
  at: '2026-03-01T00:00:00Z',
  readAt,
  recordId: 'record:1',
  receiptId: 'receipt:1.1',
  fileId: null,
  title: null,
  org: null,
});

/** `older`: so many more are unread than are told. */
function open(id: string, notices: readonly Told[], older = 0) {
  const asked: (readonly string[])[] = [];
  const client = server<{ input: { about: string[] } }>(({ variables }) => {
    asked.push(variables.input.about);
    return { markNoticesRead: { marked: 1, problems: [] } };
  });
  const inboxOf = (all: readonly Told[]): Inbox => ({ __typename: 'Inbox', unread: all.filter(({ readAt }) => readAt === null).length + older, notices: [...all] });
  let inbox = inboxOf(notices);
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <Provider value={client}>
      <InboxContext value={inbox}>{children}</InboxContext>
    </Provider>
  );
  const { rerender } = renderHook(() => useSeen(id), { wrapper });
  return {
    asked,
    come: (next: readonly Told[]) => {
      inbox = inboxOf(next);
      rerender();
    },
  };
}

afterEach(() => vi.restoreAllMocks());

test('a record that is open has its notices read, all by one question, and others stay', async () => {
  const { asked, come } = open('record:1', [told(4, 'FINAL'), told(3, 'TO_REVIEW'), told(2, 'APPROVED'), told(1, 'RETURNED', 'then')]);
  await waitFor(() => expect(asked).toEqual([['record:1']]));
  come([told(4, 'FINAL', 'now'), told(3, 'TO_REVIEW'), told(2, 'APPROVED', 'now')]);
  come([told(5, 'FINAL'), told(4, 'FINAL', 'now')]);
  await waitFor(() => expect(asked).toEqual([['record:1'], ['record:1']]));
});

test('its receipt has those that lead to the receipt read', async () => {
  const { asked } = open('receipt:1.1', [told(4, 'FINAL'), told(3, 'TO_REVIEW'), told(2, 'OVERDUE')]);
  await waitFor(() => expect(asked).toEqual([['receipt:1.1']]));
});

test('where nothing is unread nothing is asked, and what comes unseen waits until it is looked at', async () => {
  const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  const { asked, come } = open('record:1', [told(1, 'RETURNED', 'then'), told(2, 'TO_REVIEW')]);
  come([told(3, 'FINAL')]);
  expect(asked).toEqual([]);
  hidden.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  await waitFor(() => expect(asked).toEqual([['record:1']]));
});

test('where older ones are unread the server is asked for them, once for each object', async () => {
  const { asked, come } = open('receipt:1.1', [told(40, 'FINAL', 'then')], 30);
  await waitFor(() => expect(asked).toEqual([['receipt:1.1']]));
  come([told(41, 'FINAL'), told(40, 'FINAL', 'then')]);
  expect(asked).toEqual([['receipt:1.1']]);
});
