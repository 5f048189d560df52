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
import { session, unauthenticated } from './session';

/** What the server says is wrong, as far as a page has to know. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'NETWORK'
  | 'INTERNAL';

const KNOWN: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'RATE_LIMITED', 'UNAVAILABLE'];

export function errorCode(error: CombinedError): ErrorCode {
  if (error.networkError) return 'NETWORK';
  const code = error.graphQLErrors.map((one) => one.extensions['code']).find((one) => typeof one === 'string');
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
        if (closed instanceof CloseEvent && (closed.code === 4401 || closed.code === 4403)) unauthenticated();
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

export function createClient(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => ({
      credentials: 'same-origin',
      headers: { 'accept-language': locale(), 'x-fonds-request': '1' },
    }),
    exchanges: [
      cacheExchange,
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
        },
      }),
      mapExchange({ onOperation: byHash }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: theSocket().subscribe(
              request as Parameters<Socket['subscribe']>[0],
              // The events of a subscription have the form of answers.
              sink as Parameters<Socket['subscribe']>[1],
            ),
          }),
        }),
      }),
    ],
  });
}
