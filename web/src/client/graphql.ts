import { createClient as createSocket, type Client as Socket } from 'graphql-ws';
import {
  cacheExchange,
  Client,
  type CombinedError,
  fetchExchange,
  makeOperation,
  mapExchange,
  type Operation,
  subscriptionExchange,
} from 'urql';
import { locale } from '../words';
import { heard } from './line';
import { open, patient } from './patient';
import { session, unauthenticated } from './session';
import { store } from './store';

/** What the server says is wrong, as far as a page has to know. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'NETWORK'
  | 'OUTDATED'
  | 'INTERNAL';

const KNOWN: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'RATE_LIMITED', 'UNAVAILABLE'];

export function errorCode(error: CombinedError): ErrorCode {
  if (error.networkError) return 'NETWORK';
  const code = error.graphQLErrors.map((one) => one.extensions['code']).find((one) => typeof one === 'string');
  if (code === 'UNKNOWN_DOCUMENT') return 'OUTDATED';
  return typeof code === 'string' && KNOWN.includes(code) ? (code as ErrorCode) : 'INTERNAL';
}

/**
 * A hash stands in each generated document: the gateway of a build knows its operations by it. What is followed goes by its text:
 * the protocol of the socket asks for one.
 */
function byHash(operation: Operation): Operation {
  if (operation.kind === 'subscription') return operation;
  const { __meta__: told } = operation.query as { readonly __meta__?: { readonly hash?: string } };
  if (!import.meta.env.PROD || !told?.hash) return operation;
  const query = { ...operation.query, definitions: [], documentId: told.hash };
  return makeOperation(operation.kind, { ...operation, query } as Operation, operation.context);
}

/** As it is told: forbidden and absent are the same. */
export function toldCode(code: ErrorCode): Exclude<ErrorCode, 'FORBIDDEN'> {
  return code === 'FORBIDDEN' ? 'NOT_FOUND' : code;
}

/** The server is of another version than this page: it must be loaded again. */
export const outdated = store(false);

const ENDED: readonly number[] = [4401, 4403];
const hasEnded = (cause: unknown): boolean => cause instanceof CloseEvent && ENDED.includes(cause.code);

let socket: Socket | undefined;

/** One socket, opened with the first subscription and again after every break. */
function theSocket(): Socket {
  socket ??= createSocket({
    url: `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}/graphql/ws`,
    lazy: true,
    keepAlive: 20_000,
    retryAttempts: Infinity,
    retryWait: (tries) =>
      new Promise((go) => setTimeout(go, Math.min(1000 * 2 ** tries, 30_000) * (0.5 + Math.random() / 2))),
    // A line that broke is tried again; a fault of this page's own would only be repeated.
    shouldRetry: (closed) => closed instanceof CloseEvent && ![4400, 4401, 4403].includes(closed.code),
    on: {
      closed: (closed) => {
        if (hasEnded(closed)) unauthenticated();
      },
      connected: () => heard(true),
    },
  });
  return socket;
}

/** Ends what was heard for somebody: the next one has a socket of his own. */
export function hangUp(): void {
  void socket?.dispose();
  socket = undefined;
}

type Request = Parameters<Socket['subscribe']>[0];
type Sink = Parameters<Socket['subscribe']>[1];

/** Follows; where the session ends, it goes on once the same person has signed in again. */
function followed(request: Request, sink: Sink): () => void {
  let stop = (): void => undefined;
  const over = new AbortController();
  const begin = (): void => {
    stop = theSocket().subscribe(request, {
      ...sink,
      error: (cause) => {
        if (!hasEnded(cause) || over.signal.aborted) {
          sink.error(cause);
          return;
        }
        hangUp();
        open(over.signal).then(begin, () => undefined);
      },
    });
  };
  begin();
  return () => {
    over.abort();
    stop();
  };
}

/** `plain`: answers are not kept, and what others have kept is not touched: for what asks after every few letters. */
export function createClient(plain = false): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetch: patient,
    requestPolicy: plain ? 'network-only' : 'cache-and-network',
    fetchOptions: () => ({
      credentials: 'same-origin',
      headers: { 'accept-language': locale(), 'x-fonds-request': '1' },
    }),
    exchanges: [
      ...(plain ? [] : [cacheExchange]),
      mapExchange({
        onResult({ error }) {
          if (!error) {
            heard(true);
            if (session.get() === 'unknown') session.set('open');
            return;
          }
          const code = errorCode(error);
          heard(code !== 'NETWORK');
          if (code === 'UNAUTHENTICATED') unauthenticated();
          if (code === 'OUTDATED') outdated.set(true);
        },
      }),
      mapExchange({ onOperation: byHash }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          // The events of a subscription have the form of answers.
          subscribe: (sink) => ({ unsubscribe: followed(request as Request, sink as Sink) }),
        }),
      }),
    ],
  });
}
