/** Fetches what most of the other pages are made of, once the first one is there: on a slow line the next step is quick, too. */
export function fetchLater(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="fonds-later"]')) link.rel = 'prefetch';
}
