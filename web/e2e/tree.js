/* global requestAnimationFrame, KeyboardEvent */
// The tree with a hundred thousand organisations open in it: how long a frame takes while it is scrolled, and how long opening and
// closing do. Started by `script/bench views`.
//   FONDS_URL, FONDS_TOKEN  where, and who looks
//   FONDS_LINES             how many lines; 100000 if not set
//   FONDS_SECONDS           opening goes on for so long at the most; 600 if not set
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, DESK } from './where.js';

const { FONDS_URL, FONDS_TOKEN, FONDS_LINES = '100000', FONDS_SECONDS = '600' } = process.env;
const running = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
const context = await running.newContext({ baseURL: FONDS_URL, viewport: DESK, locale: 'zh-CN', extraHTTPHeaders: { authorization: `Bearer ${FONDS_TOKEN}` } });
const page = await context.newPage();
await page.goto('/orgs');
await page.locator('.tree .limb').first().waitFor();

const grown = await page.evaluate(async ([wanted, patience]) => {
  const tree = document.querySelector('.tree');
  const height = () => parseFloat(tree.firstElementChild.style.height);
  const each = parseFloat(tree.querySelector('.limb').style.height);
  const lines = () => Math.round(height() / each);
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const began = performance.now();
  const over = () => lines() >= wanted || performance.now() - began > patience * 1000;
  let opened = 0;
  // From below upwards, level after level: what is opened stands below what is still to be opened.
  while (!over()) {
    const before = opened;
    for (let at = tree.scrollHeight; at > -tree.clientHeight && !over(); at -= tree.clientHeight) {
      tree.scrollTop = Math.max(at, 0);
      await frame();
      await frame();
      const shut = [...tree.querySelectorAll('[aria-expanded="false"]')].filter((limb) => !limb.querySelector('small')?.textContent.includes('支部'));
      for (const limb of shut.reverse()) limb.querySelector('.turn').click();
      opened += shut.length;
      if (shut.length === 0) continue;
      for (let still = 0, known = lines(); still < 8; ) {
        await frame();
        still = lines() === known ? still + 1 : 0;
        known = lines();
      }
    }
    if (opened === before) break;
  }
  return { lines: lines(), opened, seconds: (performance.now() - began) / 1000 };
}, [Number(FONDS_LINES), Number(FONDS_SECONDS)]);
console.log(`${String(grown.lines)} lines open: ${String(grown.opened)} organisations opened in ${grown.seconds.toFixed(0)} s`);

const told = await page.evaluate(async () => {
  const tree = document.querySelector('.tree');
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const press = (key) => tree.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const measured = async (times, step) => {
    const out = [];
    let last = await frame();
    for (let n = 0; n < times; n += 1) {
      step(n);
      const now = await frame();
      out.push(now - last);
      last = now;
    }
    return out;
  };
  const some = Math.floor(tree.scrollHeight / 600);
  tree.scrollTop = 0;
  const far = await measured(600, (n) => (tree.scrollTop = n * some));
  const near = await measured(600, () => (tree.scrollTop -= 120));
  press('Home');
  await frame();
  await frame();
  const shut = await measured(3, (n) => n === 0 && press('ArrowLeft'));
  const opened = await measured(3, (n) => n === 0 && press('ArrowRight'));
  return { far, near, shut: Math.max(...shut), opened: Math.max(...opened) };
});
for (const [words, frames] of [['scrolled line by line', told.near], ['scrolled through the whole', told.far]]) {
  const sorted = frames.toSorted((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0);
  console.log(`${words}: a frame takes ${at(0.5)} ms, ${at(0.95)} ms (p95), ${at(1)} ms at the most`);
}
console.log(`all of it shut: ${told.shut.toFixed(0)} ms; opened again: ${told.opened.toFixed(0)} ms`);
await running.close();
