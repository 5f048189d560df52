import type { Client, CombinedError } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { line } from '../../client/line';
import { type Store, store } from '../../client/store';
import { isMarkedSecret } from '../../form/guard';
import { pruned } from '../../form/schema';
import { type Uploads, uploads } from '../../file/upload';
import { examined } from './examined';
import { after, type FileStep, placed, roleOf } from './enclosed';
import { ArrangeFilesDocument, CreateDraftDocument, type FilesFragment, RecordWholeDocument, SaveDraftDocument, type Severity } from './gen/graphql';
import { forget, found, keep, type Kept, placeOf, type Sent } from './kept';
import { same, texts, type Writing, writingOf } from './writing';

/**
 * Where it stands: nothing of it is at the server yet; it is there; something is written and not sent; on its way; in this browser alone, or
 * not even there; changed by somebody else; refused; never to leave the page; no longer a draft; not one's own any more; of another
 * version of the program.
 */
export type Saving = 'new' | 'saved' | 'changed' | 'saving' | 'local' | 'unkept' | 'conflict' | 'refused' | 'marked' | 'closed' | 'denied' | 'outdated';

export interface Problem {
  readonly code: string;
  readonly path: readonly string[];
  readonly message: string;
  readonly severity: Severity;
}

/** What somebody else has made of it. */
export interface Theirs {
  readonly rev: number;
  readonly writing: Writing;
  readonly files: readonly FilesFragment[];
  readonly author: { readonly id: string; readonly name: string } | null;
}

export interface Draft {
  readonly id: string | null;
  readonly rev: number | null;
  readonly writing: Writing;
  readonly files: readonly FilesFragment[];
  readonly saving: Saving;
  readonly problems: readonly Problem[];
  readonly theirs: Theirs | null;
  /** Who has changed it while nothing was written here. */
  readonly adopted: string | null;
}

export interface Begin {
  readonly account: string;
  readonly post: string;
  readonly ofType: string;
  /** None: it is not at the server yet. */
  readonly id: string | null;
  /** The same draft before it has an id. */
  readonly local: string;
  readonly rev: number | null;
  readonly writing: Writing;
  readonly files: readonly FilesFragment[];
}

const QUIET = 1500;
const AGAIN = 15_000;
/** States out of which only a person leads. */
const STILL: readonly Saving[] = ['conflict', 'closed', 'denied', 'outdated'];
const OPEN: readonly string[] = ['DRAFT', 'RETURNED', 'WITHDRAWN'];

/**
 * A draft on which somebody works: it lives beside the pages, so that what is under way ends well whichever page is looked at. All that it
 * asks of the server goes one after the other, each naming the revision that the one before has made.
 */
export interface Desk {
  readonly begin: Begin;
  readonly draft: Store<Draft>;
  readonly uploads: Uploads;
  readonly write: (change: Partial<Writing>) => void;
  /** Saves at once, and a new one for the first time; true where the server has all of it. */
  readonly settle: () => Promise<boolean>;
  /** Files taken in, put elsewhere, taken out. What the server says against it; none where it is done. */
  readonly arrange: (step: FileStep) => Promise<readonly string[]>;
  /** The server has told of a revision. */
  readonly heard: (rev: number) => void;
  /** Goes on from what somebody else has saved, or over it. */
  readonly take: (whose: 'theirs' | 'mine') => void;
  /** Another look where the last one failed. */
  readonly again: () => void;
  /** It was sent, or thrown away. */
  readonly end: () => void;
  /** Is something under way that would be lost, or left undone, without it? */
  readonly busy: () => boolean;
  /** Nobody works on it any more. */
  readonly close: () => void;
}

interface Waiting {
  readonly step: FileStep;
  readonly settle: (against: readonly string[]) => void;
}

