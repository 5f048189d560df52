import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { expect, test } from 'vitest';
import { type Inbox, InboxContext } from '../../frame/inbox';
import { merged, type Notice, useNotices } from './notices';

const notice = (no: number, readAt: string | null = null): Notice => ({
  __typename: 'Notice',
  no,
  kind: 'TO_REVIEW',
  label: '有材料待审核',
  at: '2026-03-01T00:00:00Z',
  readAt,
  recordId: null,
  receiptId: null,
  title: null,
  org: null,
});

test('of two words about one notice the later holds, and the newest stands first', () => {
  expect(merged([notice(2), notice(1)], [notice(3), notice(2, 'now')]).map(({ no, readAt }) => [no, readAt])).toEqual([
    [3, null],
    [2, 'now'],
    [1, null],
  ]);
});

test('what comes is there at once, what was loaded stays, and what is read is shown so', async () => {
  let there = [4, 3, 2, 1];
  const client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, request) => {
      const { variables } = JSON.parse(request?.body as string) as { variables: { after: string | null } };
      const rest = there.filter((no) => variables.after === null || no < Number(variables.after));
      const nodes = rest.slice(0, 2).map((no) => notice(no));
      const inbox = { nodes, pageInfo: { hasNextPage: rest.length > 2, endCursor: String(nodes.at(-1)?.no) } };
      return Promise.resolve(new Response(JSON.stringify({ data: { inbox } }), { headers: { 'content-type': 'application/json' } }));
    },
  });
  let inbox: Inbox = { __typename: 'Inbox', unread: 4, notices: [{ ...notice(4), fileId: null }] };
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <Provider value={client}>
      <InboxContext value={inbox}>{children}</InboxContext>
    </Provider>
  );
  const { result, rerender } = renderHook(useNotices, { wrapper });
  const numbers = (): readonly number[] | undefined => result.current.notices?.map(({ no }) => no);
  await waitFor(() => expect(numbers()).toEqual([4, 3]));
  act(() => result.current.more?.());
  await waitFor(() => expect(numbers()).toEqual([4, 3, 2, 1]));
  expect(result.current.more).toBeNull();

  there = [5, ...there];
  inbox = { ...inbox, unread: 5, notices: [{ ...notice(5), fileId: null }, ...inbox.notices] };
  rerender();
  await waitFor(() => expect(numbers()).toEqual([5, 4, 3, 2, 1]));
  expect(result.current.more).toBeNull();
  act(() => result.current.read(4));
  expect(result.current.notices?.map(({ readAt }) => readAt === null)).toEqual([true, false, false, false, false]);
});
