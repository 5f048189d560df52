import { afterEach, expect, test, vi } from 'vitest';
import { patient } from './patient';
import { session } from './session';

const nobody = () => new Response(JSON.stringify({ data: null, errors: [{ message: '请先登录', extensions: { code: 'UNAUTHENTICATED' } }] }));
const answer = () => new Response(JSON.stringify({ data: { version: '1' } }));

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a question that met the end of the session is asked again once the same person is back', async () => {
  session.set('open');
  const asked = vi.fn().mockImplementationOnce(nobody).mockImplementation(answer);
  vi.stubGlobal('fetch', asked);
  const told = patient('/graphql', { method: 'POST', body: 'the same' });
  await vi.waitFor(() => expect(session.get()).toBe('lost'));
  expect(asked).toHaveBeenCalledTimes(1);
  session.set('open');
  expect(await (await told).json()).toEqual({ data: { version: '1' } });
  expect(asked.mock.calls[1]).toEqual(asked.mock.calls[0]);
});

test('whoever never signed in is told so', async () => {
  session.set('unknown');
  vi.stubGlobal('fetch', vi.fn().mockImplementation(nobody));
  const told = await patient('/graphql');
  expect(await told.text()).toContain('UNAUTHENTICATED');
  expect(session.get()).toBe('none');
});

test('a question that nobody waits for any more is let go', async () => {
  session.set('open');
  vi.stubGlobal('fetch', vi.fn().mockImplementation(nobody));
  const stop = new AbortController();
  const told = patient('/graphql', { signal: stop.signal });
  await vi.waitFor(() => expect(session.get()).toBe('lost'));
  stop.abort();
  await expect(told).rejects.toThrow('nobody waits');
});
