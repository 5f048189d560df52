// The npm client `graphql-ws` against a running demo: what a client of others relies on.
//   FONDS_AUDIT_DEMO   the demo.json of a demo
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createClient, CloseCode } from 'graphql-ws';
import WebSocket from 'ws';

const env = Object.fromEntries(
  readFileSync(process.env.FONDS_AUDIT_DEMO.replace(/json$/, 'env'), 'utf8')
    .split('\n')
    .map((line) => line.match(/^(?:export )?([A-Z_]+)='?([^']*)'?$/))
    .filter(Boolean)
    .map(([, name, value]) => [name, value]),
);
const http = new URL('/graphql', env.URL).href;
const ws = new URL('/graphql/ws', env.URL).href.replace(/^http/, 'ws');
const { COUNTY_REVIEWER_TOKEN: county, COUNTY_REVIEWER_ORG: org, SIBLING_RECORDER_TOKEN: sibling } = env;
const { BRANCH_RECORDER_TOKEN: branch, BRANCH_RECORDER_POST: post } = env;
const patience = AbortSignal.timeout(60_000);
patience.onabort = () => {
  console.error('the client waited in vain');
  process.exit(1);
};
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});

function connect(token, more = {}) {
  return createClient({ url: ws, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0, ...more });
}

async function ask(token, query, variables) {
  const answer = await fetch(http, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

// The first value that a subscription fails with.
async function failure(events) {
  try {
    for await (const event of events) assert.fail(`an event: ${JSON.stringify(event)}`);
  } catch (error) {
    return error;
  }
  return assert.fail('it ended without an error');
}

const key = () => `live-${Date.now()}-${Math.random().toString(36).slice(2)}`;
const RECORD = 'subscription ($record: ID!) { recordChanged(record: $record) { id title rev } }';
const year = new Date().getFullYear();
const figures = {
  query: 'subscription ($i: FiguresInput!) { rollupChanged(input: $i) { state count } }',
  variables: { i: { org, from: year * 100 + 1, to: year * 100 + 12 } },
};
let done = 0;

// The present state, then what changes; two subscriptions on one socket.
{
  let opened = 0;
  const client = connect(branch, { on: { opened: () => (opened += 1) } });
  const type = (await ask(branch, '{ recordType(code: "ZBDH") { example } }')).recordType;
  const content = typeof type.example === 'string' ? JSON.parse(type.example) : type.example;
  const writing = (title) => ({ title, occurredOn: new Date().toISOString().slice(0, 8) + '01', content });
  const made = await ask(branch, 'mutation ($i: CreateDraftInput!) { createDraft(input: $i) { record { id rev } problems { message } } }', {
    i: { idempotencyKey: key(), post, ofType: 'ZBDH', writing: writing('一') },
  });
  const { id: record, rev } = made.createDraft.record;
  const one = client.iterate({ query: RECORD, variables: { record } });
  const other = client.iterate({ query: RECORD, variables: { record } });
  assert.equal((await one.next()).value.data.recordChanged.title, '一');
  assert.equal((await other.next()).value.data.recordChanged.title, '一');
  await other.return();
  const began = performance.now();
  await ask(branch, 'mutation ($i: SaveDraftInput!) { saveDraft(input: $i) { record { rev } problems { message } } }', {
    i: { idempotencyKey: key(), post, record, rev, writing: writing('二') },
  });
  assert.equal((await one.next()).value.data.recordChanged.title, '二');
  assert.ok(performance.now() - began < 2000, 'an event took two seconds');
  await one.return();
  assert.equal(opened, 1, 'one socket carries all subscriptions');
  await client.dispose();
  done += 1;

  // A foreign record is as one that there is not: an error of that subscription.
  const stranger = connect(sibling);
  const hidden = await failure(stranger.iterate({ query: RECORD, variables: { record } }));
  const absent = await failure(stranger.iterate({ query: RECORD, variables: { record: `record:${'0'.repeat(32)}` } }));
  assert.equal(hidden[0].extensions.code, 'NOT_FOUND');
  assert.deepEqual(hidden, absent);
  await stranger.dispose();
  done += 1;
}

// Figures; then a query over the socket, which is refused.
{
  const client = connect(county);
  const events = client.iterate(figures);
  assert.ok(Array.isArray((await events.next()).value.data.rollupChanged));
  await events.return();
  assert.equal((await failure(client.iterate({ query: '{ version }' })))[0].extensions.code, 'BAD_REQUEST');
  await client.dispose();
  done += 1;
}

// Without a session, nobody comes in.
{
  const client = connect('zj.nobodynobodynobodynobody');
  assert.equal((await failure(client.iterate(figures))).code, CloseCode.Forbidden);
  await client.dispose();
  done += 1;
}

// A session that ends closes the socket, with a code after which the client does not come back by itself.
{
  const made = await ask(county, 'mutation ($i: CreateTokenInput!) { createToken(input: $i) { session { id } token problems { message } } }', {
    i: { idempotencyKey: key(), label: '测试', days: 1 },
  });
  const client = connect(made.createToken.token, { retryAttempts: 5 });
  const events = client.iterate(figures);
  await events.next();
  const ended = failure(events);
  const began = performance.now();
  await ask(county, 'mutation ($i: EndSessionInput!) { endSession(input: $i) { session { id } problems { message } } }', {
    i: { idempotencyKey: key(), session: made.createToken.session.id },
  });
  assert.equal((await ended).code, CloseCode.Unauthorized);
  assert.ok(performance.now() - began < 1500, 'an ended session held on');
  await client.dispose();
  done += 1;
}

console.log(`graphql-ws at ${ws}: ${done} scenes, as they should be`);
process.exit(0);
