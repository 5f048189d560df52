// The public audits of GraphQL over HTTP, against a running server.
//   FONDS_AUDIT_URL    the address of /graphql
//   FONDS_AUDIT_TOKEN  a bearer token that carries introspection
// or FONDS_AUDIT_DEMO, a demo.json that says both (url, introspection_token).
// Every warning and every error is a failure.
import { readFileSync } from 'node:fs';
import { serverAudits } from 'graphql-http';

function target() {
  const demo = process.env.FONDS_AUDIT_DEMO;
  if (!demo) return { url: process.env.FONDS_AUDIT_URL, token: process.env.FONDS_AUDIT_TOKEN };
  const { url, introspection_token: token } = JSON.parse(readFileSync(demo, 'utf8'));
  return { url: new URL('/graphql', url).href, token };
}

const { url, token } = target();
if (!url || !token) {
  console.error('FONDS_AUDIT_URL and FONDS_AUDIT_TOKEN (or FONDS_AUDIT_DEMO) are not set');
  process.exit(2);
}

// The audits set headers of their own: the token is added to each request.
async function fetchWithToken(input, init = {}) {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(input, { ...init, headers });
}

const counts = { ok: 0, notice: 0, warn: 0, error: 0 };
for (const audit of serverAudits({ url, fetchFn: fetchWithToken })) {
  const result = await audit.fn();
  counts[result.status] += 1;
  if (result.status !== 'ok') {
    console.log(`${result.status}: ${result.id} ${result.name}: ${result.reason}`);
    if (result.response) console.log(`  HTTP ${result.response.status}: ${(await body(result.response)).slice(0, 400)}`);
  }
}
console.log(`audits of ${url}: ${counts.ok} ok, ${counts.notice} notices, ${counts.warn} warnings, ${counts.error} errors`);
if (counts.ok === 0 || counts.warn > 0 || counts.error > 0) process.exit(1);

async function body(response) {
  try {
    return await response.text();
  } catch {
    return '(body was read)';
  }
}
