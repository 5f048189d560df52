import { del, get, set } from 'idb-keyval';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { line } from '../../client/line';
import { type Content, pruned } from '../../form/schema';
import { CreateDraftDocument, SaveDraftDocument, type Severity, type WholeFragment } from './gen/graphql';
import { type Kept, placeOf, type Sent, type Writing } from './left';

export function writingOf({ title, occurredOn, tags, confidentiality, content }: WholeFragment): Writing {
  return { title, occurredOn, tags, confidentiality, content: content as Content };
}

/** Where it stands: at the server, on its way, in this browser alone, or changed by somebody else. */
export type Saving = 'saved' | 'changed' | 'saving' | 'local' | 'conflict' | 'refused';

export interface Problem {
  readonly code: string;
  readonly path: readonly string[];
  readonly message: string;
  readonly severity: Severity;
}

export interface Draft {
  readonly id: string | null;
  readonly rev: number | null;
  readonly writing: Writing;
  readonly saving: Saving;
  readonly problems: readonly Problem[];
  readonly write: (change: Partial<Writing>) => void;
  /** Saves at once; true where the server has all of it. */
  readonly settle: () => Promise<boolean>;
  /** The revision after a step that was not a save. */
  readonly moved: (rev: number) => void;
  /** Goes on from what somebody else has saved, or over it. */
  readonly takeOver: (rev: number, writing?: Writing) => void;
}

interface Begin {
  readonly account: string;
  readonly post: string;
  readonly ofType: string;
  /** None: it is not at the server yet. */
  readonly id: string | null;
  /** The same draft before it has an id. */
  readonly local: string;
  readonly rev: number | null;
  readonly writing: Writing;
}

const QUIET = 1500;

/** A draft that saves itself, a moment after the last letter; without a line it waits in the browser. */
export function useDraft(begin: Begin, named: (id: string) => void): Draft {
  const client = useClient();
  const { account, post, ofType } = begin;
  const first = placeOf(account, begin.id ?? begin.local);
  const [writing, setWriting] = useState(begin.writing);
  const [saving, setSaving] = useState<Saving>('saved');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  // What a save goes by; a save that is under way must see the newest.
  const now = useRef({ id: begin.id, rev: begin.rev, writing: begin.writing, sent: null as Sent | null, dirty: false, place: first });
  const [shown, setShown] = useState({ id: begin.id, rev: begin.rev });
  const under = useRef<Promise<boolean> | null>(null);

  const keep = useCallback((): Promise<void> => {
    const { place, id, rev, writing, sent } = now.current;
    return set(place, { id, rev, post, ofType, writing, sent } satisfies Kept);
  }, [ofType, post]);

  const push = useCallback(async (): Promise<boolean> => {
    const at = now.current;
    if (!at.dirty) return true;
    const sent = at.sent ?? { writing: at.writing, key: newKey() };
    at.sent = sent;
    setSaving('saving');
    await keep();
    const { title, occurredOn, tags, confidentiality, content } = sent.writing;
    const input = {
      idempotencyKey: sent.key,
      post,
      writing: { title, occurredOn, tags: [...tags], confidentiality, content: pruned(content) ?? {} },
    };
    const answer =
      at.id === null || at.rev === null
        ? await client.mutation(CreateDraftDocument, { input: { ...input, ofType } }).toPromise()
        : await client.mutation(SaveDraftDocument, { input: { ...input, record: at.id, rev: at.rev } }).toPromise();
    if (answer.error) {
      setSaving(errorCode(answer.error) === 'CONFLICT' ? 'conflict' : 'local');
      return false;
    }
    const payload = answer.data && ('createDraft' in answer.data ? answer.data.createDraft : answer.data.saveDraft);
    const said = payload?.problems ?? [];
    setProblems(said);
    at.sent = null;
    if (!payload?.record) {
      setSaving(said.some(({ code }) => code === 'STALE_REVISION') ? 'conflict' : 'refused');
      return false;
    }
    const { id, rev } = payload.record;
    const [born, before] = [at.id === null, at.place];
    // From its birth on it is found by its own name.
    Object.assign(at, { id, rev, place: placeOf(account, id) });
    setShown({ id, rev });
    at.dirty = at.writing !== sent.writing;
    // What was written meanwhile has its new place before the old one goes.
    if (at.dirty) await keep();
    if (born || !at.dirty) await del(before);
    setSaving(at.dirty ? 'changed' : 'saved');
    if (born) named(id);
    return !at.dirty;
  }, [account, client, keep, named, ofType, post]);

  const settle = useCallback(async (): Promise<boolean> => {
    if (under.current) await under.current;
    const run = push();
    under.current = run;
    try {
      return await run;
    } finally {
      under.current = null;
    }
  }, [push]);

  // What an earlier visit has left in this browser goes on here.
  useEffect(() => {
    let gone = false;
    void get<Kept>(first).then((kept) => {
      if (gone || !kept) return;
      const { writing: left, sent, rev } = kept;
      // What was sent and had no answer is sent again just so: it may have arrived.
      if (sent) now.current.rev = rev;
      Object.assign(now.current, { writing: left, sent, dirty: true });
      setWriting(left);
      setSaving(rev === now.current.rev ? 'changed' : 'conflict');
    });
    return () => {
      gone = true;
    };
  }, [first]);

  useEffect(() => {
    if (saving !== 'changed' && saving !== 'local') return;
    const timer = setTimeout(() => void settle(), saving === 'local' ? 10 * QUIET : QUIET);
    const back = line.follow(() => {
      if (line.get() === 'there') void settle();
    });
    return () => {
      clearTimeout(timer);
      back();
    };
  }, [saving, writing, settle]);

  const write = useCallback(
    (change: Partial<Writing>) => {
      const at = now.current;
      at.writing = { ...at.writing, ...change };
      at.dirty = true;
      setWriting(at.writing);
      setSaving((state) => (state === 'conflict' ? state : 'changed'));
      void keep();
    },
    [keep],
  );

  const moved = useCallback((rev: number) => {
    now.current.rev = rev;
    setShown(({ id }) => ({ id, rev }));
  }, []);

  const takeOver = useCallback(
    (rev: number, theirs?: Writing) => {
      const at = now.current;
      at.rev = rev;
      at.sent = null;
      at.dirty = theirs === undefined;
      if (theirs) {
        at.writing = theirs;
        void del(at.place);
        setWriting(theirs);
      }
      setShown(({ id }) => ({ id, rev }));
      setSaving(theirs ? 'saved' : 'changed');
    },
    [],
  );

  return { ...shown, writing, saving, problems, write, settle, moved, takeOver };
}
