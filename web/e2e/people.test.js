// The administrator invites somebody, who opens his account by the link and signs in; shut out, he is out at once. A token is made once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, demo, judge, PHONE, signIn, sit } from './browser.js';

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

const login = `lai${String(Date.now()).slice(-9)}`;
const name = `来示${login.slice(-6)}`;
const PASSWORD = 'Shan-Shui-Lai-2026-Ren';

test('a person is invited, comes in, is shut out and let in again', { timeout: 120_000 }, async () => {
  const admin = await sit(running, 'county_org_admin', DESK);
  const { page } = admin;
  const told = [];
  await signIn(admin, '/permissions?view=people');
  const form = page.locator('form', { hasText: '邀请人员' });
  await form.getByLabel('姓名').fill(name);
  await form.getByLabel('登录名').fill(login);
  await form.getByRole('button', { name: '邀请人员' }).click();
  const link = await form.locator('code').innerText();
  assert.ok(link.startsWith(`${new URL(demo.url).origin}/accept#`), link);
  told.push(...(await judge(admin, 'people')), ...(await judge(admin, 'people', PHONE)));
  await page.setViewportSize(DESK);

  const other = await sit(running, 'branch_recorder', PHONE);
  await other.page.goto(link);
  await other.page.getByLabel(/密码/).first().fill(PASSWORD);
  told.push(...(await judge(other, 'accept')));
  await other.page.getByRole('button', { name: /开通|设置|确定/ }).click();
  await other.page.getByRole('heading', { name: '账号已开通' }).waitFor();
  await signIn({ page: other.page, who: { tenant: other.who.tenant, login, password: PASSWORD } });

  const row = page.locator('main .rows tr', { hasText: name });
  await page.reload();
  await row.getByText('正常').waitFor();
  await row.getByRole('button', { name: /^停\s?用$/ }).click();
  told.push(...(await judge(admin, 'shut-out')));
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?定$/ }).click();
  await row.getByText('已停用').waitFor();
  await other.page.reload();
  await other.page.getByLabel(/^登录名/).waitFor();
  await row.getByRole('button', { name: /^恢\s?复$/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^确\s?定$/ }).click();
  await row.getByText('正常').waitFor();
  assert.deepEqual(told, []);
});

test('a token is shown once, and ended where sessions are', { timeout: 120_000 }, async () => {
  const seat = await sit(running, 'county_org_admin', DESK);
  const { page } = seat;
  await signIn(seat, '/settings');
  const form = page.locator('form', { hasText: '生成令牌' });
  const label = `接口 ${String(Date.now())}`;
  await form.getByLabel('用途').fill(label);
  await form.getByRole('button', { name: '生成令牌' }).click();
  const token = await form.locator('code').innerText();
  assert.match(token, /^[a-z]+\.[\w-]{40,}$/);
  const asks = () => fetch(`${demo.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query: '{ viewer { account { login } } }' }) }).then((answer) => answer.json());
  assert.equal((await asks()).data.viewer.account.login, seat.who.login);
  const line = page.locator('.lines li', { hasText: label });
  await line.getByRole('button', { name: /^退\s?出$/ }).click();
  await line.waitFor({ state: 'detached' });
  assert.notEqual((await asks()).data?.viewer?.account?.login, seat.who.login);
  await page.reload();
  await page.getByRole('heading', { name: '程序令牌' }).waitFor();
  assert.equal(await page.getByText(token).count(), 0);
  assert.deepEqual(await judge(seat, 'tokens'), []);
});
