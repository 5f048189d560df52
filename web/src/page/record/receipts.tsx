import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { moment } from '../../frame/moment';
import { useViewer } from '../../frame/viewer';
import type { CourseFragment } from './gen/graphql';

/** The proofs of what was sent last: who holds it, under which number, and the hash that says what it was. They go with the print. */
export function Receipts({ rounds }: { readonly rounds: NonNullable<CourseFragment['rounds']> }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const round = rounds.at(-1);
  if (!round) return null;
  return (
    <section className="sheet">
      <h2>{t('receipt.title')}</h2>
      <p className="about">
        <span>{t('submit.at', { at: moment(round.submittedAt, timeZone) })}</span>
      </p>
      {round.receipts.length > 0 && (
        <ul className="lines">
          {round.receipts.map(({ receipt, state }) => (
            <li key={receipt.id}>
              <strong>{t('receipt.held', { no: receipt.no, org: receipt.org?.name ?? '' })}</strong>
              <Tag className={`standing ${state}`}>{t(`review.state.${state}`)}</Tag>
            </li>
          ))}
        </ul>
      )}
      <p className="digest">{t('submit.hash', { hash: round.hash })}</p>
    </section>
  );
}
