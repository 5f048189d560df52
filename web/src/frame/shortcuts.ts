import { store } from '../client/store';

const KEPT = 'fonds.shortcuts';

/** Single letters as shortcuts; whoever speaks to his computer, or slips, switches them off (WCAG 2.1.4). */
export const shortcuts = store(localStorage.getItem(KEPT) !== 'off');

export function setShortcuts(on: boolean): void {
  localStorage.setItem(KEPT, on ? 'on' : 'off');
  shortcuts.set(on);
}
