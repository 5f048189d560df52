import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { setShortcuts } from '../../frame/shortcuts';
import { usePressKeys, useRowKeys } from './keys';

afterEach(() => {
  cleanup();
  setShortcuts(true);
});

function Rows() {
  useRowKeys();
  return (
    <main>
      <table className="rows">
        <tbody>
          {[1, 2].map((n) => (
            <tr key={n}>
              <td>
                <input type="checkbox" aria-label={`choose ${String(n)}`} />
                <a href={`#${String(n)}`}>{`row ${String(n)}`}</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <textarea aria-label="note" />
    </main>
  );
}

test('rows go by keys, with CapsLock too, and not while somebody writes', () => {
  render(<Rows />);
  fireEvent.keyDown(document.body, { key: 'J' });
  expect(document.activeElement).toBe(screen.getByText('row 1'));
  fireEvent.keyDown(screen.getByText('row 1'), { key: 'X' });
  expect(screen.getByLabelText<HTMLInputElement>('choose 1').checked).toBe(true);
  fireEvent.keyDown(screen.getByText('row 1'), { key: 'j' });
  fireEvent.keyDown(screen.getByText('row 2'), { key: 'K' });
  expect(document.activeElement).toBe(screen.getByText('row 1'));
  fireEvent.keyDown(screen.getByLabelText('note'), { key: 'x' });
  expect(screen.getByLabelText<HTMLInputElement>('choose 1').checked).toBe(true);
});

function Decision({ pressed }: { readonly pressed: () => void }) {
  usePressKeys();
  return (
    <button type="button" data-key="a" onClick={pressed}>
      approve
    </button>
  );
}

test('single letters do nothing once they are switched off', () => {
  let times = 0;
  render(<Decision pressed={() => (times += 1)} />);
  fireEvent.keyDown(document.body, { key: 'A' });
  expect(times).toBe(1);
  setShortcuts(false);
  fireEvent.keyDown(document.body, { key: 'a' });
  fireEvent.keyDown(document.body, { key: 'a', ctrlKey: true });
  expect(times).toBe(1);
  expect(localStorage.getItem('fonds.shortcuts')).toBe('off');
});
