import { Upload } from 'tus-js-client';
import { line } from '../client/line';
import { session, unauthenticated } from '../client/session';
import { store } from '../client/store';
import { isMarkedSecret } from '../form/guard';
import { locale } from '../words';

export type Going = 'waiting' | 'sending' | 'paused' | 'away' | 'failed' | 'marked' | 'sent' | 'scanner' | 'attaching' | 'refused';

/** A file on its way, as the page shows it. */
export interface Sending {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly going: Going;
  /** What the server said against it. */
  readonly against: readonly string[];
}

/** All its bytes are durable. */
export interface Whole {
  readonly key: string;
  readonly name: string;
  readonly id: string;
}

/**
 * Files on their way to one record. Two at once; what broke off goes on by itself where it broke off, as soon as there is a line and a
 * session again.
 */
export interface Uploads {
  readonly all: ReturnType<typeof store<readonly Sending[]>>;
  readonly add: (files: readonly File[], post: string) => void;
  readonly pause: (key: string) => void;
  readonly go: (key: string) => void;
  readonly drop: (key: string) => void;
  /** What became of it after its bytes were whole. */
  readonly tell: (key: string, change: Partial<Pick<Sending, 'going' | 'against'>>) => void;
  /** Is anything on its way, or waiting for it? */
  readonly busy: () => boolean;
  readonly close: () => void;
}

/** What comes to its end without anybody. */
export const UNDER_WAY: readonly Going[] = ['waiting', 'sending', 'away', 'sent', 'scanner', 'attaching'];

const WHOLE: readonly Going[] = ['sent', 'scanner', 'attaching', 'refused'];
const AT_ONCE = 2;
const AGAIN = 60_000;
const CHUNK = 8 * 1024 * 1024;
const PAUSES = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];
let count = 0;

interface Told {
  readonly problems?: readonly { readonly message: string }[];
  readonly error?: { readonly message: string };
}

function against(body: string): readonly string[] {
  try {
    const told = JSON.parse(body) as Told;
    return told.problems?.map(({ message }) => message) ?? (told.error ? [told.error.message] : []);
  } catch {
    return [];
  }
}

export function uploads(done: (whole: Whole) => Promise<void>): Uploads {
  const all = store<readonly Sending[]>([]);
  const running = new Map<string, Upload>();
  /** Those that have given up asking by themselves. */
  const stopped = new Set<string>();

  const change = (key: string, change: Partial<Sending>): void => {
    all.set(all.get().map((one) => (one.key === key ? { ...one, ...change } : one)));
  };
  const next = (): void => {
    const busy = all.get().filter(({ key, going }) => going === 'sending' || (going === 'away' && !stopped.has(key))).length;
    const waiting = all.get().find(({ going }) => going === 'waiting');
    if (busy < AT_ONCE && waiting) begin(waiting.key);
  };
  const begin = (key: string): void => {
    const upload = running.get(key);
    if (!upload) return;
    stopped.delete(key);
    change(key, { going: 'sending', against: [] });
    void upload.findPreviousUploads().then((previous) => {
      const [newest] = previous;
      if (newest) upload.resumeFromPreviousUpload(newest);
      upload.start();
    });
    next();
  };

  const add = (files: readonly File[], post: string): void => {
    for (const file of files) {
      count += 1;
      const key = String(count);
      const marked = isMarkedSecret(file.name);
      const upload = new Upload(file, {
        endpoint: '/uploads',
        retryDelays: PAUSES,
        // What a proxy on the way takes at once; a line that breaks loses no more than this.
        chunkSize: CHUNK,
        removeFingerprintOnSuccess: true,
        metadata: { filename: file.name, post, ...(file.type ? { filetype: file.type } : {}) },
        headers: { 'x-fonds-request': '1', 'accept-language': locale() },
        onShouldRetry: (error) => {
          change(key, { going: 'away' });
          const status = error.originalResponse?.getStatus() ?? 0;
          return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
        },
        onProgress: (sent) => change(key, { sent, going: 'sending' }),
        onChunkComplete: (_, sent) => change(key, { sent }),
        onError: (error) => {
          const answer = 'originalResponse' in error ? error.originalResponse : null;
          const status = answer?.getStatus() ?? 0;
          if (status === 401) unauthenticated();
          // Whatever says nothing of the file itself: it goes on when there is a line and a session again.
          const broken = status === 0 || status === 401 || status === 429 || status >= 500;
          change(key, broken ? { going: 'away' } : { going: 'failed', against: against(answer?.getBody() ?? '') });
          if (broken) stopped.add(key);
          next();
        },
        onSuccess: () => {
          const hex = upload.url?.split('/').pop() ?? '';
          change(key, { going: 'sent', sent: file.size });
          void done({ key, name: file.name, id: `file:${hex}` });
          next();
        },
      });
      running.set(key, upload);
      const sending: Sending = {
        key,
        name: file.name,
        size: file.size,
        sent: 0,
        going: marked ? 'marked' : 'waiting',
        against: [],
      };
      all.set([...all.get(), sending]);
    }
    next();
  };

  const resume = (): void => {
    if (line.get() === 'away' || session.get() === 'lost') return;
    for (const key of stopped) change(key, { going: 'waiting' });
    stopped.clear();
    next();
  };
  const patience = setInterval(resume, AGAIN);
  const leave = [line.follow(resume), session.follow(resume)];

  return {
    all,
    add,
    tell: change,
    busy: () => all.get().some(({ going }) => UNDER_WAY.includes(going)),
    close: () => {
      clearInterval(patience);
      for (const out of leave) out();
    },
    pause: (key) => {
      stopped.delete(key);
      void running.get(key)?.abort();
      change(key, { going: 'paused' });
      next();
    },
    go: (key) => {
      change(key, { going: 'waiting' });
      next();
    },
    drop: (key) => {
      const going = all.get().find((one) => one.key === key)?.going;
      // What is whole is the record's business, no longer the line's.
      if (going === undefined || !WHOLE.includes(going)) void running.get(key)?.abort(true).catch(() => undefined);
      running.delete(key);
      stopped.delete(key);
      all.set(all.get().filter((one) => one.key !== key));
      next();
    },
  };
}
