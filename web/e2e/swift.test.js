// What makes the daily work short: what is known already is offered, and many are decided at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { browser, demo, DESK, judge, person, PHONE, signIn, sit } from './browser.js';

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
  const tags = page.getByRole('combobox', { name: '同时算作' });
  await tags.click();
  await tags.fill('主题党日');
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '主题党日' }).click();
  await page.keyboard.press('Escape');
  await page.getByText('内部', { exact: true }).click();
  await page.locator('[data-saving=saved]').waitFor();
  told.push(...(await judge(branch, 'known')));
  // Written again, they are still there: a save says all of it.
  const id = new URL(page.url()).searchParams.get('record');
  await page.goto(`/records/${id}/edit`);
  await page.getByLabel('标题').fill('与主题党日合并召开的党员大会');
  await page.locator('[data-saving=saved]').waitFor();
  await page.goto(`/records/${id}`);
  await page.getByText('同时算作：主题党日').waitFor();
  await page.locator('.about .ant-tag', { hasText: '内部' }).waitFor();
  await page.getByRole('button', { name: /^作\s?废$/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?定$/ }).click();
  await page.locator('.about .ant-tag', { hasText: '已作废' }).waitFor();
  assert.deepEqual(told, []);
});

/** A lecture that the recorder has written to its end. */
async function lecture({ token, post }, title) {
  const { example } = JSON.parse(readFileSync(new URL('../../schema/record-types/DK.json', import.meta.url), 'utf8'));
  const writing = { title, occurredOn: new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10), content: example };
  const query = 'mutation ($input: CreateDraftInput!) { createDraft(input: $input) { record { id } } }';
  const answer = await fetch(`${demo.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { input: { idempotencyKey: `e2e-${String(Date.now())}`, post, ofType: 'DK', writing } } }),
  });
  return (await answer.json()).data.createDraft.record.id;
}

test('what nobody above reviews: the recorder asks by a touch, the secretary finds it on the workbench and confirms it', { timeout: 180_000 }, async () => {
  const title = `学习党章 ${String(Date.now())}`;
  const branch = await sit(running, 'branch_recorder', PHONE);
  const id = await lecture(branch.who, title);
  await signIn(branch, `/records/${id}/edit?step=2`);
  await branch.page.getByText('可以确认的人').waitFor();
  const told = await judge(branch, 'to-ask');
  await branch.page.getByRole('button', { name: '请书记确认' }).click();
  const waits = branch.page.getByText(/^已请.+确认，等待中$/);
  await waits.waitFor();
  await branch.page.reload();
  await waits.waitFor();
  told.push(...(await judge(branch, 'asked')));

  const desk = await sit(running, 'branch_secretary', PHONE);
  const { page } = desk;
  await signIn(desk);
  const link = page.getByRole('link', { name: title });
  await link.first().waitFor();
  assert.ok(Number(await page.locator('.numbers [data-name=toConfirm] strong').innerText()) >= 1);
  told.push(...(await judge(desk, 'today-to-confirm')));
  await page.locator('.numbers [data-name=toConfirm] a').click();
  // The address changes before the page does, and the workbench has two links to the record.
  await page.getByRole('heading', { name: '报送', exact: true }).waitFor();
  await link.click();
  await page.getByRole('heading', { name: `${branch.who.name}请您确认这份记录` }).waitFor();
  told.push(...(await judge(desk, 'to-confirm')), ...(await judge(desk, 'to-confirm', DESK)));
  await page.getByRole('button', { name: /^确\s?认$/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?定$/ }).click();
  await page.getByText('已确认，记录已办结').waitFor();
  await page.locator('.about .ant-tag', { hasText: '已办结' }).waitFor();
  await page.goto('/records?state=TO_CONFIRM');
  await page.locator('.lines, .nothing').first().waitFor();
  assert.equal(await link.count(), 0);
  await branch.page.goto('/inbox');
  await branch.page.getByRole('link', { name: title }).waitFor();
  assert.deepEqual(told, []);
});

test('a session that ends leaves the page as it is; somebody else does not get it', { timeout: 180_000 }, async () => {
  const branch = await sit(running, 'branch_secretary', DESK);
  const { page, context, who } = branch;
  await signIn(branch, '/records/new');
  await page.getByRole('link', { name: '主题党日' }).click();
  await page.getByLabel('地点').fill('村党群服务中心');
  await page.locator('[data-saving=saved]').waitFor();
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
  await page.locator('[data-saving=saved]').waitFor();
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

test('what was sent is looked at beside its form: pages as pictures, films as films', { timeout: 180_000 }, async () => {
  const county = await sit(running, 'county_reviewer', DESK);
  await signIn(county);
  const pictures = await look(county, '/review?queue=HELD', '.pages img', (picture) => picture.decode());
  assert.ok(pictures > 0, 'no page was seen');
  const told = await judge(county, 'beside');
  // Larger, over the page; Escape leads back.
  await county.page.locator('.files.shown .ant-image').first().click();
  await county.page.locator('.ant-image-preview img').waitFor();
  await county.page.keyboard.press('Escape');
  await county.page.locator('.ant-image-preview img').waitFor({ state: 'hidden' });
  told.push(...(await judge(county, 'larger')));
  const branch = await sit(running, 'branch_recorder', DESK);
  await signIn(branch);
  const films = await look(branch, '/records?state=FINAL', 'video', (film) =>
    film.readyState > 0
      ? undefined
      : new Promise((done, fail) => {
          film.addEventListener('loadedmetadata', done);
          film.addEventListener('error', () => fail(new Error(film.error?.message)));
        }),
  );
  assert.ok(films > 0, 'no film was seen');
  told.push(...(await judge(branch, 'film')));
  assert.deepEqual(told, []);
});

/** Opens what is in a list until one of them has what is looked for, and looks at all of that: how many. */
async function look({ page }, list, what, seen) {
  await page.goto(list);
  await page.locator('main .rows a, main .lines a').first().waitFor();
  const links = await page.locator('main .rows a, main .lines a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  for (const link of links) {
    await page.goto(link);
    await page.locator('article h1').waitFor();
    await page.waitForLoadState('networkidle');
    const found = await page.locator(`ul.files.shown ${what}`).all();
    for (const one of found) {
      await one.scrollIntoViewIfNeeded();
      await one.evaluate(seen);
    }
    if (found.length > 0) return found.length;
  }
  return 0;
}

test('a number leads to what is behind it, and back', { timeout: 120_000 }, async () => {
  const county = await sit(running, 'county_reviewer', PHONE);
  const { page } = county;
  await signIn(county, '/figures');
  await page.locator('main .matrix td a', { hasText: '支部党员大会' }).first().click();
  const behind = page.getByRole('dialog');
  // It opens on what presses; what has come through is held here, and can be opened.
  await behind.locator('p').first().waitFor();
  await behind.locator('.ant-segmented label', { hasText: '已办结' }).click();
  await behind.locator('.lines a').first().waitFor();
  const told = [...(await judge(county, 'behind')), ...(await judge(county, 'behind', DESK))];
  await page.goBack();
  await behind.waitFor({ state: 'hidden' });
  await page.goForward();
  await behind.locator('.lines a').first().click();
  await page.locator('article h1').waitFor();
  assert.deepEqual(told, []);
});
