// A record and a ledger on paper: A4, without what is for the screen alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, DESK, signIn, sit } from './browser.js';

let running;
before(async () => {
  running = await browser();
});
after(() => running?.close());

/** A4 in points, as the pages of a PDF say it. */
const A4 = /\/MediaBox\s*\[\s*0 0 (594|595|596)[\d.]* (841|842)[\d.]*\s*\]/;

async function paper(page) {
  await page.emulateMedia({ media: 'print' });
  const shown = await page.locator('nav.places, footer.bar, main button, main .ant-segmented, main .filters').filter({ visible: true }).count();
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  await page.emulateMedia({ media: null });
  return { shown, pdf };
}

test('a record and ledgers are printed on A4', { timeout: 120_000 }, async () => {
  const branch = await sit(running, 'branch_secretary', DESK);
  const { page } = branch;
  await signIn(branch, '/records?state=FINAL');
  await page.locator('main .lines a').first().waitFor();
  const list = await paper(page);
  await page.locator('main .lines a').first().click();
  await page.locator('main .timeline li').first().waitFor();
  const title = await page.locator('h1').innerText();
  const record = await paper(page);
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.getByRole('heading', { name: title }).isVisible());

  const county = await sit(running, 'county_reviewer', DESK);
  await signIn(county, '/figures');
  await county.page.locator('main .matrix td a').first().waitFor();
  const figures = await paper(county.page);
  for (const [name, { shown, pdf }] of Object.entries({ list, record, figures })) {
    assert.equal(shown, 0, `${name}: something for the screen is on the paper`);
    assert.match(pdf, A4, name);
  }
});
