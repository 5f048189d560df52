import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button, Result } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { useStore } from '../../client/store';
import { UNDER_WAY } from '../../file/upload';
import { pointerOf } from '../../form/mark';
import { type GroupSchema, trail } from '../../form/schema';
import { day, moment } from '../../frame/moment';
import { Failure, Loading } from '../../frame/state';
import { useViewer } from '../../frame/viewer';
import { AskOthers } from './ask-others';
import type { Desk, Draft, Problem } from './desk';
import { RecordCheckDocument, SubmitDocument, type SubmitMutation } from './gen/graphql';

interface SubmitStepProps {
  readonly record: string;
  readonly desk: Desk;
  readonly draft: Draft;
  readonly form: GroupSchema;
  /** What the server says against it, for its fields. */
  readonly told: (problems: readonly Problem[]) => void;
  /** Back to where a problem is. */
  readonly mend: (problem: Problem) => void;
  readonly sent: () => void;
}

type Sent = NonNullable<SubmitMutation['submitRecord']>;

/** What stands in the way, what is only said, then the sending and its receipt. */
export function SubmitStep({ record, desk, draft, form, told, mend, sent: done }: SubmitStepProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [key] = useState(newKey);
  const sendings = useStore(desk.uploads.all);
  const onTheWay = sendings.filter(({ going }) => UNDER_WAY.includes(going)).length;
  const without = sendings.filter(({ going }) => !UNDER_WAY.includes(going));
  const [{ data, error, fetching }, again] = useQuery({
    query: RecordCheckDocument,
    variables: { id: record },
    requestPolicy: 'network-only',
  });
  const [{ fetching: sending, error: failed }, submit] = useMutation(SubmitDocument);
  const [sent, setSent] = useState<Sent | null>(null);
  const problems = sent?.problems ?? data?.record?.check;
  // Asked again once everything is with it: a file may be what was missing, or somebody else has written.
  const { files: { length: files }, rev } = draft;
  useEffect(() => {
    again({ requestPolicy: 'network-only' });
  }, [files, rev, again]);
  const say = useRef(told);
  useEffect(() => {
    say.current = told;
  });
  useEffect(() => {
    if (problems) say.current(problems);
  }, [problems]);

  if (sent?.record) return <Done record={record} draft={draft} sent={sent} />;
  if (error && !data) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const refusals = problems?.filter(({ severity }) => severity === 'REFUSAL') ?? [];
  // All that is missing is that somebody else looks at it.
  const others = refusals.length > 0 && refusals.every(({ code }) => code === 'OWN_SUBMISSION');
  const warnings = problems?.filter(({ severity }) => severity === 'WARNING') ?? [];
  const route = data?.record?.route ?? [];
  const ready = onTheWay === 0 && draft.saving === 'saved' && rev !== null;
  return (
    <section className="sheet">
      <h2>{others ? t('submit.confirm') : refusals.length > 0 ? t('submit.mend', { count: refusals.length }) : t('submit.ready')}</h2>
      {!others && <Problems form={form} problems={refusals} type="error" mend={mend} />}
      <Problems form={form} problems={warnings} type="warning" mend={mend} />
      {onTheWay > 0 && <Alert type="warning" showIcon title={t('submit.files', { count: onTheWay })} />}
      {without.length > 0 && <Alert type="warning" showIcon title={t('submit.without', { names: without.map(({ name }) => name).join('、') })} />}
      {failed && <Failure code={errorCode(failed)} />}
      <h3 id="route">{t('submit.route')}</h3>
      {route.length > 0 ? (
        <ol className="route" aria-labelledby="route">
          {route.map(({ id, name }) => (
            <li key={id}>{name}</li>
          ))}
        </ol>
      ) : (
        <p>{t(others ? 'submit.noRouteYet' : 'submit.noRoute')}</p>
      )}
      {others ? (
        <AskOthers record={record} post={desk.begin.post} rev={rev ?? 0} known={data?.record ?? null} ready={ready} />
      ) : (
        <Button
          type="primary"
          size="large"
          loading={sending}
          disabled={refusals.length > 0 || !ready}
          onClick={() =>
            void submit({ input: { idempotencyKey: key, post: desk.begin.post, record, rev: rev ?? 0 } }).then(({ data: answer }) => {
              if (!answer?.submitRecord) return;
              setSent(answer.submitRecord);
              if (!answer.submitRecord.record) return;
              desk.end();
              done();
            })
          }
        >
          {warnings.length > 0 || without.length > 0 ? t('submit.sendAnyway') : t('submit.send')}
        </Button>
      )}
      <Button type="link" onClick={() => void go({ to: '/records/$id', params: { id: record } })}>
        {t('submit.later')}
      </Button>
    </section>
  );
}

/** The receipt: what was sent, when, to whom, under which number and hash. */
function Done({ record, draft: { writing }, sent }: { readonly record: string; readonly draft: Draft; readonly sent: Sent }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const { receipt } = sent;
  const at = sent.record?.rounds?.[0]?.submittedAt;
  return (
    <Result
      status="success"
      title={t('submit.done')}
      subTitle={receipt ? t('submit.receipt', { no: receipt.no, org: receipt.org?.name ?? '' }) : t('submit.final')}
      extra={
        <>
          <p>
            {writing.title} · {day(writing.occurredOn)}
          </p>
          {at && <p>{t('submit.at', { at: moment(at, timeZone) })}</p>}
          <p className="digest">{t('submit.hash', { hash: sent.hash ?? '' })}</p>
          <div className="ways">
            <Link className="do" to="/records/$id" params={{ id: record }}>
              {t('submit.look')}
            </Link>
            <Button onClick={() => window.print()}>{t('submit.print')}</Button>
          </div>
        </>
      }
    />
  );
}

interface ProblemsProps {
  readonly form: GroupSchema;
  readonly problems: readonly Problem[];
  readonly type: 'error' | 'warning';
  readonly mend: (problem: Problem) => void;
}

function Problems({ form, problems, type, mend }: ProblemsProps) {
  const { t } = useTranslation();
  return problems.map((problem) => {
    const { message, path } = problem;
    const pointer = pointerOf(path);
    const where = trail(form, pointer);
    const somewhere = where !== '' || /^#(title|occurredOn|tags|confidentiality)/.test(pointer);
    return (
      <Alert
        key={`${path.join('.')}${message}`}
        type={type}
        showIcon
        title={where || message}
        description={where ? message : undefined}
        action={somewhere && <Button onClick={() => mend(problem)}>{t('submit.goThere')}</Button>}
      />
    );
  });
}
