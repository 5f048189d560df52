import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { moment } from '../../frame/moment';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { useViewer } from '../../frame/viewer';
import { AskConfirmationDocument, type AskedFragment } from './gen/graphql';

interface WaitsProps {
  readonly askedAt: string;
  readonly confirmers: AskedFragment['confirmers'] | undefined;
}

export const namesOf = (people: AskedFragment['confirmers'] | undefined): string => (people ?? []).map(({ name }) => name).join('、');

/** Who was asked, and since when it waits. */
export function Waits({ askedAt, confirmers }: WaitsProps) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const names = namesOf(confirmers);
  return <Alert type="info" showIcon title={names === '' ? t('confirm.asked') : t('confirm.askedOf', { names })} description={t('confirm.since', { at: moment(askedAt, timeZone) })} />;
}

interface AskOthersProps {
  readonly record: string;
  readonly post: string;
  readonly rev: number;
  /** As the server has told it. */
  readonly known: AskedFragment | null;
  /** Everything is with the server. */
  readonly ready: boolean;
}

/** What another person has to confirm: asked by a touch, then waited for. It holds for the revision that was asked for. */
export function AskOthers({ record, post, rev, known, ready }: AskOthersProps) {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const ask = useStep(AskConfirmationDocument);
  const answer = ask.data?.askConfirmation;
  const now = [answer?.record, known].find((one) => one?.rev === rev);
  if (now?.askedAt) return <Waits askedAt={now.askedAt} confirmers={now.confirmers} />;
  const names = namesOf(known?.confirmers);
  const secretary = posts.some(({ id, base }) => id === post && base === 'branch_secretary');
  return (
    <>
      <Alert type="info" showIcon title={t('submit.confirmHow')} description={names !== '' && t('confirm.whom', { names })} />
      <Said error={ask.error} problems={answer?.problems.filter(({ severity }) => severity === 'REFUSAL') ?? []} />
      <Button type="primary" size="large" loading={ask.fetching} disabled={!ready} onClick={() => void ask.take({ post, record, rev })}>
        {t(secretary ? 'confirm.askOther' : 'confirm.ask')}
      </Button>
    </>
  );
}
