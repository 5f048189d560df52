import { act, cleanup, render, screen } from '@testing-library/react';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { Client, fetchExchange, Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inChinese } from '../../test-words';
import { type Viewer, ViewerContext } from '../../frame/viewer';
import { Today } from './page';

beforeEach(inChinese);
afterEach(cleanup);

const place = { __typename: 'Org', id: 'org:1', name: '德清县委', shortName: null, level: 3, kindName: '党委' } as const;
const viewer: Viewer = {
  account: { __typename: 'Account', id: 'account:1', name: '赵示一', login: 'zhao', locale: 'ZH' },
  tenantName: '某省委',
  timeZone: 'Asia/Shanghai',
  levels: new Map(),
  posts: [{ id: 'post:1', base: 'committee_reviewer', roleName: '审核员', org: place }],
};
const COUNTS = { __typename: 'Counts', drafts: 0, returned: 0, inReview: 0, toReview: 1, overdue: 0, held: 7, toConfirm: 0 };
const RECEIPT = { __typename: 'Receipt', id: 'receipt:1', no: 3, type: 'ZBDH', title: '三月支部党员大会', receivedAt: '2026-03-02T01:00:00Z', origin: { ...place, id: 'org:2', name: '某村支部' } };

/** Answers when told to, by the name of the question. */
function server(): { readonly client: Client; readonly answer: (name: string, data: unknown) => Promise<void> } {
  const waiting = new Map<string, (data: unknown) => void>();
  const client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, request) => {
      const { operationName } = JSON.parse(request?.body as string) as { operationName: string };
      return new Promise((done) =>
        waiting.set(operationName, (data) => done(new Response(JSON.stringify(data), { headers: { 'content-type': 'application/json' } }))),
      );
    },
  });
  return {
    client,
    answer: (name, data) =>
      act(async () => {
        const go = waiting.get(name);
        if (!go) throw new Error(`nobody has asked for ${name}`);
        go(data);
        await new Promise((next) => setTimeout(next, 20));
      }),
  };
}

async function open(client: Client): Promise<void> {
  const root = createRootRoute();
  const today = createRoute({ getParentRoute: () => root, path: '/', component: Today });
  const router = createRouter({ routeTree: root.addChildren([today]), history: createMemoryHistory({ initialEntries: ['/'] }) });
  await act(async () => {
    render(
      <Provider value={client}>
        <ViewerContext value={viewer}>
          <RouterProvider router={router as never} />
        </ViewerContext>
      </Provider>,
    );
    await new Promise((next) => setTimeout(next, 20));
  });
}

const seen = (text: string): boolean => screen.queryByText(text) !== null;

test('what waits is asked for beside the numbers, and both are shown at once', async () => {
  const { client, answer } = server();
  await open(client);
  await answer('Today', { data: { counts: COUNTS } });
  expect(screen.getByRole('status', { name: '正在读取' })).toBeDefined();
  expect(seen('份待审核')).toBe(false);
  await answer('WaitingForMe', { data: { receipts: { __typename: 'ReceiptConnection', nodes: [RECEIPT] } } });
  expect(screen.queryByRole('status', { name: '正在读取' })).toBeNull();
  expect(seen('份待审核')).toBe(true);
  expect(seen('三月支部党员大会')).toBe(true);
});

test('a list that fails keeps nobody from his numbers', async () => {
  const { client, answer } = server();
  await open(client);
  await answer('WaitingForMe', { data: null, errors: [{ message: '暂时不可用', extensions: { code: 'UNAVAILABLE' } }] });
  await answer('Today', { data: { counts: COUNTS } });
  expect(seen('7')).toBe(true);
});
