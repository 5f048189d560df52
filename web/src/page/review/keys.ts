import { useEffect } from 'react';
import { shortcuts } from '../../frame/shortcuts';

/** Where somebody writes, or a question is open, a letter is a letter. */
const WRITING = 'input:not([type=checkbox]), textarea, select, [role=combobox], dialog, [role=dialog]';

/** The key that was pressed as a shortcut, small whatever CapsLock says; nothing where it is none. */
export function shortcut(event: KeyboardEvent): string | null {
  const { target } = event;
  if (!shortcuts.get() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
  if (target instanceof HTMLElement && target.closest(WRITING)) return null;
  return event.key.toLowerCase();
}

function useKeys(heard: (key: string, event: KeyboardEvent) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const key = shortcut(event);
      if (key) heard(key, event);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [heard]);
}

function row(key: string, event: KeyboardEvent): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main .rows tbody tr')];
  const at = rows.findIndex((one) => one.contains(document.activeElement));
  const to = key === 'j' ? rows[at + 1] : key === 'k' ? rows[Math.max(at - 1, 0)] : key === 'x' ? rows[at] : undefined;
  if (!to) return;
  event.preventDefault();
  if (key === 'x') to.querySelector<HTMLElement>('input[type=checkbox]')?.click();
  else to.querySelector<HTMLElement>('a')?.focus();
}

/** Rows by keys: J and K go down and up, X chooses, Enter opens what has the focus. */
export function useRowKeys(): void {
  useKeys(row);
}

function press(key: string, event: KeyboardEvent): void {
  const found = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (found) event.preventDefault();
  found?.click();
}

/** What bears a key is pressed by it. */
export function usePressKeys(): void {
  useKeys(press);
}
