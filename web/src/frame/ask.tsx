import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Push } from './plain';

interface Asked {
  readonly words: string;
  readonly danger: boolean;
  readonly yes: () => unknown;
}

interface Ask {
  /** Stands somewhere in what asks. */
  readonly asked: ReactNode;
  /** A promise is waited for, with the question still there; whatever else `yes` gives back, it closes at once. */
  readonly ask: (words: string, yes: () => unknown, danger?: boolean) => void;
}

/** Asks before a step. In the browser's own dialog: a library's locks the page by a style that the page's policy refuses. */
export function useAsk(): Ask {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Asked | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDialogElement>(null);
  // Closed before it goes: the browser then gives the focus back to what opened it.
  const done = (): void => {
    setBusy(false);
    box.current?.close();
    setOpen(null);
  };
  function yes(): void {
    const going = open?.yes();
    if (!(going instanceof Promise)) {
      done();
      return;
    }
    setBusy(true);
    void going.finally(done);
  }
  const asked = open && (
    <dialog
      aria-label={open.words}
      className="sheet ask"
      ref={(shown) => {
        box.current = shown;
        if (shown?.open === false) shown.showModal();
      }}
      onClose={done}
    >
      <p>{open.words}</p>
      <p className="ways">
        <Push look={open.danger ? 'danger' : 'first'} busy={busy} autoFocus onClick={yes}>
          {t('ask.yes')}
        </Push>
        <Push onClick={done}>{t('ask.no')}</Push>
      </p>
    </dialog>
  );
  return { asked, ask: (words, next, danger = false) => setOpen({ words, danger, yes: next }) };
}
