import { session, unauthenticated } from './session';

/**
 * Asks the server; where the session has ended under a page that was open, the question waits until the same person has signed in again,
 * and is asked once more just so. What changes something carries a key: asked twice it is done once.
 */
export async function patient(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(input, init);
    if (!(await knowsNobody(answer))) return answer;
    unauthenticated();
    if (session.get() !== 'lost') return answer;
    await open(init?.signal ?? undefined);
  }
}

async function knowsNobody(answer: Response): Promise<boolean> {
  return answer.status === 401 || (await answer.clone().text()).includes('"UNAUTHENTICATED"');
}

/** Until the same person has signed in again. */
export function open(signal?: AbortSignal): Promise<void> {
  return new Promise((go, stop) => {
    const leave = session.follow(() => {
      if (session.get() === 'lost') return;
      leave();
      go();
    });
    signal?.addEventListener('abort', () => {
      leave();
      stop(new DOMException('nobody waits for it any more', 'AbortError'));
    });
    if (session.get() !== 'lost') {
      leave();
      go();
    }
  });
}
