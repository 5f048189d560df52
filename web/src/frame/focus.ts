/** As long is waited for the heading of a page that has still to be asked for. */
const LONGEST = 10_000;

let stop = (): void => undefined;

function focus(at: HTMLElement): void {
  at.tabIndex = -1;
  at.focus({ preventScroll: true });
}

/**
 * Another page has come: the focus goes to its heading, as soon as there is one, so that it is read out and the next Tab begins there.
 * Whoever has gone elsewhere meanwhile stays there, and whoever writes is not interrupted.
 */
export function focusPage(): void {
  stop();
  const main = document.querySelector<HTMLElement>('main');
  const { activeElement: active } = document;
  if (!main || (active instanceof HTMLElement && active.closest('input, textarea, [contenteditable], dialog, [role=dialog]'))) return;
  focus(main);
  const arrived = (): boolean => {
    if (document.activeElement !== main && document.activeElement !== document.body) return true;
    const heading = main.querySelector<HTMLElement>('h1');
    if (heading) focus(heading);
    return heading !== null;
  };
  if (arrived()) return;
  const watch = new MutationObserver(() => {
    if (arrived()) stop();
  });
  const timer = setTimeout(() => stop(), LONGEST);
  stop = () => {
    watch.disconnect();
    clearTimeout(timer);
    stop = () => undefined;
  };
  watch.observe(main, { childList: true, subtree: true });
}
