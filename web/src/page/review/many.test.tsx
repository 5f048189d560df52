import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { expect, test } from 'vitest';
import { useMany } from './many';

interface Asked {
  readonly idempotencyKey: string;
  readonly receipts: readonly string[];
}

test('many are approved part by part; a part without an answer is sent again under its own key', async () => {
  const asked: Asked[] = [];
  const client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, request) => {
      const { variables } = JSON.parse(request?.body as string) as { variables: { input: Asked } };
      asked.push(variables.input);
      if (asked.length === 2) return Promise.reject(new TypeError('the line broke'));
      const items = variables.input.receipts.map((id) => ({ id, approved: true, error: null, message: null, next: null, problems: [] }));
      return Promise.resolve(new Response(JSON.stringify({ data: { approveReceipts: { items } } }), { headers: { 'content-type': 'application/json' } }));
    },
  });
  const wrapper = ({ children }: { readonly children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const approved: string[] = [];
  const { result } = renderHook(() => useMany('post:1', (ids) => approved.push(...ids)), { wrapper });
  const receipts = Array.from({ length: 25 }, (_, n) => `receipt:${String(n)}`);

  let left: readonly string[] = [];
  await act(async () => {
    left = await result.current.approve(receipts);
  });
  expect(left).toEqual(receipts.slice(10));
  expect(result.current.failed).toBe('NETWORK');
  expect(result.current.results.size).toBe(10);

  await act(async () => {
    left = await result.current.approve(left);
  });
  expect(left).toEqual([]);
  expect(result.current.failed).toBeNull();
  expect(result.current.results.size).toBe(25);
  expect(approved).toEqual(receipts);
  expect(asked.map(({ receipts: part }) => part.length)).toEqual([10, 10, 10, 5]);
  expect(asked[2]).toEqual(asked[1]);
  expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
});

test('a stop ends after the present part', async () => {
  let parts = 0;
  let halt = (): void => undefined;
  const client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, request) => {
      parts += 1;
      if (parts === 2) halt();
      const { variables } = JSON.parse(request?.body as string) as { variables: { input: Asked } };
      const items = variables.input.receipts.map((id) => ({ id, approved: true, error: null, message: null, next: null, problems: [] }));
      return Promise.resolve(new Response(JSON.stringify({ data: { approveReceipts: { items } } }), { headers: { 'content-type': 'application/json' } }));
    },
  });
  const wrapper = ({ children }: { readonly children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const { result } = renderHook(() => useMany('post:1'), { wrapper });
  halt = () => result.current.stop();
  const receipts = Array.from({ length: 25 }, (_, n) => `receipt:${String(n)}`);
  let left: readonly string[] = [];
  await act(async () => {
    left = await result.current.approve(receipts);
  });
  expect(parts).toBe(2);
  expect(left).toEqual(receipts.slice(20));
  expect(result.current.going).toBeNull();
  await act(async () => {
    left = await result.current.approve(left);
  });
  expect(left).toEqual([]);
});
