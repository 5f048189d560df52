// The main job: a branch reports from a phone, the town returns it with a comment, the branch mends it, town and county approve.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, judge, PHONE, signIn, sit } from './browser.js';

const CONTENT = {
  会议名称: '第四季度党员大会（浏览器）',
  地点: '村党群服务中心',
  主持人: '赵示一',
  记录人: '钱示二',
};
const title = `明星村党员大会 ${new Date().toISOString().slice(0, 19)}`;
const told = [];
let running;
let done = false;

before(async () => {
  running = await browser();
});
after(async () => {
  if (told.length > 0) console.error(told.join('\n'));
  for (const page of running?.contexts().flatMap((context) => context.pages()) ?? []) {
    if (!done) console.error(`where it stopped: ${page.url()}\n${await page.locator('main').innerText({ timeout: 2000 }).catch(() => '')}`);
  }
  await running?.close();
});

const field = (page, name) => page.getByLabel(name, { exact: false }).first();
const saved = (page) => page.locator('[data-saving=saved]').waitFor();
const bar = (page, name) => page.locator('footer.bar').getByRole('button', { name });

async function report(branch) {
  const { page } = branch;
  await page.goto('/records/new');
  await page.getByRole('link', { name: '支部党员大会记录' }).click();
  await page.getByLabel('标题').fill(title);
  // Who stops to think is saved, and writes on where he was: the page is the same, and so is what he has written.
  const place = field(page, '地点');
  await place.pressSequentially('村党群', { delay: 20 });
  await page.waitForURL(/record=record/);
  await page.keyboard.type('服务中心');
  assert.equal(await place.inputValue(), '村党群服务中心', 'the first save has taken the page from under the hand that writes');
  for (const [name, value] of Object.entries(CONTENT)) await field(page, name).fill(value);
  await field(page, '开始时间').fill('14:30');
  await field(page, '结束时间').fill('16:00');
  await page.getByText('线下', { exact: true }).click();
  for (const [name, count] of [['应到人数', 23], ['实到人数', 20], ['有表决权应到', 22], ['有表决权实到', 20]]) {
    await field(page, name).fill(String(count));
  }
  await page.getByRole('button', { name: /添加议题/ }).click();
  await field(page, '题目').fill('讨论年度计划');
  await field(page, '汇报人').fill('赵示一');
  await field(page, '讨论要点').fill('钱示二：同意。<img src=x onerror="document.title=1">');
  await saved(page);
  await page.locator('main h1').waitFor();
  told.push(...(await judge(branch, 'write')));
}

/** A file with a name that would be markup, if names were; its middle is lost with the line, and goes on. */
async function attach(branch) {
  const { page } = branch;
  await bar(page, '下一步').click();
  const picker = page.locator('input[type=file]').first();
  // Two pieces and a bit: the line breaks in the second, and it goes on from what the server has.
  const body = Buffer.from(`签到表\n${'赵示一\n'.repeat(900_000)}`);
  let pieces = 0;
  let asked = 0;
  await page.route('**/uploads/*', (route) => {
    const method = route.request().method();
    if (method === 'HEAD') asked += 1;
    if (method === 'PATCH') pieces += 1;
    return method === 'PATCH' && pieces === 2 ? route.abort('connectionreset') : route.continue();
  });
  await picker.setInputFiles({ name: '签到<b>表.txt', mimeType: 'text/plain', buffer: body });
  await page.locator('ul.files .name', { hasText: '签到' }).waitFor();
  await page.getByRole('combobox', { name: '用途' }).waitFor({ timeout: 60_000 });
  await page.unroute('**/uploads/*');
  assert.equal(pieces, 3, 'the piece that was lost is sent again, and no other');
  assert.equal(asked, 1, 'the server is asked how far it got');
  told.push(...(await judge(branch, 'files')));
}

async function send(branch) {
  const { page } = branch;
  await saved(page);
  await bar(page, '下一步').click();
  const route = page.getByRole('list', { name: '报送后依次由这些组织审核' });
  await route.getByRole('listitem').nth(1).waitFor();
  const button = page.getByRole('button', { name: /^(已核对，)?报\s?送$/ });
  await button.waitFor();
  told.push(...(await judge(branch, 'send')));
  await button.click();
  await page.getByText('已报送').waitFor();
  told.push(...(await judge(branch, 'sent')));
}

