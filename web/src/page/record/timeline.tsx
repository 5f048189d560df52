import { useTranslation } from 'react-i18next';
import { type GroupSchema, trail } from '../../form/schema';
import { moment } from '../../frame/moment';
import { useViewer } from '../../frame/viewer';
import type { CourseFragment, SaidFragment } from './gen/graphql';

interface TimelineProps {
  readonly events: NonNullable<CourseFragment['timeline']>;
  readonly rounds: NonNullable<CourseFragment['rounds']>;
  readonly form: GroupSchema;
}

/** What a comment may be at beside the form. */
const BESIDE: Readonly<Record<string, 'record.title' | 'record.day' | 'file.files'>> = { '/title': 'record.title', '/occurredOn': 'record.day', '/files': 'file.files' };
const STEPS: readonly string[] = ['created', 'asked', 'submitted', 'approved', 'returned', 'withdrawn', 'recalled', 'final', 'discarded', 'reopened'];

/** The last return: what is to be mended, and who says so. */
export function returnOf(events: CourseFragment['timeline'] | undefined): NonNullable<CourseFragment['timeline']>[number] | undefined {
  return events?.filter(({ step }) => step === 'returned').at(-1);
}

/** Who did what and when, the last on top; below the way that is still before it. */
export function Timeline({ events, rounds, form }: TimelineProps) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const round = rounds.at(-1);
  const waiting = round?.state === 'IN_REVIEW' ? round.receipts.find(({ state }) => state === 'PENDING') : undefined;
  return (
    <ol className="timeline" reversed>
      {waiting && (
        <li className="waits">
          <strong>{t('timeline.waits', { org: waiting.receipt.org?.name ?? '' })}</strong>
          <small>{t('timeline.no', { no: waiting.receipt.no })}</small>
        </li>
      )}
      {[...events].reverse().map((event) => (
        <li key={event.seq}>
          <strong>{STEPS.includes(event.step) ? t(`step.${event.step as 'created'}`) : event.step}</strong>
          <span>{[event.org?.name, event.who?.name].filter(Boolean).join(' · ')}</span>
          <time dateTime={event.at}>{moment(event.at, timeZone)}</time>
          {event.remarks && <Remarks remarks={event.remarks} form={form} />}
        </li>
      ))}
    </ol>
  );
}

export function Remarks({ remarks, form }: { readonly remarks: SaidFragment; readonly form: GroupSchema }) {
  const { t } = useTranslation();
  return (
    <div className="remarks">
      {remarks.reasons.length > 0 && <p>{remarks.reasons.map((reason) => t(`reason.${reason}`)).join('、')}</p>}
      {remarks.comments.map(({ path, text }) => (
        <p key={path}>
          <strong>{BESIDE[path] ? t(BESIDE[path]) : trail(form, path)}</strong>：{text}
        </p>
      ))}
      {remarks.note && <p>{remarks.note}</p>}
    </div>
  );
}
