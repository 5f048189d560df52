import { store } from '../client/store';

/** Large text is for whoever wants it: everything grows with it, not the letters alone. */
export type TextSize = 'plain' | 'large';

const KEPT = 'fonds.text';

export const textSize = store<TextSize>('plain');

export function beginText(): void {
  textSize.follow(() => {
    const size = textSize.get();
    document.documentElement.dataset['text'] = size;
    localStorage.setItem(KEPT, size);
  });
  if (localStorage.getItem(KEPT) === 'large') textSize.set('large');
}
