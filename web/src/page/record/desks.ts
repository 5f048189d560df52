import { useEffect, useState } from 'react';
import { useStore } from '../../client/store';
import { quiet } from '../../frame/client';
import { type Begin, type Desk, type Draft, desk } from './desk';
import { desks } from './open-desks';

const held = new Map<Desk, number>();

const of = ({ account, id, local }: Begin): Desk | undefined =>
  desks.get().find((one) => one.begin.account === account && (one.begin.local === local || (id !== null && one.draft.get().id === id)));

function take(one: Desk): void {
  held.set(one, (held.get(one) ?? 0) + 1);
  if (!desks.get().includes(one)) desks.set([...desks.get(), one]);
}

function leave(one: Desk): void {
  held.set(one, (held.get(one) ?? 1) - 1);
  tidy();
}

/** Away with those that nobody holds and that have nothing left to do. */
function tidy(): void {
  const done = desks.get().filter((one) => (held.get(one) ?? 0) <= 0 && !one.busy());
  for (const one of done) {
    one.close();
    held.delete(one);
  }
  if (done.length > 0) desks.set(desks.get().filter((one) => !done.includes(one)));
}

setInterval(tidy, 5000);

// What is half-way is lost with the window, but for what a later try finds at the server, or this browser has kept.
window.addEventListener('beforeunload', (event) => {
  if (desks.get().some((one) => one.uploads.busy() || one.draft.get().saving === 'unkept')) event.preventDefault();
});

/** The draft that is worked on; the same one where something of it is still under way. */
export function useDesk(begin: Begin): { readonly desk: Desk; readonly draft: Draft } {
  const [one] = useState(() => of(begin) ?? desk(begin, quiet.get()));
  useEffect(() => {
    take(one);
    if (begin.rev !== null) one.heard(begin.rev);
    return () => leave(one);
  }, [one, begin.rev]);
  return { desk: one, draft: useStore(one.draft) };
}
