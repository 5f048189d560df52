/** Of the script that began us: what the page's policy lets styles in by that are made while it runs. */
export const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;

/**
 * A library that locks the page behind a drawer or a picture makes a style without asking for a nonce, and the page's policy would refuse
 * it. Whatever style this build's own scripts make carries the nonce; what comes into the page as markup still does not.
 */
export function beginStyles(): void {
  if (!nonce) return;
  type Create = (this: Document, name: string, options?: unknown) => HTMLElement;
  const create = Reflect.get(document, 'createElement') as unknown as Create;
  Reflect.set(document, 'createElement', function made(this: Document, name: string, options?: unknown): HTMLElement {
    const element = create.call(document, name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  } satisfies Create);
}
