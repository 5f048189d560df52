import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Client, fetchExchange, gql, Provider, type TypedDocumentNode } from 'urql';
import { expect, test } from 'vitest';
import { useStep } from './step';

interface Input {
  readonly idempotencyKey: string;
  readonly label: string;
}
const STEP: TypedDocumentNode<{ readonly step: { readonly done: boolean } | null }, { readonly input: Input }> = gql`
  mutation Step($input: StepInput!) {
    step(input: $input) {
      done
    }
  }
`;

test('a step without an answer is taken again under its key; an answered one, or another, has a key of its own', async () => {
  const asked: Input[] = [];
  let answers: ('none' | 'broken' | 'done')[] = ['none', 'broken', 'done', 'done', 'none', 'done'];
  const client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, request) => {
      asked.push((JSON.parse(request?.body as string) as { variables: { input: Input } }).variables.input);
      const [answer, ...rest] = answers;
      answers = rest;
      if (answer === 'none') return Promise.reject(new TypeError('the line broke'));
      const body = answer === 'done' ? { data: { step: { done: true } } } : { data: { step: null }, errors: [{ message: 'busy', extensions: { code: 'UNAVAILABLE' } }] };
      return Promise.resolve(new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }));
    },
  });
  const wrapper = ({ children }: { readonly children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const { result } = renderHook(() => useStep(STEP), { wrapper });
  const take = (label: string) => act(async () => {
      await result.current.take({ label });
    });

  await take('one');
  expect(result.current.error?.networkError).toBeDefined();
  await take('one');
  expect(result.current.error?.graphQLErrors[0]?.extensions['code']).toBe('UNAVAILABLE');
  await take('one');
  expect(result.current.error).toBeUndefined();
  expect(result.current.data?.step?.done).toBe(true);
  await take('one');
  await take('two');
  await take('three');
  const keys = asked.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]]);
  expect(new Set(keys).size).toBe(4);
});
