import { clear, entries } from 'idb-keyval';
import { Client, fetchExchange } from 'urql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { line } from '../../client/line';
import { type Begin, type Desk, desk } from './desk';
import { placeOf } from './kept';
import type { Writing } from './writing';

interface Input {
  readonly idempotencyKey: string;
  readonly rev?: number;
  readonly writing?: Writing;
  readonly files?: readonly { readonly file: string; readonly role: string }[];
}

const WRITING: Writing = { title: '十一月党员大会', occurredOn: '2026-11-16', tags: [], confidentiality: 'PUBLIC', content: { place: '活动室' } };

/** A server with one record, as the real one keeps it: each step names the revision it was made on, and a key is answered alike for ever. */
class Server {
  rev = 0;
  writing: Writing = WRITING;
  files: { file: string; role: string }[] = [];
  author = 'account:1';
  state = 'DRAFT';
  readonly asked: { readonly kind: string; readonly input: Input }[] = [];
  readonly done = new Map<string, unknown>();
  /** How the next answers get lost: before or after the step was done. */
  readonly lost: ('before' | 'after')[] = [];

  readonly client = new Client({
    url: 'http://fonds.example/graphql',
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [fetchExchange],
    fetch: async (_, request) => {
      const { query, variables } = JSON.parse(request?.body as string) as { query: string; variables: { input: Input } };
      const kind = /(CreateDraft|SaveDraft|ArrangeFiles|RecordWhole|FileState)/.exec(query)?.[1] ?? '';
      await Promise.resolve();
      if (kind === 'RecordWhole') return this.answer({ record: this.whole() });
      if (kind === 'FileState') return this.answer({ file: { id: 'file:1', name: '', length: 1, state: 'KEPT', waitsForScanner: false, problems: [] } });
      this.asked.push({ kind, input: variables.input });
      const way = this.lost.shift();
      if (way === 'before') throw new TypeError('the line broke');
      const told = this.step(kind, variables.input);
      if (way === 'after') throw new TypeError('the line broke');
      return this.answer({ [kind.charAt(0).toLowerCase() + kind.slice(1)]: told });
    },
  });

  answer(data: unknown): Response {
    return new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } });
  }

  /** What another person does meanwhile. */
  other(change: { writing?: Writing; files?: { file: string; role: string }[] }): void {
    Object.assign(this, change);
    this.rev += 1;
    this.author = 'account:2';
  }

  private whole(): unknown {
    const { title, occurredOn, tags, confidentiality, content } = this.writing;
    const author = { id: this.author, name: '李样乙' };
    return { ...this.record(), type: 'ZBDH', typeVersion: 1, state: this.state, version: 1, round: 0, title, occurredOn, tags, confidentiality, content, savedAt: '', org: null, author };
  }

  private record(): { id: string; rev: number; files: unknown } {
    return { id: 'record:1', rev: this.rev, files: this.files.map(({ file, role }, n) => ({ n, fileId: file, role, name: file })) };
  }

  private step(kind: string, input: Input): unknown {
    const known = this.done.get(input.idempotencyKey);
    // A repeated step is answered with the record as it is now.
    if (known !== undefined) return { record: this.record(), problems: [] };
    if (kind !== 'CreateDraft' && input.rev !== this.rev) {
      return { record: null, problems: [{ code: 'STALE_REVISION', path: ['rev'], message: 'somebody else', severity: 'REFUSAL' }] };
    }
    this.done.set(input.idempotencyKey, input);
    this.rev += 1;
    this.author = 'account:1';
    if (input.writing) this.writing = input.writing;
    if (input.files) this.files = [...input.files];
    return { record: this.record(), problems: [] };
  }
}

let server: Server;
let made: Desk[] = [];

const BEGIN: Begin = { account: 'account:1', post: 'post:1', ofType: 'ZBDH', id: 'record:1', local: 'record:1', rev: 1, writing: WRITING, files: [] };

function begin(change: Partial<Begin> = {}): Desk {
  if (server.rev === 0 && change.id !== null) server.rev = 1;
  const one = desk({ ...BEGIN, ...change }, server.client);
  made.push(one);
  return one;
}

const place = (one: Desk, text: string): void => one.write({ content: { place: text } });

beforeEach(async () => {
  server = new Server();
  await clear();
});
afterEach(() => {
  for (const one of made) one.close();
  made = [];
  vi.restoreAllMocks();
});

test('a new draft is at the server once somebody goes on, written in or not', async () => {
  const one = begin({ id: null, local: 'here', rev: null });
  expect(one.draft.get().saving).toBe('new');
  expect(await one.settle()).toBe(true);
  expect(one.draft.get()).toMatchObject({ id: 'record:1', rev: 1, saving: 'saved' });
  expect(await one.settle()).toBe(true);
  expect(server.asked).toHaveLength(1);
});

test('a lost answer is asked for again under the same key, and done once', async () => {
  const one = begin();
  server.lost.push('after');
  place(one, '礼堂');
  expect(await one.settle()).toBe(false);
  expect(one.draft.get().saving).toBe('local');
  place(one, '大礼堂');
  expect(await one.settle()).toBe(false); // the step before it was answered; what was written since is still to go
  expect(await one.settle()).toBe(true);
  expect(server.asked.map(({ input }) => input.idempotencyKey)[1]).toBe(server.asked[0]?.input.idempotencyKey);
  expect(server.writing.content).toEqual({ place: '大礼堂' });
  expect(server.rev).toBe(3);
});

