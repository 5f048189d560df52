// What makes the daily work short: what is known already is offered, and many are decided at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, judge, person, PHONE, signIn, sit } from './browser.js';

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

test('a meeting is written down with what is known: as last time, absent by a touch, present by itself', { timeout: 180_000 }, async () => {
  const branch = await sit(running, 'branch_secretary', PHONE);
  const { page } = branch;
  await signIn(branch, '/records/new');
  await page.getByRole('link', { name: '支部党员大会记录' }).click();
  assert.match(await page.getByLabel('标题').inputValue(), /^\S+\d{4}年\d{1,2}月支部党员大会记录$/);
  const told = await judge(branch, 'begin');
  await page.getByRole('button', { name: '沿用上次' }).click();
  const value = (name) => page.getByLabel(name, { exact: false }).first().inputValue();
  assert.notEqual(await value('地点'), '', 'the place is that of last time');
  assert.notEqual(await value('主持人'), '', 'so is the host');
  const expected = Number(await value('应到人数'));
  assert.ok(expected > 2);
  assert.equal(await value('实到人数'), '', 'nobody is said to have come before somebody says who did not');

  const roll = page.getByRole('group', { name: /从已知人员中选择：缺席人员/ });
  const names = await roll.getByRole('button').allInnerTexts();
  assert.ok(names.length > 2, 'people who were named before are offered');
  for (const name of names.slice(0, 3)) await roll.getByRole('button', { name, exact: true }).click();
  assert.equal(await value('实到人数'), String(expected - 3));
  await roll.getByRole('button', { name: names[0], exact: true }).click();
  assert.equal(await value('实到人数'), String(expected - 2));
  assert.equal(await page.locator('fieldset.list li', { hasText: '请假原因' }).count(), 2);

  // One meeting that is two: reported once.
  await page.getByRole('combobox', { name: '同时算作' }).click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '主题党日' }).click();
  await page.keyboard.press('Escape');
  await page.getByText('内部', { exact: true }).click();
  await page.getByRole('status').filter({ hasText: '已保存' }).waitFor();
  told.push(...(await judge(branch, 'known')));
  // Written again, they are still there: a save says all of it.
  const id = new URL(page.url()).searchParams.get('record');
  await page.goto(`/records/${id}/edit`);
  await page.getByLabel('标题').fill('与主题党日合并召开的党员大会');
  await page.getByRole('status').filter({ hasText: '已保存' }).waitFor();
  await page.goto(`/records/${id}`);
  await page.getByText('同时算作：主题党日').waitFor();
  await page.locator('.about .ant-tag', { hasText: '内部' }).waitFor();
  await page.getByRole('button', { name: /^作\s?废$/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?定$/ }).click();
  await page.locator('.about .ant-tag', { hasText: '已作废' }).waitFor();
  assert.deepEqual(told, []);
});

test('a session that ends leaves the page as it is; somebody else does not get it', { timeout: 180_000 }, async () => {
  const branch = await sit(running, 'branch_secretary', DESK);
  const { page, context, who } = branch;
  await signIn(branch, '/records/new');
  await page.getByRole('link', { name: '主题党日' }).click();
  await page.getByLabel('地点').fill('村党群服务中心');
  await page.getByRole('status').filter({ hasText: '已保存' }).waitFor();
  const at = page.url();
  await context.clearCookies();
  await page.getByLabel('地点').fill('乡村大舞台');
  const dialog = page.getByRole('dialog', { name: '登录已失效，请重新登录' });
  await dialog.waitFor();
  const told = await judge(branch, 'session-ended');
  const again = async (one) => {
    await dialog.getByLabel('单位代号').fill(one.tenant);
    await dialog.getByLabel('登录名').fill(one.login);
    await dialog.getByLabel('密码').fill(one.password);
    await dialog.getByRole('button', { name: /^登\s?录$/ }).click();
  };
  await again(who);
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('status').filter({ hasText: '已保存' }).waitFor();
  assert.equal(page.url(), at);
  assert.equal(await page.getByLabel('地点').inputValue(), '乡村大舞台');

  await context.clearCookies();
  await page.getByLabel('地点').fill('村委会');
  await dialog.waitFor();
  const other = person('sibling_secretary');
  await again(other);
  await page.waitForURL((url) => url.pathname === '/');
  await page.getByText(`${other.name}，您好`).waitFor();
  assert.equal(await page.getByText('村委会').count(), 0);
  assert.equal(await page.getByRole('link', { name: /主题党日/ }).count(), 0, 'a draft of somebody else is not offered');
  assert.deepEqual(told, []);
});

test('many are chosen by keys and approved at once, each with its own answer', { timeout: 120_000 }, async () => {
  const county = await sit(running, 'county_reviewer', DESK);
  const { page } = county;
  await signIn(county, '/review');
  await page.locator('main .rows a').first().waitFor();
  for (let row = 0; row < 12; row += 1) {
    await page.keyboard.press('j');
    await page.keyboard.press('x');
  }
  await page.getByRole('button', { name: '通过所选 12 份' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?定$/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('main .rows p[role=status]').length === 12);
  assert.deepEqual(await judge(county, 'approved-many'), []);
  await page.reload();
  await page.locator('main .rows a').first().waitFor();
  assert.equal(await page.locator('main .rows p[role=status]').count(), 0);
});

test('what was sent is looked at beside its form: pages as pictures, films as films', { timeout: 120_000 }, async () => {
  const county = await sit(running, 'county_reviewer', DESK);
  const { page } = county;
  await signIn(county, '/review?queue=HELD');
  const links = await page.locator('main .rows a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  const seen = { picture: 0, film: 0 };
  for (const link of links) {
    await page.goto(link);
    await page.locator('article h1').waitFor();
    const files = page.locator('ul.files.shown');
    if ((await files.count()) === 0) continue;
    await files.scrollIntoViewIfNeeded();
    for (const film of await files.locator('video').all()) {
      await film.evaluate((one) => (one.readyState > 0 ? undefined : new Promise((done, fail) => {
        one.addEventListener('loadedmetadata', done);
        one.addEventListener('error', () => fail(new Error(one.error?.message)));
      })));
      seen.film += 1;
    }
    for (const picture of await files.locator('.pages img').all()) {
      await picture.scrollIntoViewIfNeeded();
      await picture.evaluate((one) => one.decode());
      seen.picture += 1;
    }
    if (seen.film > 0 && seen.picture > 0) break;
  }
  assert.ok(seen.picture > 0 && seen.film > 0, `looked at ${JSON.stringify(seen)} of ${String(links.length)} records`);
  assert.deepEqual(await judge(county, 'beside'), []);
});
