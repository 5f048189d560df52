import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button, Result } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { pointerOf } from '../../form/mark';
import { type GroupSchema, trail } from '../../form/schema';
import { Failure, Loading } from '../../frame/state';
import type { Draft, Problem } from './draft';
import { RecordCheckDocument, SubmitDocument, type SubmitMutation } from './gen/graphql';

interface SubmitStepProps {
  readonly record: string;
  readonly draft: Draft;
  readonly post: string;
  readonly form: GroupSchema;
  /** Files that are not with it yet. */
  readonly onTheWay: number;
}

type Sent = NonNullable<SubmitMutation['submitRecord']>;

/** What stands in the way, what is only said, then the sending and its receipt. */
export function SubmitStep({ record, draft, post, form, onTheWay }: SubmitStepProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [key] = useState(newKey);
  const [{ data, error, fetching }, again] = useQuery({
    query: RecordCheckDocument,
    variables: { id: record },
    requestPolicy: 'network-only',
  });
  const [{ fetching: sending, error: failed }, submit] = useMutation(SubmitDocument);
  const [sent, setSent] = useState<Sent | null>(null);

  if (sent?.record) {
    return (
      <Result
        status="success"
        title={t('submit.done')}
        subTitle={
          sent.receipt
            ? t('submit.receipt', { no: sent.receipt.no, org: sent.receipt.org?.name ?? '' })
            : t('submit.final')
        }
        extra={
          <>
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
  if (error && !data) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const problems = sent?.problems ?? data?.record?.check ?? [];
  const refusals = problems.filter(({ severity }) => severity === 'REFUSAL');
  const warnings = problems.filter(({ severity }) => severity === 'WARNING');
  const route = data?.record?.route ?? [];
  return (
    <section className="sheet">
      <h2>{refusals.length > 0 ? t('submit.mend', { count: refusals.length }) : t('submit.ready')}</h2>
      <Problems form={form} problems={refusals} type="error" />
      <Problems form={form} problems={warnings} type="warning" />
      {onTheWay > 0 && <Alert type="warning" showIcon title={t('submit.files', { count: onTheWay })} />}
      {failed && <Failure code={errorCode(failed)} />}
      <h3 id="route">{t('submit.route')}</h3>
      {route.length > 0 ? (
        <ol className="route" aria-labelledby="route">
          {route.map(({ id, name }) => (
            <li key={id}>{name}</li>
          ))}
        </ol>
      ) : (
        <p>{t('submit.noRoute')}</p>
      )}
      <Button
        type="primary"
        size="large"
        loading={sending}
        disabled={refusals.length > 0 || onTheWay > 0 || draft.saving !== 'saved' || draft.rev === null}
        onClick={() =>
          void submit({ input: { idempotencyKey: key, post, record, rev: draft.rev ?? 0 } }).then(({ data: answer }) => {
            if (!answer?.submitRecord) return;
            if (answer.submitRecord.record) draft.moved(answer.submitRecord.record.rev);
            setSent(answer.submitRecord);
          })
        }
      >
        {warnings.length > 0 ? t('submit.sendAnyway') : t('submit.send')}
      </Button>
      <Button type="link" onClick={() => void go({ to: '/records/$id', params: { id: record } })}>
        {t('submit.later')}
      </Button>
    </section>
  );
}

function Problems({ form, problems, type }: { readonly form: GroupSchema; readonly problems: readonly Problem[]; readonly type: 'error' | 'warning' }) {
  return problems.map(({ message, path }) => (
    <Alert key={`${path.join('.')}${message}`} type={type} showIcon title={trail(form, pointerOf(path)) || message} description={trail(form, pointerOf(path)) ? message : undefined} />
  ));
}
