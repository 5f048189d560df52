import { beforeEach, expect, test } from 'vitest';
import { focusPage } from './focus';

const settled = (): Promise<void> => new Promise((go) => setTimeout(go, 20));

beforeEach(() => {
  document.body.innerHTML = '<nav><a id="link" href="#x">link</a></nav><main></main>';
});
const main = (): HTMLElement => document.querySelector('main')!;

test('the focus goes to the heading of another page', () => {
  main().innerHTML = '<h1>组织</h1>';
  document.getElementById('link')!.focus();
  focusPage();
  expect(document.activeElement?.tagName).toBe('H1');
});

test('it waits for a heading that comes with an answer', async () => {
  focusPage();
  expect(document.activeElement).toBe(main());
  main().innerHTML = '<article><h1>材料</h1></article>';
  await settled();
  expect(document.activeElement?.textContent).toBe('材料');
});

test('whoever has gone elsewhere, or writes, is left there', async () => {
  focusPage();
  document.getElementById('link')!.focus();
  main().innerHTML = '<h1>材料</h1><input id="field">';
  await settled();
  expect(document.activeElement?.id).toBe('link');
  document.getElementById('field')!.focus();
  focusPage();
  expect(document.activeElement?.id).toBe('field');
});

test('the heading of the page before, which is still there in that moment, is none to stay at', async () => {
  document.body.innerHTML = '<main><h1 id="before">一</h1></main>';
  focusPage();
  const main = document.querySelector('main');
  if (main) main.innerHTML = '<h1 id="after">二</h1>';
  await new Promise((go) => setTimeout(go, 20));
  expect(document.activeElement?.id).toBe('after');
});
