import { Upload } from 'tus-js-client';
import { isMarkedSecret } from '../form/guard';
import { store } from '../client/store';
import { locale } from '../words';

export type Going = 'waiting' | 'sending' | 'paused' | 'away' | 'failed' | 'sent' | 'marked';

/** A file on its way, as the page shows it. */
export interface Sending {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly going: Going;
  /** Once all its bytes are durable. */
  readonly fileId: string | null;
  /** What the server said against it. */
  readonly against: readonly string[];
}

/** Files on their way to one record. Two at once; a line that breaks goes on by itself where it broke off. */
export interface Uploads {
  readonly all: ReturnType<typeof store<readonly Sending[]>>;
  readonly add: (files: readonly File[], post: string) => void;
  readonly pause: (key: string) => void;
  readonly go: (key: string) => void;
  readonly drop: (key: string) => void;
}

const AT_ONCE = 2;
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

export function uploads(done: (sending: Sending) => void): Uploads {
  const all = store<readonly Sending[]>([]);
  const running = new Map<string, Upload>();

  const change = (key: string, change: Partial<Sending>): void => {
    all.set(all.get().map((one) => (one.key === key ? { ...one, ...change } : one)));
  };
  const next = (): void => {
    const busy = all.get().filter(({ going }) => going === 'sending' || going === 'away').length;
    const waiting = all.get().find(({ going }) => going === 'waiting');
    if (busy < AT_ONCE && waiting) begin(waiting.key);
  };
  const begin = (key: string): void => {
    const upload = running.get(key);
    if (!upload) return;
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
          const answer = 'originalResponse' in error ? error.originalResponse?.getBody() : undefined;
          change(key, { going: 'failed', against: against(answer ?? '') });
          next();
        },
        onSuccess: () => {
          const hex = upload.url?.split('/').pop() ?? '';
          change(key, { going: 'sent', sent: file.size, fileId: `file:${hex}` });
          const sending = all.get().find((one) => one.key === key);
          if (sending) done(sending);
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
        fileId: null,
        against: [],
      };
      all.set([...all.get(), sending]);
    }
    next();
  };

  return {
    all,
    add,
    pause: (key) => {
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
      if (going !== 'sent') void running.get(key)?.abort(true).catch(() => undefined);
      running.delete(key);
      all.set(all.get().filter((one) => one.key !== key));
      next();
    },
  };
}
