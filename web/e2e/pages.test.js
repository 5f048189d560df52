// Every page as its people see it, on a desk and on a phone, in large text and in English: judged, and where asked for, pictured.
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

async function look(seat, [, address, there, way]) {
  await seat.page.goto(address);
  if (way) await seat.page.locator(way).first().click();
  await seat.page.locator(there).first().waitFor();
}

/** Whoever wants large text on a phone. */
async function large(seat) {
  await seat.context.addInitScript(() => window.localStorage.setItem('fonds.text', 'large'));
}

/** As if the person had chosen English: the demo's own choice is others' too, and stays. */
async function english(seat) {
  await seat.context.route('**/graphql', async (route) => {
    try {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('"locale":"ZH"', '"locale":"EN"') });
    } catch {
      // The page was closed under the question.
    }
  });
}

for (const [key, pages] of Object.entries(PAGES)) {
  for (const [how, locale, begin] of [['large', 'zh-CN', large], ['english', 'en-US', english]]) {
    test(`pages of ${key}, ${how}, on a phone`, { timeout: 180_000 }, async () => {
      const seat = await sit(running, key, PHONE, locale);
      seat.unseen = true;
      await begin(seat);
      await signIn(seat);
      const told = [];
      for (const page of pages) {
        await look(seat, page);
        assert.equal(await seat.page.locator('html').getAttribute(how === 'large' ? 'data-text' : 'lang'), how === 'large' ? 'large' : 'en');
        told.push(...(await judge(seat, `${page[0]}-${how}`)));
      }
      await seat.context.close();
      assert.deepEqual(told, []);
    });
  }
  test(`pages of ${key}`, { timeout: 180_000 }, async () => {
    const seat = await sit(running, key, DESK);
    await signIn(seat);
    const told = [];
    for (const page of pages) {
      await seat.page.setViewportSize(DESK);
      await look(seat, page);
      told.push(...(await judge(seat, page[0])), ...(await judge(seat, page[0], PHONE)));
    }
    await seat.context.close();
    assert.deepEqual(told, []);
  });
}
