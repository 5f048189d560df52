import { Client, fetchExchange } from 'urql';
import { expect, test } from 'vitest';
import { decided, keptOf } from './kept';
import { successor } from './next';

interface Asked {
  readonly queue: 'TO_REVIEW' | 'HELD';
  readonly after: string | null;
}

/** A server with these numbers, two on a page; cursors are what they follow. */
function serving(numbers: readonly number[]): { readonly client: Client; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, request) => {
      const { variables } = JSON.parse(request?.body as string) as { variables: Asked };
      asked.push(variables);
      const down = variables.queue === 'HELD';
      const at = variables.after === null ? null : Number(variables.after);
      const rest = [...numbers].sort((one, other) => (down ? other - one : one - other)).filter((no) => at === null || (down ? no < at : no > at));
      const nodes = rest.slice(0, 2).map((no) => ({ __typename: 'Receipt', id: `receipt:${String(no)}`, no }));
      const receipts = { nodes, pageInfo: { hasNextPage: rest.length > 2, endCursor: nodes.at(-1) ? String(nodes.at(-1)?.no) : null } };
      return Promise.resolve(new Response(JSON.stringify({ data: { receipts } }), { headers: { 'content-type': 'application/json' } }));
    },
  });
  return { client, asked };
}

const org = 'org:1';

test('the next one is the one after the present one, not the head of the queue', async () => {
  const { client, asked } = serving([3, 5, 8, 9, 12]);
  expect(await successor(client, { org, queue: 'TO_REVIEW', after: null, no: 3 })).toEqual({ id: 'receipt:5', after: null });
  expect(await successor(client, { org, queue: 'TO_REVIEW', after: '5', no: 8 })).toEqual({ id: 'receipt:9', after: '5' });
  asked.splice(0);
  expect(await successor(client, { org, queue: 'TO_REVIEW', after: '5', no: 9 })).toEqual({ id: 'receipt:12', after: '9' });
  expect(asked.map(({ after }) => after)).toEqual(['5', '9']);
  expect(await successor(client, { org, queue: 'TO_REVIEW', after: '9', no: 12 })).toBeNull();
});

test('it is found where the present one is decided already, and where the newest stand first', async () => {
  const { client } = serving([3, 5, 9]);
  expect(await successor(client, { org, queue: 'TO_REVIEW', after: null, no: 4 })).toEqual({ id: 'receipt:5', after: null });
  expect(await successor(client, { org, queue: 'HELD', after: null, no: 9 })).toEqual({ id: 'receipt:5', after: null });
  expect(await successor(client, { org, queue: 'HELD', after: null, no: 5 })).toEqual({ id: 'receipt:3', after: '5' });
});

test('a queue is found as it was left, by its person alone; what was decided is chosen no more', () => {
  const { client } = serving([]);
  const kept = keptOf(client, 'post:1', 'TO_REVIEW');
  kept.set({ ...kept.get(), chosen: new Set(['receipt:1', 'receipt:2']), pages: [...kept.get().pages, { after: 'x', no: 50 }] });
  decided(client, 'receipt:1');
  const found = keptOf(client, 'post:1', 'TO_REVIEW').get();
  expect([...found.chosen]).toEqual(['receipt:2']);
  expect(found.pages).toHaveLength(2);
  expect(found.decided.has('receipt:1')).toBe(true);
  expect(keptOf(client, 'post:1', 'OVERDUE').get().chosen.size).toBe(0);
  expect(keptOf(serving([]).client, 'post:1', 'TO_REVIEW').get().chosen.size).toBe(0);
});
