import { Button, Checkbox, Input } from 'antd';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReturnReasonKind } from './gen/graphql';

const REASONS: readonly ReturnReasonKind[] = ['INCOMPLETE', 'CONTENT', 'FORM', 'PROCEDURE', 'DUPLICATE', 'MISPLACED', 'OTHER'];

/** Why it goes back, in general; comments stand at what they are about. */
export interface Reasons {
  readonly reasons: readonly ReturnReasonKind[];
  readonly note: string;
}

interface ReturnProps {
  readonly why: Reasons;
  readonly setWhy: (why: Reasons) => void;
  /** How many comments were written. */
  readonly count: number;
  readonly busy: boolean;
  readonly give: () => void;
  readonly leave: () => void;
}

export function Return({ why, setWhy, count, busy, give, leave }: ReturnProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  // Whoever came by a key goes on by keys.
  useEffect(() => box.current?.querySelector('input')?.focus(), []);
  return (
    <div
      ref={box}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Escape') leave();
      }}
    >
      <h2>{t('review.why')}</h2>
      <Checkbox.Group options={REASONS.map((reason) => ({ value: reason, label: t(`reason.${reason}`) }))} value={[...why.reasons]} onChange={(reasons) => setWhy({ ...why, reasons })} />
      <p className="hint" role="status">
        {count === 0 ? t('review.commentHint') : t('review.commented', { count })}
      </p>
      <label htmlFor="return-note">{t('review.note')}</label>
      <Input.TextArea id="return-note" rows={2} maxLength={2000} value={why.note} onChange={(event) => setWhy({ ...why, note: event.target.value })} />
      <p className="ways">
        <Button danger type="primary" loading={busy} disabled={why.reasons.length === 0} onClick={give}>
          {t('review.return')}
        </Button>
        <Button onClick={leave}>{t('review.not')}</Button>
      </p>
    </div>
  );
}