/** Without a line what is written stays in the browser, through a closed tab; it says so, and goes up from there. */
async function lost(branch) {
  const { context, page } = branch;
  const later = `${title} 断网`;
  await page.goto('/records/new');
  await page.getByRole('link', { name: '支部党员大会记录' }).click();
  await page.getByLabel('标题').waitFor();
  await context.setOffline(true);
  await page.getByLabel('标题').fill(later);
  await page.locator('[data-saving=local]').waitFor();
  branch.page = await context.newPage();
  await page.close();
  // Without a line requests fail: that is what was asked for.
  branch.faults.splice(0);
  await context.setOffline(false);
  await branch.page.goto('/');
  await branch.page.getByRole('link', { name: later }).click();
  await branch.page.waitForFunction((title) => document.querySelector('#record-title')?.value === title, later);
  await saved(branch.page);
  await branch.page.goto('/');
  await branch.page.locator('main .numbers').waitFor();
  assert.equal(await branch.page.getByRole('link', { name: later }).count(), 0, 'the server has it now');
}

async function open(reviewer) {
  const { page } = reviewer;
  await page.goto('/review');
  const row = page.getByRole('link', { name: title });
  const more = page.getByRole('button', { name: /^更\s?多$/ });
  // The oldest stands first: what has just come is at the end.
  for (let pages = 0; pages < 20; pages += 1) {
    await row.or(more).first().waitFor();
    if (await row.count()) break;
    await more.click();
    await more.or(row).first().waitFor();
  }
  await row.click();
  await page.locator('article h1', { hasText: title }).waitFor();
  told.push(...(await judge(reviewer, `receipt-${reviewer.who.key}`)));
}

test('a record goes up, comes back, is mended and goes through', { timeout: 600_000 }, async () => {
  const branch = await sit(running, 'branch_recorder', PHONE);
  const town = await sit(running, 'town_reviewer', DESK);
  const county = await sit(running, 'county_reviewer', DESK);
  await signIn(branch);
  await report(branch);
  await attach(branch);
  await send(branch);
  await lost(branch);
  assert.equal(await branch.page.title().then((text) => text === '1'), false, 'text of people has run');

  await signIn(town);
  await open(town);
  assert.equal(await town.page.locator('article img[src="x"]').count(), 0, 'text of people became markup');
  await town.page.keyboard.press('r');
  await town.page.getByLabel('内容有误').check();
  await town.page.getByRole('button', { name: '批注：实到人数', exact: true }).click();
  await town.page.getByRole('textbox', { name: '批注：实到人数', exact: true }).fill('与签到表不符，请核对');
  await town.page.getByRole('button', { name: '批注：议题 1 · 讨论要点', exact: true }).click();
  await town.page.getByRole('textbox', { name: '批注：议题 1 · 讨论要点', exact: true }).fill('请补记表决意见');
  await town.page.getByText('已写 2 条批注').waitFor();
  await town.page.getByLabel('说明').fill('请核对后再报');
  told.push(...(await judge(town, 'return')));
  await town.page.locator('.decide').getByRole('button', { name: /^退\s?回$/ }).click();
  await town.page.getByText('已退回').first().waitFor();

  await branch.page.goto('/records?state=RETURNED');
  await branch.page.getByRole('link', { name: title }).click();
  await branch.page.getByText('与签到表不符，请核对').first().waitFor();
  await branch.page.getByText('请补记表决意见').first().waitFor();
  told.push(...(await judge(branch, 'returned')));
  await field(branch.page, '实到人数').fill('21');
  await saved(branch.page);
  await bar(branch.page, '下一步').click();
  await branch.page.getByRole('button', { name: '选择文件' }).waitFor();
  await send(branch);

  // Above, the city has its figures open: what becomes of the record below shows there by itself.
  const city = await sit(running, 'city_reviewer', DESK);
  const month = new Date().toISOString().slice(0, 7).replace('-', '');
  await signIn(city, `/figures?by=month&type=ZBDH&from=${month}&to=${month}`);
  const through = async () => Number(/已办结 (\d+)/.exec(await city.page.locator('tr', { hasText: '德清县' }).first().innerText())?.[1] ?? 0);
  await city.page.locator('.matrix td a').first().waitFor();
  const before = await through();
  told.push(...(await judge(city, 'figures-city')));

  for (const reviewer of [town, county]) {
    if (reviewer === county) await signIn(county);
    await open(reviewer);
    await reviewer.page.keyboard.press('a');
    await reviewer.page.getByRole('dialog').getByRole('button', { name: /^(确\s?定|OK)$/ }).click();
    await reviewer.page.getByText('已通过').first().waitFor();
  }
  await city.page.waitForFunction(
    ({ row, was }) => [...document.querySelectorAll('.matrix tr')].some((one) => one.textContent?.includes(row) && Number(/已办结 (\d+)/.exec(one.textContent)?.[1] ?? 0) > was),
    { row: '德清县', was: before },
    { timeout: 10_000 },
  );
  assert.equal(await through(), before + 1, 'the figures of the city have moved by this record');
  await branch.page.goto('/records?state=FINAL');
  await branch.page.getByRole('link', { name: title }).click();
  await branch.page.getByText('办理经过').waitFor();
  told.push(...(await judge(branch, 'final-record')));
  done = true;
  assert.deepEqual(told, []);
});
