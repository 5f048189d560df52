// The administrator gives a right, is told why it holds, tries a change of the policy, and takes the right away: the other browser
// loses it within a second. Run alone: what others do at the same processors would be measured with it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { auditKey, browser, DESK, judge, person, signIn, sit } from '../browser.js';

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

const county = person('county_reviewer');
/** Holds nothing at the county, before and after. */
const who = person('sibling_secretary');
const giver = person('security_admin');

async function choose(page, box, text) {
  await box.click();
  // A long list has those in it that fit what is written.
  if (await box.isEditable()) await box.fill(text);
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: text }).first().click();
}

test('a right is given, explained, taken away, and gone at once', { timeout: 180_000 }, async () => {
  const admin = await sit(running, 'security_admin', DESK);
  const other = await sit(running, 'sibling_secretary', DESK);
  const told = [];
  await signIn(other, `/figures?org=${county.org}`);
  await other.page.getByText('没有找到').first().waitFor();

  await signIn(admin, `/permissions?view=who&org=${county.org}`);
  await admin.page.locator('main .rows tr', { hasText: '审核员' }).first().waitFor();
  const form = admin.page.locator('form', { hasText: '授予职务' });
  const at = form.getByRole('combobox', { name: '所在组织' });
  await at.click();
  await at.fill(who.org_name.replace('中国共产党', '').slice(0, 3));
  await admin.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: who.org_name }).first().click();
  await choose(admin.page, form.getByRole('combobox', { name: '人员' }), who.name);
  await choose(admin.page, form.getByRole('combobox', { name: '角色', exact: true }), '档案员');
  await form.getByRole('button', { name: '授予职务' }).click();
  await admin.page.getByText('已授予').waitFor();
  told.push(...(await judge(admin, 'granted')));

  // The place appears without being asked for, and the county's figures are there.
  await other.page.goto(`/figures?org=${county.org}`);
  await other.page.locator('.matrix td a').first().waitFor();

  // The person is found by the post, and why it holds is told in words.
  const line = admin.page.locator('main .rows tr', { hasText: who.name }).filter({ hasText: giver.name });
  await line.getByRole('link', { name: '查看依据' }).click();
  await choose(admin.page, admin.page.getByRole('combobox', { name: '操作', exact: true }), '查看统计');
  await admin.page.locator('.verdict.allowed').waitFor();
  assert.match(await admin.page.locator('main .sheet').innerText(), /档案员/);
  told.push(...(await judge(admin, 'why-allowed')));
  await choose(admin.page, admin.page.getByRole('combobox', { name: '操作', exact: true }), '授予职务');
  await admin.page.locator('.verdict.denied').waitFor();

  // A change of the policy is tried: it says who would lose what, and nothing has changed.
  await admin.page.goto('/permissions?view=policy');
  await choose(admin.page, admin.page.getByRole('combobox', { name: '角色', exact: true }), '档案员');
  await choose(admin.page, admin.page.getByRole('combobox', { name: '操作', exact: true }), '查看统计');
  await choose(admin.page, admin.page.getByRole('combobox', { name: '对象与任职组织的关系' }), '下级组织');
  await admin.page.getByRole('button', { name: '加入清单' }).click();
  await admin.page.getByRole('button', { name: '试算影响' }).click();
  await admin.page.locator('.difference section', { hasText: '失去' }).locator('li').first().waitFor();
  told.push(...(await judge(admin, 'policy-tried')));
  await other.page.reload();
  await other.page.locator('.matrix td a').first().waitFor();

  await admin.page.goto(`/permissions?view=who&org=${county.org}`);
  await line.getByRole('button', { name: /^终\s?止$/ }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByLabel('原因').fill('岗位调整');
  told.push(...(await judge(admin, 'ending')));
  // From the answer to the moment when it is gone, by the clock that both browsers have; nobody loads anything there.
  const gone = other.page.evaluate(
    () =>
      new Promise((done) => {
        const look = () => {
          if (!document.querySelector('.matrix')) done(Date.now());
        };
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
      }),
  );
  const answered = admin.page.waitForResponse((answer) => answer.url().endsWith('/graphql') && (answer.request().postData() ?? '').includes('岗位调整'));
  await dialog.getByRole('button', { name: /^终\s?止$/ }).click();
  const answer = await answered;
  await answer.finished();
  const { startTime, responseEnd } = answer.request().timing();
  const lost = (await gone) - (startTime + responseEnd);
  await other.page.getByText('没有找到').first().waitFor();
  console.log(`# the other browser lost it after ${lost.toFixed(0)} ms`);
  assert.ok(lost < 1000, `it took ${lost.toFixed(0)} ms`);
  assert.deepEqual(told, []);
});

test('the auditor finds what was done, with what it was and what it became, and its proof', { timeout: 120_000 }, async () => {
  const auditor = await sit(running, 'audit_admin', DESK);
  await signIn(auditor, '/audit?action=post.end');
  const entry = auditor.page.locator('.trail li').first();
  await entry.locator('summary').click();
  await entry.getByText('岗位调整').waitFor();
  assert.deepEqual(await judge(auditor, 'entry'), []);
  const button = entry.getByRole('button', { name: '下载证明' });
  // A head is signed every few seconds; before, there is nothing to prove it under.
  let proof;
  for (let tries = 0; !proof && tries < 10; tries += 1) {
    const file = auditor.page.waitForEvent('download', { timeout: 3000 }).catch(() => null);
    await button.click();
    proof = await file;
  }
  assert.match(proof?.suggestedFilename() ?? '', /^proof-\d+\.json$/);
  await entry.getByText('fonds verify proof').waitFor();

  // Whoever is given the file checks it in the browser, against the key that came on another way.
  const text = readFileSync(await proof.path(), 'utf8');
  const here = auditor.page.locator('section', { has: auditor.page.getByRole('heading', { name: '核对证明' }) });
  await here.getByLabel('审计公钥').fill(auditKey());
  const bring = (body) => here.locator('input[type=file]').setInputFiles({ name: '证明.json', mimeType: 'application/json', buffer: Buffer.from(body) });
  await bring(text);
  await here.getByText('证明.json：证明成立').waitFor();
  await here.getByText('岗位调整').first().waitFor();
  await bring(text.replace('岗位调整', '工作需要'));
  await here.getByText('证明.json：证明不成立').waitFor();
  assert.deepEqual(await judge(auditor, 'proof'), []);
});
