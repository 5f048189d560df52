// Every page as its people see it, on a desk and on a phone: judged, and where asked for, pictured.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, judge, PHONE, signIn, sit } from './browser.js';

/** Who looks, and at what: a name, an address, what is there when the page is, and what leads on to it from the address. */
const PAGES = {
  county_reviewer: [
    ['today', '/', 'main .numbers'],
    ['review', '/review', 'main .rows a, main .nothing'],
    ['receipt', '/review', 'article h1', 'main .rows a'],
    ['figures', '/figures', 'main .matrix td a'],
    ['figures-map', '/figures?as=map', 'main .map a'],
    ['inbox', '/inbox', 'main li, main .nothing'],
    ['settings', '/settings', 'main .lines li'],
  ],
  branch_recorder: [
    ['today-branch', '/', 'main .numbers'],
    ['records', '/records?state=FINAL', 'main li a, main .rows a, main .nothing'],
    ['record', '/records?state=FINAL', 'main .timeline li', 'main .lines a'],
    ['new', '/records/new', 'main .cards a'],
    ['write', '/records/new', 'main .field input', 'main .cards a'],
  ],
  county_org_admin: [['orgs', '/orgs', 'article.sheet .timeline li'], ['people', '/permissions?view=people', 'main .rows td']],
  security_admin: [
    ['permissions', '/permissions', 'main .rows a'],
    ['why', '/permissions?view=why&action=policy.edit', 'main .verdict'],
    ['policy', '/permissions?view=policy', 'main .matrix td'],
    ['three', '/permissions?view=three', 'main .sheet li'],
  ],
  audit_admin: [['audit', '/audit', 'main .trail li']],
};

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

test('the page of sign-in', { timeout: 60_000 }, async () => {
  const seat = await sit(running, 'county_reviewer', DESK);
  await seat.page.goto('/sign-in');
  await seat.page.getByLabel(/^登录名/).waitFor();
  assert.deepEqual([...(await judge(seat, 'sign-in')), ...(await judge(seat, 'sign-in', PHONE))], []);
  await seat.context.close();
});

for (const [key, pages] of Object.entries(PAGES)) {
  test(`pages of ${key}`, { timeout: 180_000 }, async () => {
    const seat = await sit(running, key, DESK);
    await signIn(seat);
    const told = [];
    for (const [name, address, there, way] of pages) {
      await seat.page.setViewportSize(DESK);
      await seat.page.goto(address);
      if (way) await seat.page.locator(way).first().click();
      await seat.page.locator(there).first().waitFor();
      told.push(...(await judge(seat, name)), ...(await judge(seat, name, PHONE)));
    }
    await seat.context.close();
    assert.deepEqual(told, []);
  });
}
