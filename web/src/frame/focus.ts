/** As long is waited for the heading of a page that has still to be asked for. */
const LONGEST = 10_000;
/** In so long a page has taken the place of the one before. */
const SETTLES = 2000;

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
  let ours: HTMLElement = main;
  const look = (): void => {
    const { activeElement: now } = document;
    if (now !== ours && now !== main && now !== document.body) {
      stop();
      return;
    }
    const heading = main.querySelector<HTMLElement>('h1');
    if (!heading || (heading === ours && heading === now)) return;
    if (ours === main) soon();
    ours = heading;
    focus(heading);
  };
  const watch = new MutationObserver(look);
  let timer = setTimeout(() => stop(), LONGEST);
  // The heading that is there first may be that of the page before, which goes in a moment.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stop(), SETTLES);
  };
  stop = () => {
    watch.disconnect();
    clearTimeout(timer);
    stop = () => undefined;
  };
  watch.observe(main, { childList: true, subtree: true });
  look();
}