export function desk(begin: Begin, client: Client): Desk {
  const { account, post, ofType } = begin;
  const draft = store<Draft>({ ...begin, saving: begin.id === null ? 'new' : 'saved', problems: [], theirs: null, adopted: null });
  const at = {
    base: begin.id === null ? null : begin.writing,
    sent: null as Sent | null,
    dirty: false,
    place: placeOf(account, begin.id ?? begin.local),
    waiting: [] as readonly Waiting[],
    /** Steps under way with the files, and their key. */
    asked: null as { readonly key: string; readonly waiting: readonly Waiting[] } | null,
    behind: false,
    turn: Promise.resolve<unknown>(undefined),
    timer: undefined as ReturnType<typeof setTimeout> | undefined,
  };

  const put = (change: Partial<Draft>): void => draft.set({ ...draft.get(), ...change });
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const run = at.turn.then(step, step);
    at.turn = run.catch(() => undefined);
    return run;
  };
  const marked = (): boolean => {
    const { title, content, tags } = draft.get().writing;
    return isMarkedSecret([title, ...texts(content), ...tags].join('\n'));
  };
  const keepHere = async (): Promise<boolean> => {
    const { id, rev, writing } = draft.get();
    return keep(at.place, { id, rev, post, ofType, writing, base: at.base, sent: at.sent } satisfies Kept);
  };
  const later = (pause: number): void => {
    clearTimeout(at.timer);
    at.timer = setTimeout(() => void inTurn(work), pause);
  };

  /** No answer, or none that says anything of the draft: it waits, here if this browser keeps it. */
  async function unanswered(error: CombinedError): Promise<void> {
    const code = errorCode(error);
    const kept = at.dirty ? await keepHere() : true;
    const saving: Saving = code === 'NOT_FOUND' || code === 'FORBIDDEN' ? 'denied' : code === 'OUTDATED' ? 'outdated' : kept ? 'local' : 'unkept';
    put({ saving });
    if (saving === 'local' || saving === 'unkept') later(AGAIN);
  }

  async function push(): Promise<boolean> {
    const { id, rev } = draft.get();
    if (!at.dirty && id !== null) return true;
    if (STILL.includes(draft.get().saving)) return false;
    if (marked()) {
      put({ saving: 'marked' });
      return false;
    }
    const sent = at.sent ?? { writing: draft.get().writing, key: newKey() };
    at.sent = sent;
    put({ saving: 'saving' });
    await keepHere();
    const { title, occurredOn, tags, confidentiality, content } = sent.writing;
    const input = { idempotencyKey: sent.key, post, writing: { title, occurredOn, tags: [...tags], confidentiality, content: pruned(content) ?? {} } };
    const answer =
      id === null || rev === null
        ? await client.mutation(CreateDraftDocument, { input: { ...input, ofType } }).toPromise()
        : await client.mutation(SaveDraftDocument, { input: { ...input, record: id, rev } }).toPromise();
    const payload = answer.data && ('createDraft' in answer.data ? answer.data.createDraft : answer.data.saveDraft);
    if (answer.error || !payload) {
      if (answer.error) await unanswered(answer.error);
      return false;
    }
    at.sent = null;
    put({ problems: payload.problems });
    if (!payload.record) {
      if (payload.problems.some(({ code }) => code === 'STALE_REVISION')) return catchUp();
      put({ saving: 'refused' });
      return false;
    }
    const before = at.place;
    const [now, next] = [payload.record, (rev ?? 0) + 1];
    // From its birth on it is found by its own name.
    at.place = placeOf(account, now.id);
    at.base = sent.writing;
    at.dirty = draft.get().writing !== sent.writing;
    put({ id: now.id, rev: next });
    // What was written meanwhile has its new place before the old one goes.
    if (at.dirty) await keepHere();
    if (before !== at.place || !at.dirty) await forget(before);
    // An answer that is told twice may tell of what others have done since.
    if (now.rev !== next) return catchUp();
    put({ saving: at.dirty ? 'changed' : 'saved' });
    if (at.dirty) later(QUIET);
    return !at.dirty;
  }

  async function pushFiles(): Promise<boolean> {
    const { id, rev, files, saving } = draft.get();
    if (at.waiting.length === 0) return true;
    if (id === null || rev === null || STILL.includes(saving)) return false;
    const asked = at.asked ?? { key: newKey(), waiting: at.waiting };
    at.asked = asked;
    const input = { idempotencyKey: asked.key, post, record: id, rev, files: after(placed(files), asked.waiting.map(({ step }) => step)).map((one) => ({ ...one })) };
    const { data, error } = await client.mutation(ArrangeFilesDocument, { input }).toPromise();
    const payload = data?.arrangeFiles;
    if (error || !payload) {
      if (error) await unanswered(error);
      return false;
    }
    at.asked = null;
    const refusals = payload.problems.filter(({ severity }) => severity === 'REFUSAL');
    if (!payload.record && refusals.some(({ code }) => code === 'STALE_REVISION')) return (await catchUp()) && pushFiles();
    at.waiting = at.waiting.filter((one) => !asked.waiting.includes(one));
    const next = rev + 1;
    if (payload.record) put({ files: payload.record.files ?? [], rev: next });
    for (const one of asked.waiting) one.settle(payload.record ? [] : refusals.map(({ message }) => message));
    return payload.record && payload.record.rev !== next ? catchUp() : pushFiles();
  }

  /** What the server has, beside what stands here. True: one can go on from it. */
  async function catchUp(): Promise<boolean> {
    const { id } = draft.get();
    if (id === null) return false;
    at.behind = true;
    const { data, error } = await client.query(RecordWholeDocument, { id }).toPromise();
    const record = data?.record;
    if (!record) {
      if (error) await unanswered(error);
      return false;
    }
    at.behind = false;
    if (!OPEN.includes(record.state)) {
      put({ saving: 'closed' });
      return false;
    }
    const theirs: Theirs = { rev: record.rev, writing: writingOf(record), files: record.files ?? [], author: record.author };
    const { writing } = draft.get();
    const other = !same(pruned(theirs.writing), pruned(at.base));
    if (!at.dirty || same(pruned(theirs.writing), pruned(writing))) {
      const adopted = other && at.base !== null && theirs.author && theirs.author.id !== account ? theirs.author.name : draft.get().adopted;
      Object.assign(at, { base: theirs.writing, dirty: false, sent: null });
      await forget(at.place);
      put({ rev: theirs.rev, files: theirs.files, writing: other ? theirs.writing : writing, saving: 'saved', theirs: null, adopted });
      return true;
    }
    if (!other) {
      put({ rev: theirs.rev, files: theirs.files, saving: 'changed', theirs: null });
      return push();
    }
    put({ saving: 'conflict', theirs });
    return false;
  }

  async function work(): Promise<void> {
    clearTimeout(at.timer);
    if (at.behind && !(await catchUp())) return;
    if (draft.get().id !== null || at.dirty) await push();
    await pushFiles();
    if (at.waiting.length === 0 && !at.dirty && (draft.get().saving === 'local' || draft.get().saving === 'unkept')) put({ saving: 'saved' });
  }

  const leaveLine = line.follow(() => {
    if (line.get() === 'there' && (draft.get().saving === 'local' || draft.get().saving === 'unkept' || at.waiting.length > 0)) void inTurn(work);
  });

  // What an earlier visit has left in this browser goes on here, before anything else.
  void inTurn(async () => {
    const kept = await found(at.place);
    if (!kept) return;
    Object.assign(at, { sent: kept.sent, base: kept.base ?? at.base, dirty: true });
    const begun = draft.get().rev;
    // What was sent and had no answer is sent again just so: it may have arrived.
    put({ writing: { ...begin.writing, ...kept.writing }, rev: kept.sent ? kept.rev : begun, saving: 'changed' });
    if (!kept.sent && kept.rev !== begun) await catchUp();
    else later(QUIET);
  });

  function write(change: Partial<Writing>): void {
    const now = draft.get();
    at.dirty = true;
    put({ writing: { ...now.writing, ...change }, adopted: null, saving: STILL.includes(now.saving) ? now.saving : 'changed' });
    if (marked()) {
      if (!STILL.includes(now.saving)) put({ saving: 'marked' });
      return;
    }
    void keepHere();
    later(QUIET);
  }

  function arrange(step: FileStep): Promise<readonly string[]> {
    const done = new Promise<readonly string[]>((settle) => {
      at.waiting = [...at.waiting, { step, settle }];
    });
    void inTurn(work);
    return done;
  }

  const sending = uploads(async (file) => {
    const { kept, against } = await examined(client, file.id, () => sending.tell(file.key, { going: 'scanner' }));
    if (!kept) {
      sending.tell(file.key, { going: 'refused', against });
      return;
    }
    sending.tell(file.key, { going: 'attaching' });
    const refused = await arrange({ kind: 'add', file: file.id, role: roleOf(file.name) });
    if (refused.length > 0) sending.tell(file.key, { going: 'refused', against: refused });
    else sending.drop(file.key);
  });

  return {
    begin,
    draft,
    uploads: sending,
    write,
    arrange,
    settle: () =>
      inTurn(async () => {
        if (at.behind && !(await catchUp())) return false;
        return (await push()) && pushFiles();
      }),
    heard: (rev) =>
      void inTurn(async () => {
        const now = draft.get();
        if (now.rev !== null && rev > Math.max(now.rev, now.theirs?.rev ?? 0)) await catchUp();
      }),
    take: (whose) => {
      const { theirs } = draft.get();
      if (!theirs) return;
      Object.assign(at, { base: theirs.writing, sent: null, dirty: whose === 'mine' });
      put({ rev: theirs.rev, files: theirs.files, theirs: null, saving: whose === 'mine' ? 'changed' : 'saved', ...(whose === 'theirs' ? { writing: theirs.writing } : {}) });
      if (whose === 'theirs') void forget(at.place);
      void inTurn(work);
    },
    again: () => {
      if (draft.get().saving === 'conflict') at.behind = true;
      void inTurn(work);
    },
    end: () => {
      at.dirty = false;
      clearTimeout(at.timer);
      void forget(at.place);
      put({ saving: 'closed' });
    },
    busy: () => (at.dirty && !STILL.includes(draft.get().saving)) || at.waiting.length > 0 || sending.busy(),
    close: () => {
      clearTimeout(at.timer);
      leaveLine();
      sending.close();
    },
  };
}
