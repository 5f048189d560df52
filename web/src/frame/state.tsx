import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorCode, toldCode } from '../client/graphql';
import { line } from '../client/line';
import { Push } from './plain';

/** Something is on its way; said after a moment, so that what is quick does not flicker. */
export function Loading({ whole = false }: { readonly whole?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={whole ? 'loading whole' : 'loading'} role="status" aria-label={t('state.loading')}>
      <span className="spin" />
    </div>
  );
}

/** There is none, and what may be done about it. */
export function Nothing({ words, children }: { readonly words: string; readonly children?: ReactNode }) {
  return (
    <div className="nothing">
      <p>{words}</p>
      {children}
    </div>
  );
}

/** It did not work: why, in words, and the way on. Forbidden and absent look the same. */
export function Failure({ code, again }: { readonly code: ErrorCode; readonly again?: () => void }) {
  const { t } = useTranslation();
  const shown = toldCode(code);
  const once = useRef(again);
  useEffect(() => {
    once.current = again;
  });
  // What failed for want of a line is asked for again as soon as there is one.
  useEffect(() => {
    if (code !== 'NETWORK') return;
    return line.follow(() => {
      if (line.get() === 'there') once.current?.();
    });
  }, [code]);
  return (
    <div className="failure">
      <h1 className="plain">{t(`failure.${shown}`)}</h1>
      <p>{t(`failure.way.${shown}`)}</p>
      {again && <Push onClick={again}>{t('state.again')}</Push>}
    </div>
  );
}
