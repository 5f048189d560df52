import { store } from './store';

/** The line to the server: `away` while requests fail, `back` for a moment after. */
export type Line = 'there' | 'away';

export const line = store<Line>('there');

/** Called for every answer, and every request that had none. */
export function heard(answered: boolean): void {
  line.set(answered ? 'there' : 'away');
}

/** Asks until there is an answer, with growing pauses. */
export function watchLine(): void {
  let pause = 1000;
  const ask = (): void => {
    void fetch('/healthz', { cache: 'no-store' }).then(
      () => {
        pause = 1000;
        heard(true);
      },
      () => {
        pause = Math.min(pause * 2, 15_000);
        setTimeout(ask, pause);
      },
    );
  };
  line.follow(() => {
    if (line.get() === 'away') setTimeout(ask, pause);
  });
  window.addEventListener('online', () => {
    if (line.get() === 'away') ask();
  });
  window.addEventListener('offline', () => heard(false));
}
