// A reviewer in his queue: on from one to the next and back, with what he had chosen; nothing begins again at the head. Run alone: others
// decide in the same queue.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, judge, signIn, sit } from '../browser.js';

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

const pathOf = (page) => new URL(page.url()).pathname;

test('the next one follows the present one, and the queue is found as it was left', { timeout: 120_000 }, async () => {
  const county = await sit(running, 'county_reviewer', DESK);
  const { page } = county;
  await signIn(county, '/review');
  const links = page.locator('main .rows a');
  await links.nth(4).waitFor();
  const paths = (await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).map((href) => href.split('?')[0]);
  // With CapsLock on, too.
  await page.keyboard.press('Shift+J');
  await page.keyboard.press('Shift+X');
  await page.getByRole('button', { name: '通过所选 1 份' }).waitFor();

  await links.nth(2).click();
  await page.locator('article h1').waitFor();
  assert.equal(pathOf(page), paths[2]);
  for (const to of [3, 4]) {
    // Until the page has changed, the way on is still that of the one before.
    await page.waitForFunction((path) => document.querySelector('[data-key=n]')?.getAttribute('href')?.split('?')[0] === path, paths[to]);
    await page.keyboard.press('n');
    await page.waitForURL((url) => url.pathname === paths[to]);
  }
  // A change of page is told: the focus is at its heading.
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  const told = await judge(county, 'receipt-next');
  await page.getByRole('link', { name: /^回到/ }).click();
  await page.getByRole('button', { name: '通过所选 1 份' }).waitFor();
  assert.equal(await page.getByRole('checkbox', { checked: true }).count(), 1);
  await page.getByRole('button', { name: '通过所选 1 份' }).click();
  // Asked, and thought again: the focus is back where it was.
  await page.getByRole('dialog').getByRole('button', { name: /^取\s?消$/ }).click();
  await page.waitForFunction(() => document.activeElement?.textContent?.includes('通过所选'));
  assert.deepEqual(told, []);
});

test('all that was received says how it stands', { timeout: 60_000 }, async () => {
  const county = await sit(running, 'county_reviewer', DESK);
  const { page } = county;
  await signIn(county, '/review?queue=HELD');
  await page.locator('main .rows .standing').first().waitFor();
  const link = page.locator('main .rows a').first();
  await link.click();
  await page.locator('article h1').waitFor();
  await page.getByRole('link', { name: /^回到/ }).click();
  await page.waitForURL((url) => url.pathname === '/review' && url.searchParams.get('queue') === 'HELD');
  assert.deepEqual(await judge(county, 'held'), []);
});

test('single letters do nothing once they are switched off', { timeout: 60_000 }, async () => {
  const county = await sit(running, 'county_reviewer', DESK);
  const { page } = county;
  await signIn(county, '/settings');
  await page.getByRole('switch', { name: '启用单键快捷键' }).click();
  await page.goto('/review');
  await page.locator('main .rows a').first().waitFor();
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
  await page.locator('main .rows a').first().click();
  await page.locator('article h1').waitFor();
  await page.keyboard.press('a');
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.deepEqual(county.faults, []);
});
