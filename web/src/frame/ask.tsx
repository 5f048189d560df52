import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Asked {
  readonly words: string;
  readonly danger: boolean;
  readonly yes: () => Promise<unknown>;
}

interface Ask {
  /** Stands somewhere in what asks. */
  readonly asked: ReactNode;
  readonly ask: (words: string, yes: () => Promise<unknown>, danger?: boolean) => void;
}

/** Asks before a step. In the browser's own dialog: a library's locks the page by a style that the page's policy refuses. */
export function useAsk(): Ask {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Asked | null>(null);
  const [busy, setBusy] = useState(false);
  const done = (): void => {
    setBusy(false);
    setOpen(null);
  };
  const asked = open && (
    <dialog aria-label={open.words} className="sheet ask" ref={(box) => (box?.open === false ? box.showModal() : undefined)} onClose={done}>
      <p>{open.words}</p>
      <p className="ways">
        <Button
          type="primary"
          danger={open.danger}
          loading={busy}
          autoFocus
          onClick={() => {
            setBusy(true);
            void open.yes().finally(done);
          }}
        >
          {t('ask.yes')}
        </Button>
        <Button onClick={done}>{t('ask.no')}</Button>
      </p>
    </dialog>
  );
  return { asked, ask: (words, yes, danger = false) => setOpen({ words, danger, yes }) };
}
