import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, App, Button, Checkbox, Input, Tag } from 'antd';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CombinedError, useMutation, useQuery } from 'urql';
import { errorCode, toldCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { FileList } from '../../file/list';
import { marksOf } from '../../form/mark';
import { type Content, fields, type GroupSchema, label } from '../../form/schema';
import { Show } from '../../form/show';
import { useAsk } from '../../frame/ask';
import { day, moment } from '../../frame/moment';
import { Failure, Loading } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { reviews, useViewer } from '../../frame/viewer';
import { AlsoFor } from '../record/also';
import { RecordFormDocument } from '../record/gen/graphql';
import { ApproveDocument, HeldRecordDocument, type HeldRecordQuery, ReturnItDocument, type ReturnReasonKind, ReviewQueueDocument } from './gen/graphql';

type Held = NonNullable<HeldRecordQuery['receipt']>;

const REASONS: readonly ReturnReasonKind[] = ['INCOMPLETE', 'CONTENT', 'FORM', 'PROCEDURE', 'DUPLICATE', 'MISPLACED', 'OTHER'];

/** A received record: form and files side by side, and what is decided of it. */
export function ReceiptPage() {
  const { id } = useParams({ from: '/inside/receipts/$id' });
  const [{ data, error, fetching }, again] = useQuery({ query: HeldRecordDocument, variables: { id } });
  const held = data?.receipt;
  const [{ data: type }] = useQuery({
    query: RecordFormDocument,
    variables: { code: held?.receipt.type ?? '', version: held?.typeVersion ?? null },
    pause: !held,
  });
  if (error && !held) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if ((fetching && !held) || (held && !type)) return <Loading />;
  if (!held || !type?.recordType) return <Failure code="NOT_FOUND" />;
  return <Whole key={held.receipt.id} held={held} name={type.recordType.name} form={type.recordType.form as GroupSchema} />;
}

function Whole({ held, name, form }: { readonly held: Held; readonly name: string; readonly form: GroupSchema }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const { receipt } = held;
  const title = receipt.title ?? t('review.untitled');
  useTitle(title);
  const [comments, setComments] = useState<ReadonlyMap<string, string>>(new Map());
  const said = [...comments].filter(([, text]) => text.trim() !== '').map(([path, text]) => ({ path, text }));
  return (
    <article>
      <h1>{title}</h1>
      <p className="about">
        <Tag className={`standing ${receipt.state}`}>{t(`review.state.${receipt.state}`)}</Tag>
        {held.confidentiality === 'INTERNAL' && <Tag>{t('record.grade.INTERNAL')}</Tag>}
        <span>
          {[name, receipt.origin?.name, held.occurredOn ? day(held.occurredOn) : undefined, t('review.receipt', { no: receipt.no, at: moment(receipt.receivedAt, timeZone) })]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <AlsoFor tags={held.tags ?? []} />
      </p>
      <div className="beside">
        <section className="sheet">
          <Show schema={form} content={(held.content ?? {}) as Content} marks={marksOf([], receipt.remarks?.comments ?? said)} />
          <p className="digest">{t('submit.hash', { hash: receipt.hash })}</p>
        </section>
        {held.files && held.files.length > 0 && (
          <section className="sheet stays">
            <h2>{t('file.files')}</h2>
            <FileList files={held.files} />
          </section>
        )}
      </div>
      {receipt.state === 'PENDING' && <Decide held={held} form={form} comments={comments} setComments={setComments} />}
    </article>
  );
}

interface DecideProps {
  readonly held: Held;
  readonly form: GroupSchema;
  readonly comments: ReadonlyMap<string, string>;
  readonly setComments: (comments: ReadonlyMap<string, string>) => void;
}

/** By the mouse, or by keys: A approves and asks once more, R returns and asks why, N leaves it for the next. */
function Decide({ held: { receipt }, form, comments, setComments }: DecideProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { asked, ask } = useAsk();
  const go = useNavigate();
  const { posts } = useViewer();
  const post = posts.find((one) => reviews(one) && one.org.id === receipt.org?.id);
  const [returning, setReturning] = useState(false);
  const [reasons, setReasons] = useState<readonly ReturnReasonKind[]>([]);
  const [note, setNote] = useState('');
  // The same until there is an answer: what was asked twice is done once.
  const [key, setKey] = useState(newKey);
  const [problems, setProblems] = useState<readonly { readonly message: string }[]>([]);
  const [{ fetching: approving }, approve] = useMutation(ApproveDocument);
  const [{ fetching: sending }, giveBack] = useMutation(ReturnItDocument);
  // The next ones are there when this one is done.
  const [{ data: queue }, look] = useQuery({
    query: ReviewQueueDocument,
    variables: { org: receipt.org?.id ?? '', queue: 'TO_REVIEW', after: null },
    pause: !receipt.org,
  });
  const next = queue?.receipts?.nodes.find(({ id }) => id !== receipt.id);
  useQuery({ query: HeldRecordDocument, variables: { id: next?.id ?? '' }, pause: !next, requestPolicy: 'cache-first' });
  const may = post !== undefined;
  useEffect(() => {
    if (!may) return;
    const heard = (event: globalThis.KeyboardEvent): void => {
      const { target } = event;
      const writing = target instanceof HTMLElement && target.closest('input, textarea, select, [role=combobox], dialog');
      if (writing || event.ctrlKey || event.altKey || event.metaKey) return;
      const press = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (press) event.preventDefault();
      press?.click();
    };
    document.addEventListener('keydown', heard);
    return () => document.removeEventListener('keydown', heard);
  }, [may]);
  if (!post) return null;

  const said = [...comments].filter(([, text]) => text.trim() !== '').map(([path, text]) => ({ path, text }));
  const input = { idempotencyKey: key, post: post.id, receipt: receipt.id, comments: said, note: note.trim() === '' ? null : note };
  function settled(
    against: readonly { readonly message: string; readonly severity: string }[] | undefined,
    words: string,
    error: CombinedError | undefined,
  ): void {
    if (error) {
      const code = toldCode(errorCode(error));
      setProblems([{ message: `${t(`failure.${code}`)} ${t(`failure.way.${code}`)}` }]);
    }
    else setKey(newKey());
    const refusals = against?.filter(({ severity }) => severity === 'REFUSAL') ?? [];
    if (refusals.length > 0) setProblems(refusals);
    if (error || !against || refusals.length > 0) return;
    void message.success(words);
    look({ requestPolicy: 'network-only' });
    if (next) void go({ to: '/receipts/$id', params: { id: next.id } });
    else void go({ to: '/review' });
  }
  const approveIt = (): Promise<void> =>
    approve({ input }).then(({ data, error }) => settled(data?.approveReceipt?.problems, t('review.done'), error));
  const returnIt = (): Promise<void> =>
    giveBack({ input: { ...input, reasons: [...reasons] } }).then(({ data, error }) => settled(data?.returnReceipt?.problems, t('review.returned'), error));

  return (
    <section className="sheet decide" aria-label={t('review.decide')}>
      {asked}
      {problems.map((problem) => (
        <Alert key={problem.message} type="error" showIcon title={problem.message} />
      ))}
      {returning && (
        <div
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === 'Escape') setReturning(false);
          }}
        >
          <h2>{t('review.why')}</h2>
          <Checkbox.Group
            options={REASONS.map((reason) => ({ value: reason, label: t(`reason.${reason}`) }))}
            value={[...reasons]}
            onChange={(chosen) => setReasons(chosen)}
          />
          <details>
            <summary>{t('review.fields')}</summary>
            {fields(form).map(([field, schema]) => (
              <div key={field} className="field">
                <label htmlFor={`comment-${field}`}>{label(schema)}</label>
                <Input
                  id={`comment-${field}`}
                  maxLength={1000}
                  value={comments.get(`/${field}`) ?? ''}
                  onChange={(event) => setComments(new Map(comments).set(`/${field}`, event.target.value))}
                />
              </div>
            ))}
          </details>
          <label htmlFor="return-note">{t('review.note')}</label>
          <Input.TextArea id="return-note" rows={3} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        </div>
      )}
      <p className="ways">
        {returning ? (
          <>
            <Button danger type="primary" loading={sending} disabled={reasons.length === 0} onClick={() => void returnIt()}>
              {t('review.return')}
            </Button>
            <Button onClick={() => setReturning(false)}>{t('review.not')}</Button>
          </>
        ) : (
          <>
            <Button
              type="primary"
              data-key="a"
              loading={approving}
              onClick={() => ask(t('review.approveThis'), approveIt)}
            >
              {t('review.approve')} <kbd aria-hidden>A</kbd>
            </Button>
            <Button data-key="r" onClick={() => setReturning(true)}>
              {t('review.return')} <kbd aria-hidden>R</kbd>
            </Button>
            {next && (
              <Link className="do" data-key="n" to="/receipts/$id" params={{ id: next.id }}>
                {t('review.next')} <kbd aria-hidden>N</kbd>
              </Link>
            )}
            <Link className="do" to="/review">
              {t('review.back')}
            </Link>
          </>
        )}
      </p>
    </section>
  );
}