test('an answer that is told late never passes what somebody else has saved since for one’s own', async () => {
  const one = begin();
  server.lost.push('after');
  place(one, '礼堂');
  await one.settle();
  server.other({ writing: { ...server.writing, title: '第四季度党员大会' } });
  place(one, '大礼堂');
  expect(await one.settle()).toBe(false);
  expect(one.draft.get()).toMatchObject({ saving: 'conflict', theirs: { writing: { title: '第四季度党员大会' } } });
  expect(server.writing.title).toBe('第四季度党员大会');
  one.take('mine');
  await one.settle();
  expect(server.writing).toMatchObject({ title: '十一月党员大会', content: { place: '大礼堂' } });
});

test('what somebody else saves while nothing is written here is shown, and said', async () => {
  const one = begin();
  server.other({ writing: { ...WRITING, content: { place: '礼堂' } } });
  one.heard(2);
  await vi.waitFor(() => expect(one.draft.get()).toMatchObject({ rev: 2, saving: 'saved', adopted: '李样乙', writing: { content: { place: '礼堂' } } }));
});

test('of two who change the same draft the later one is asked, and theirs may grow meanwhile', async () => {
  const one = begin();
  server.other({ writing: { ...WRITING, title: '二' } });
  place(one, '礼堂');
  expect(await one.settle()).toBe(false);
  server.other({ writing: { ...WRITING, title: '三' } });
  one.heard(3);
  await vi.waitFor(() => expect(one.draft.get().theirs?.rev).toBe(3));
  one.take('theirs');
  expect(await one.settle()).toBe(true);
  expect(one.draft.get()).toMatchObject({ rev: 3, saving: 'saved', theirs: null, writing: { title: '三', content: { place: '活动室' } } });
});

test('files that somebody else has put there stay, whatever is done with one’s own', async () => {
  const one = begin();
  server.other({ files: [{ file: 'file:9', role: 'PHOTO' }] });
  expect(await one.arrange({ kind: 'add', file: 'file:1', role: 'ENCLOSURE' })).toEqual([]);
  expect(server.files.map(({ file }) => file)).toEqual(['file:9', 'file:1']);
  expect(one.draft.get().files.map(({ fileId }) => fileId)).toEqual(['file:9', 'file:1']);
  expect(await one.arrange({ kind: 'remove', file: 'file:9' })).toEqual([]);
  expect(server.files.map(({ file }) => file)).toEqual(['file:1']);
});

test('a file that could not be put there waits, and is put there once the line is back', async () => {
  const one = begin();
  server.lost.push('before');
  let told: readonly string[] | undefined;
  void one.arrange({ kind: 'add', file: 'file:1', role: 'PHOTO' }).then((against) => (told = against));
  await vi.waitFor(() => expect(one.draft.get().saving).toBe('local'));
  expect(told).toBeUndefined();
  expect(one.busy()).toBe(true);
  line.set('away');
  line.set('there');
  await vi.waitFor(() => expect(told).toEqual([]));
  expect(server.files).toEqual([{ file: 'file:1', role: 'PHOTO' }]);
  expect(server.asked[1]?.input.idempotencyKey).toBe(server.asked[0]?.input.idempotencyKey);
  expect(one.draft.get().saving).toBe('saved');
});

test('writing and files do not run into each other', async () => {
  const one = begin();
  place(one, '礼堂');
  const put = one.arrange({ kind: 'add', file: 'file:1', role: 'PHOTO' });
  place(one, '大礼堂');
  const [, against] = await Promise.all([one.settle(), put]);
  expect(against).toEqual([]);
  await one.settle();
  expect(one.draft.get()).toMatchObject({ saving: 'saved', theirs: null });
  expect(server.writing.content).toEqual({ place: '大礼堂' });
  expect(server.files).toHaveLength(1);
});

test('what carries the mark of a state secret is neither sent nor kept', async () => {
  const one = begin();
  place(one, '机密★10年');
  expect(one.draft.get().saving).toBe('marked');
  expect(await one.settle()).toBe(false);
  expect(server.asked).toEqual([]);
  expect(JSON.stringify(await entries())).not.toContain('机密');
  place(one, '活动室');
  expect(await one.settle()).toBe(true);
});

test('a browser that keeps nothing hinders nobody from saving', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('the disk is full', 'QuotaExceededError');
  });
  const one = begin();
  place(one, '礼堂');
  expect(await one.settle()).toBe(true);
  expect(server.writing.content).toEqual({ place: '礼堂' });
  server.lost.push('before');
  place(one, '大礼堂');
  await one.settle();
  expect(one.draft.get().saving).toBe('unkept');
});

test('what waits in the browser goes on from there, beside what others have done', async () => {
  const first = begin();
  server.lost.push('before', 'before', 'before');
  place(first, '礼堂');
  await first.settle();
  first.close();
  server.lost.length = 0;
  expect((await entries()).map(([key]) => key)).toEqual([placeOf('account:1', 'record:1')]);
  server.other({ files: [{ file: 'file:9', role: 'PHOTO' }] });
  const second = begin({ rev: 2, files: [] });
  await vi.waitFor(() => expect(second.draft.get().writing.content).toEqual({ place: '礼堂' }));
  await second.settle();
  await second.settle();
  expect(server.writing.content).toEqual({ place: '礼堂' });
  expect(server.files).toHaveLength(1);
  expect(await entries()).toEqual([]);
});

test('what a colleague has submitted is no draft any more', async () => {
  const one = begin();
  server.other({});
  server.state = 'IN_REVIEW';
  place(one, '礼堂');
  expect(await one.settle()).toBe(false);
  expect(one.draft.get().saving).toBe('closed');
});
