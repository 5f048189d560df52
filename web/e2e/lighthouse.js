// Lighthouse against the built pages of a running demo, as a phone on a simulated slow 4G.
//   node e2e/lighthouse.js               accessibility and best practices of each page, ≥ 95
//   node e2e/lighthouse.js performance   performance of each page, ≥ 90 as the median of five
//   LONG_TASKS=1                         and what kept the processor for long, run by run
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, demo, PHONE, signIn, person } from './browser.js';

const swift = process.argv[2] === 'performance';
const asked = swift ? { performance: 90 } : { accessibility: 95, 'best-practices': 95 };
const runs = swift ? 5 : 1;
/** Lighthouse divides the processor by four, whatever it is; the line by itself is told beside. */
const LINE_ALONE = { rttMs: 150, throughputKbps: 1638.4, requestLatencyMs: 562.5, downloadThroughputKbps: 1474.56, uploadThroughputKbps: 675, cpuSlowdownMultiplier: 1 };

const free = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const port = await free();
const folder = mkdtempSync(path.join(tmpdir(), 'fonds-lighthouse-'));
// The browser's own context: Lighthouse opens its page in that one, and is signed in there.
const context = await chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: [...ARGS, `--remote-debugging-port=${port}`], viewport: PHONE, baseURL: demo.url, locale: 'zh-CN' });
let short = 0;

async function measure(name, address) {
  const told = new Map(Object.keys(asked).map((category) => [category, []]));
  const faults = new Set();
  const page = context.pages()[0] ?? (await context.newPage());
  const browser = await context.newCDPSession(page);
  const look = async (settings) => {
    // As for the first time: Lighthouse would forget who is signed in, too.
    await browser.send('Network.clearBrowserCache');
    const flags = { port, logLevel: 'error', onlyCategories: Object.keys(asked), disableStorageReset: true, ...settings };
    return (await lighthouse(new URL(address, demo.url).href, flags)).lhr;
  };
  for (let run = 0; run < runs; run += 1) {
    const lhr = await look({});
    for (const [category, scores] of told) {
      scores.push(Math.round(lhr.categories[category].score * 100));
      for (const { id, weight } of lhr.categories[category].auditRefs) {
        const audit = lhr.audits[id];
        if (weight > 0 && audit.score !== null && audit.score < 0.9) faults.add(`${id}: ${audit.displayValue ?? audit.title}`);
      }
    }
    if (process.env.LONG_TASKS) {
      for (const { url, duration, startTime } of lhr.audits['long-tasks'].details?.items ?? []) console.log(`  ${Math.round(startTime)} ms: ${Math.round(duration)} ms in ${url}`);
    }
    if (swift) console.log(`${name}: interactive after ${lhr.audits.interactive.displayValue}, largest paint ${lhr.audits['largest-contentful-paint'].displayValue}`);
  }
  if (swift) {
    const times = [];
    let speed = 0;
    for (let run = 0; run < runs; run += 1) {
      const lhr = await look({ throttling: LINE_ALONE });
      times.push(lhr.audits.interactive.numericValue / 1000);
      speed = lhr.environment.benchmarkIndex;
    }
    console.log(`lighthouse: ${name}: on the line alone interactive after ${median(times).toFixed(1)} s (${times.map((one) => one.toFixed(1)).join(', ')}); benchmark index of this machine ${Math.round(speed)}`);
  }
  for (const [category, scores] of told) {
    const score = median(scores);
    console.log(`lighthouse: ${name}: ${category} ${score}${runs > 1 ? ` (${scores.join(', ')})` : ''}`);
    if (score < asked[category]) short += 1;
  }
  for (const fault of faults) console.log(`  ${fault}`);
}

try {
  await measure('sign-in', '/sign-in');
  const [page] = context.pages();
  await signIn({ page, who: person('county_reviewer') });
  await page.goto('about:blank');
  await measure('today', '/');
} finally {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}
if (short > 0) {
  console.error(`lighthouse: ${short} below what is asked for`);
  process.exit(1);
}
