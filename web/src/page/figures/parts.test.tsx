import { renderHook, waitFor } from '@testing-library/react';
import { type ReactNode, useMemo } from 'react';
import { Provider } from 'urql';
import { expect, test } from 'vitest';
import { server } from '../../test-server';
import { parted, useFurther } from './parts';

const TYPES = Array.from({ length: 45 }, (_, n) => `T${String(n)}`);

test('more types than one question takes are asked for in parts, and each once', () => {
  expect(parted(TYPES).map((part) => part.length)).toEqual([20, 20, 5]);
  expect(parted(TYPES).flat()).toEqual(TYPES);
  expect(parted([])).toEqual([[]]);
});

test('the cells of the further parts are there when all of them are', async () => {
  const asked: (readonly string[])[] = [];
  const client = server<{ input: { types: string[] } }>(({ variables }) => {
    const { types } = variables.input;
    asked.push(types);
    return { figures: types.map((type) => ({ __typename: 'Figure', childId: null, type, month: null, state: 'FINAL', count: 1 })) };
  });
  const wrapper = ({ children }: { readonly children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const use = ({ answered }: { readonly answered: unknown }) => {
    const [, ...further] = useMemo(() => parted(TYPES), []);
    const parts = JSON.stringify(further);
    return useFurther(
      useMemo(() => ({ org: 'org:1', from: 202601, to: 202603, types: [], byChild: true, byMonth: false }), []),
      useMemo(() => JSON.parse(parts) as string[][], [parts]),
      answered,
    );
  };
  const { result, rerender } = renderHook(use, { wrapper, initialProps: { answered: undefined as unknown } });
  expect(result.current.cells).toBeNull();
  expect(asked).toEqual([]);
  rerender({ answered: [] });
  await waitFor(() => expect(result.current.cells).toHaveLength(25));
  expect(asked.map((types) => types.length)).toEqual([20, 5]);
});
