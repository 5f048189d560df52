import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useAsk } from '../../frame/ask';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { useViewer, writes } from '../../frame/viewer';
import { Waits } from './ask-others';
import { type CourseFragment, RecordCheckDocument, SubmitDocument, type WholeFragment } from './gen/graphql';

interface ConfirmProps {
  readonly record: WholeFragment;
  readonly timeline: CourseFragment['timeline'] | undefined;
}

const OPEN: readonly string[] = ['DRAFT', 'RETURNED', 'WITHDRAWN'];

/** At a draft that waits for another person: for whoever may confirm it, the way to do so; for all others, that it waits. */
export function Confirm({ record, timeline }: ConfirmProps) {
  const { t } = useTranslation();
  const { account, posts } = useViewer();
  const { asked, ask } = useAsk();
  const confirm = useStep(SubmitDocument);
  const [{ data }] = useQuery({ query: RecordCheckDocument, variables: { id: record.id }, pause: record.askedAt === null, requestPolicy: 'network-only' });
  const answer = confirm.data?.submitRecord;
  if (answer?.record) return <Alert type="success" showIcon role="status" title={t('confirm.done')} description={answer.receipt && t('confirm.receipt', { no: answer.receipt.no })} />;
  if (record.askedAt === null) {
    // Asked last of all, and no more: it was changed since.
    const changed = OPEN.includes(record.state) && timeline?.at(-1)?.step === 'asked';
    return changed ? <Alert type="info" showIcon title={t('confirm.changed')} /> : null;
  }
  if (!data?.record) return null;
  const { confirmers, check } = data.record;
  const post = posts.find((one) => writes(one) && one.org.id === record.org?.id);
  if (!post || confirmers?.every(({ id }) => id !== account.id)) return <Waits askedAt={record.askedAt} confirmers={confirmers} />;
  const problems = answer?.problems ?? check ?? [];
  const input = { post: post.id, record: record.id, rev: record.rev };
  return (
    <section className="sheet" aria-labelledby="confirm">
      {asked}
      <h2 id="confirm">{t('confirm.please', { name: record.askedBy?.name ?? '' })}</h2>
      <p>{t('confirm.how')}</p>
      <Said error={confirm.error} problems={problems} />
      <Button type="primary" size="large" loading={confirm.fetching} disabled={problems.some(({ severity }) => severity === 'REFUSAL')} onClick={() => ask(t('confirm.sure'), () => confirm.take(input))}>
        {t('confirm.yes')}
      </Button>
    </section>
  );
}
