// A browser at a running demo, as one of its people, that notes whatever a page should not do.
//   FONDS_DEMO      the demo.json of the demo; .fonds/demo.json if not set
//   FONDS_SHOTS     a folder for pictures of the pages
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, ENV } from './where.js';

export { ARGS, CHROMIUM, DESK, PHONE } from './where.js';

const DEMO = process.env.FONDS_DEMO ?? fileURLToPath(new URL('../../.fonds/demo.json', import.meta.url));
export const demo = JSON.parse(readFileSync(DEMO, 'utf8'));
/** The public half of the key that signs the heads of the demo's audit log. */
export const auditKey = () => readFileSync(path.join(path.dirname(DEMO), 'audit.pub'), 'utf8').trim();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const person = (key) => {
  const found = demo.people.find((one) => one.key === key);
  assert.ok(found, `nobody is ${key} in this demo`);
  return found;
};

export async function browser() {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS, env: ENV });
}

/** A person of the demo before a page of his own. `faults` fills with what is none of a page's business. */
export async function sit(running, key, size, locale = 'zh-CN') {
  const context = await running.newContext({
    baseURL: demo.url,
    viewport: size,
    locale,
    timezoneId: 'Asia/Shanghai',
    hasTouch: size.width < 600,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  const faults = [];
  const home = new URL(demo.url).host;
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error.message}`));
    page.on('console', (line) => {
      // A session that has not begun is told by 200; what the browser itself notes of an answer is noted below.
      if (['error', 'warning'].includes(line.type()) && !line.text().startsWith('Failed to load resource')) {
        faults.push(`console: ${line.text().slice(0, 400)}`);
      }
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.host !== home) faults.push(`elsewhere: ${request.url()}`);
    });
    page.on('response', (answer) => {
      if (answer.status() >= 400 && answer.status() !== 401) faults.push(`${answer.status()}: ${answer.request().method()} ${answer.url()}`);
    });
  });
  const page = await context.newPage();
  const who = person(key);
  return { context, page, faults, who, size };
}

export async function signIn({ page, who }, at = '/') {
  await page.goto(at);
  await page.getByLabel(/^(单位代号|Tenant)/).fill(who.tenant);
  await page.getByLabel(/^(登录名|Login)/).fill(who.login);
  await page.getByLabel(/^(密码|Password)/).fill(who.password);
  await page.getByRole('button', { name: /^(登\s?录|Sign in)$/ }).click();
  await page.locator('nav.places').waitFor();
}

/**
 * The page as it stands: nothing that axe finds, nothing wider than the screen, nothing that the browser complained of. `unseen`: no
 * picture is taken.
 */
export async function judge({ page, faults, size: own, unseen }, name, size = own) {
  await page.setViewportSize(size);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
  if (process.env.FONDS_SHOTS && !unseen) {
    const file = path.join(process.env.FONDS_SHOTS, `${name}-${size.width}.png`);
    await page.screenshot({ path: file });
  }
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
    return violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html, target }) => `${target.join(' ')} ${html.slice(0, 160)}`).slice(0, 4).join(' | ')}`);
  });
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const out = (one) => one.getBoundingClientRect().right > width + 1;
    // What is wide may be moved within something that is not: a table, a picture.
    const held = (one) => {
      for (let around = one.parentElement; around && around !== document.body; around = around.parentElement) {
        if (window.getComputedStyle(around).overflowX !== 'visible' && !out(around)) return true;
      }
      return false;
    };
    return [...document.querySelectorAll('body *')]
      .filter((one) => out(one) && one.getBoundingClientRect().width > 0 && one.checkVisibility({ visibilityProperty: true }) && !held(one))
      .slice(0, 5)
      .map((one) => `wider than the screen: ${one.outerHTML.slice(0, 120)}`);
  });
  return [...found, ...wide, ...faults.splice(0)].map((fault) => `${name} at ${size.width}: ${fault}`);
}
