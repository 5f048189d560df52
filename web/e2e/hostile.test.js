// Whatever people upload or write is text to others: pages that would run, pictures that would run, names that would be markup.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, signIn, sit } from './browser.js';

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

const RUN = 'window.top.ran = 1; document.title = "ran"; alert(1)';
const FILES = [
  { name: '示意图.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload='${RUN}'><script>${RUN}</script></svg>`) },
  { name: '说明.html', mimeType: 'text/html', buffer: Buffer.from(`<!doctype html><title>x</title><script>${RUN}</script><img src=x onerror='${RUN}'>`) },
  { name: '说明.txt', mimeType: 'text/plain', buffer: Buffer.from(`<script>${RUN}</script>\n会议材料`) },
  { name: '"><img src=x onerror="window.ran=1">.txt', mimeType: 'text/plain', buffer: Buffer.from('签到') },
  { name: "javascript:alert(1)';--.txt", mimeType: 'text/plain', buffer: Buffer.from('附件') },
];

test('files and texts of people never run', { timeout: 180_000 }, async () => {
  const branch = await sit(running, 'branch_secretary', DESK);
  const { page, context } = branch;
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  await signIn(branch, '/records/new');
  await page.getByRole('link', { name: '年度工作计划' }).click();
  await page.getByLabel('标题').fill(`计划 <img src=x onerror="window.ran=1"> {{7*7}} ${String(Date.now())}`);
  await page.locator('[data-saving=saved]').waitFor();
  await page.locator('footer.bar').getByRole('button', { name: '下一步' }).click();
  await page.locator('input[type=file]').first().setInputFiles(FILES);
  // Each comes to an end: kept beside the record, or refused with a reason.
  await page.waitForFunction(
    (count) => {
      const all = [...document.querySelectorAll('ul.files > li')];
      return all.length === count && all.every((one) => one.querySelector('.ant-select') || one.querySelector('.mark.error'));
    },
    FILES.length,
    { timeout: 60_000 },
  );
  const kept = await page.locator('ul.files > li', { has: page.locator('.ant-select') }).count();
  assert.ok(kept >= 1, 'something is kept, or nothing was tried');
  assert.equal(await page.locator('main img[src="x"], main script').count(), 0, 'a name became markup');

  const id = new URL(page.url()).searchParams.get('record');
  await page.goto(`/records/${id}`);
  await page.locator('ul.files li').first().waitFor();
  assert.equal(await page.locator('main img[src="x"], main script').count(), 0, 'a title became markup');
  const links = page.locator('ul.files a[download]');
  assert.equal(await links.count(), kept);
  for (const link of await links.all()) {
    const saved = page.waitForEvent('download');
    await link.click();
    await saved;
    // As if somebody were sent the address: it is saved or refused, and never shown as a page of this site.
    const tab = await context.newPage();
    const answer = await tab.goto(await link.getAttribute('href')).catch(() => null);
    assert.ok(!answer?.ok(), `${tab.url()} was shown`);
    await tab.close();
  }
  assert.equal(await page.evaluate(() => window.ran), undefined, 'something ran');
  assert.equal(dialogs, 0);
  assert.notEqual(await page.title(), 'ran');
});
