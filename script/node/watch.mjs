// One subscription from the command line: each event is a line of JSON.
//   node watch.mjs URL TOKEN QUERY [VARIABLES]     ends with the subscription: at its end, its error, or when told to stop
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token, query, variables = '{}'] = process.argv.slice(2);
if (!url || !token || !query) {
  console.error('node watch.mjs URL TOKEN QUERY [VARIABLES]');
  process.exit(2);
}
const at = new URL('/graphql/ws', url);
at.protocol = at.protocol.replace('http', 'ws');
const client = createClient({
  url: at.href,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  shouldRetry: () => true,
});
const over = (code) => Promise.resolve(client.dispose()).then(() => process.exit(code));
process.on('SIGTERM', () => over(0));
process.on('SIGINT', () => over(0));
client.subscribe(
  { query, variables: JSON.parse(variables) },
  {
    next: (event) => console.log(JSON.stringify(event)),
    error: (errors) => {
      console.error(Array.isArray(errors) ? JSON.stringify({ errors }) : `closed: ${errors.code ?? ''} ${errors.reason ?? errors}`);
      over(1);
    },
    complete: () => over(0),
  },
);
