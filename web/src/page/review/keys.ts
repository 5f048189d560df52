import { useEffect } from 'react';

/** Rows by keys: J and K go down and up, X chooses, Enter opens what has the focus. Never while something is written. */
export function useRowKeys(): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (target instanceof HTMLElement && target.closest('input:not([type=checkbox]), textarea, select, [role=combobox], dialog')) return;
      const rows = [...document.querySelectorAll<HTMLElement>('main .rows tbody tr')];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const row = event.key === 'j' ? rows[at + 1] : event.key === 'k' ? rows[Math.max(at - 1, 0)] : event.key === 'x' ? rows[at] : undefined;
      if (!row) return;
      event.preventDefault();
      if (event.key === 'x') row.querySelector<HTMLElement>('input[type=checkbox]')?.click();
      else row.querySelector<HTMLElement>('a')?.focus();
    };
    document.addEventListener('keydown', heard);
    return () => document.removeEventListener('keydown', heard);
  }, []);
}
