import { store } from './store';

/**
 * `unknown` until the first answer; `lost`: there was a session and it has ended, the page stays and asks to sign in again;
 * `none`: nobody has signed in.
 */
export type SessionState = 'unknown' | 'open' | 'lost' | 'none';

export const session = store<SessionState>('unknown');

/** The server has said that nobody is signed in. */
export function unauthenticated(): void {
  session.set(session.get() === 'open' || session.get() === 'lost' ? 'lost' : 'none');
}

export interface Refusal {
  readonly message: string;
  /** Of a field, where it is about one. */
  readonly path?: string;
}

interface Told {
  readonly error?: { message: string };
  readonly problems?: readonly { message: string; path: readonly string[] }[];
}

async function post(path: string, body: unknown, locale: string): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'accept-language': locale, 'x-fonds-request': '1' },
    body: JSON.stringify(body),
  });
}

async function refusals(answer: Response): Promise<readonly Refusal[]> {
  const told = (await answer.json().catch(() => ({}))) as Told;
  const problems = told.problems?.map(({ message, path }) => ({ message, path: path.join('.') }));
  return problems ?? [{ message: told.error?.message ?? String(answer.status) }];
}

/** None: come in; whoever asked for it says so by the state. */
export async function signIn(
  credentials: { tenant: string; login: string; password: string },
  locale: string,
): Promise<readonly Refusal[]> {
  const answer = await post('/auth/sign-in', credentials, locale);
  if (!answer.ok) return refusals(answer);
  // Read to its end, or the browser keeps the line waiting.
  await answer.arrayBuffer();
  return [];
}

/** The login of the account that was opened, or why not. */
export async function accept(
  invitation: { token: string; password: string },
  locale: string,
): Promise<{ login: string } | { refusals: readonly Refusal[] }> {
  const answer = await post('/auth/accept', invitation, locale);
  if (!answer.ok) return { refusals: await refusals(answer) };
  return (await answer.json()) as { login: string };
}

/** False: the server has not ended the session, and whoever comes next would find it open. */
export async function signOut(locale: string): Promise<boolean> {
  const answer = await post('/auth/sign-out', {}, locale).catch(() => null);
  await answer?.arrayBuffer();
  if (answer === null || (!answer.ok && answer.status !== 401)) return false;
  session.set('none');
  return true;
}
