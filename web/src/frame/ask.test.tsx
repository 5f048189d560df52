import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { useAsk } from './ask';

beforeEach(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', resources: {} });
});
afterEach(cleanup);

function Asking({ yes }: { readonly yes: () => unknown }) {
  const { asked, ask } = useAsk();
  return (
    <>
      {asked}
      <button type="button" onClick={() => ask('sure?', yes)}>
        begin
      </button>
    </>
  );
}

test('a question closes at once where nothing is waited for', () => {
  let said = 0;
  render(<Asking yes={() => void (said += 1)} />);
  fireEvent.click(screen.getByText('begin'));
  fireEvent.click(screen.getByRole('button', { name: 'ask.yes' }));
  expect(said).toBe(1);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a question stays until what it began is over, and is closed before it goes', async () => {
  let over = (): void => undefined;
  render(<Asking yes={() => new Promise<void>((done) => (over = done))} />);
  fireEvent.click(screen.getByText('begin'));
  const dialog = screen.getByRole<HTMLDialogElement>('dialog');
  fireEvent.click(screen.getByText('ask.yes'));
  expect(screen.queryByRole('dialog')).not.toBeNull();
  await act(async () => {
    over();
    await Promise.resolve();
  });
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(dialog.open).toBe(false);
});
