import { Link, useParams } from '@tanstack/react-router';
import { Button, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery, useSubscription } from 'urql';
import { errorCode } from '../../client/graphql';
import { FileList } from '../../file/list';
import { marksOf } from '../../form/mark';
import type { Content, GroupSchema } from '../../form/schema';
import { Marked, Show } from '../../form/show';
import { useAsk } from '../../frame/ask';
import { useFound } from '../../frame/found';
import { day } from '../../frame/moment';
import { Said } from '../../frame/said';
import { useSeen } from '../../frame/seen';
import { Failure, Loading } from '../../frame/state';
import { useStep } from '../../frame/step';
import { useTitle } from '../../frame/title';
import { useViewer, writes } from '../../frame/viewer';
import { AlsoFor } from './also';
import { Confirm } from './confirm';
import { DiscardDocument, RecallDocument, RecordCourseDocument, RecordFormDocument, RecordMovedDocument, RecordWholeDocument, type WholeFragment } from './gen/graphql';
import { Receipts } from './receipts';
import { returnOf, Timeline } from './timeline';

/** An own record, whole: what it says, its files, where it stands and what became of it. */
export function ViewRecord() {
  const { id } = useParams({ from: '/inside/controls/records/$id' });
  const [{ data, error, fetching }, again] = useFound({ query: RecordWholeDocument, variables: { id } });
  const record = data?.record;
  const [{ data: type }] = useQuery({
    query: RecordFormDocument,
    variables: { code: record?.type ?? '', version: record?.typeVersion ?? null },
    pause: !record,
  });
  useSubscription({ query: RecordMovedDocument, variables: { record: id } }, (_, moved) => {
    if (record && moved.recordChanged && moved.recordChanged.rev !== record.rev) again({ requestPolicy: 'network-only' });
    return moved;
  });
  if (error && !record) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if ((fetching && !record) || (record && !type)) return <Loading />;
  if (!record || !type?.recordType) return <Failure code="NOT_FOUND" />;
  return <Whole record={record} name={type.recordType.name} form={type.recordType.form as GroupSchema} />;
}

function Whole({ record, name, form }: { readonly record: WholeFragment; readonly name: string; readonly form: GroupSchema }) {
  const { t } = useTranslation();
  useTitle(record.title);
  useSeen(record.id);
  const [{ data }] = useQuery({ query: RecordCourseDocument, variables: { id: record.id } });
  const course = data?.record;
  const comments = record.state === 'RETURNED' ? (returnOf(course?.timeline)?.remarks?.comments ?? []) : [];
  const marks = marksOf([], comments);
  return (
    <article>
      <div className="head">
        <h1>{record.title}</h1>
        <Ways record={record} />
      </div>
      {['/title', '/occurredOn', '/files'].map((at) => (
        <Marked key={at} marks={marks.get(at)} />
      ))}
      <p className="about">
        <Tag className={`standing ${record.state}`}>{t(`state.of.${record.state}`)}</Tag>
        {record.confidentiality === 'INTERNAL' && <Tag>{t('record.grade.INTERNAL')}</Tag>}
        <span>{[name, record.org?.name, day(record.occurredOn)].filter(Boolean).join(' · ')}</span>
        <AlsoFor tags={record.tags} />
      </p>
      <Confirm record={record} timeline={course?.timeline} />
      <section className="sheet">
        <Show schema={form} content={record.content as Content} marks={marks} />
      </section>
      {record.files && record.files.length > 0 && (
        <section className="sheet">
          <h2>{t('file.files')}</h2>
          <FileList files={record.files} />
        </section>
      )}
      <Receipts rounds={course?.rounds ?? []} />
      <section className="sheet">
        <h2>{t('record.timeline')}</h2>
        <Timeline events={course?.timeline ?? []} rounds={course?.rounds ?? []} form={form} />
      </section>
    </article>
  );
}

/** What may be done with it now. */
function Ways({ record }: { readonly record: WholeFragment }) {
  const { t } = useTranslation();
  const { asked, ask } = useAsk();
  const { posts } = useViewer();
  const recall = useStep(RecallDocument);
  const discard = useStep(DiscardDocument);
  const post = posts.find((one) => writes(one) && one.org.id === record.org?.id);
  if (!post) return null;
  const input = { post: post.id, record: record.id };
  return (
    <span className="ways">
      {asked}
      <Said error={recall.error ?? discard.error} problems={recall.data?.recallRecord?.problems ?? discard.data?.discardDraft?.problems ?? []} />
      {(record.state === 'DRAFT' || record.state === 'RETURNED' || record.state === 'WITHDRAWN') && (
        <Link className="do" to="/records/$id/edit" params={{ id: record.id }}>
          {t('record.edit')}
        </Link>
      )}
      {record.state === 'IN_REVIEW' && (
        <Button
          onClick={() =>
            ask(t('record.recallSure'), () => recall.take(input))
          }
        >
          {t('record.recall')}
        </Button>
      )}
      {record.state === 'DRAFT' && (
        <Button
          danger
          onClick={() =>
            ask(t('record.discardSure'), () => discard.take({ ...input, rev: record.rev }), true)
          }
        >
          {t('record.discard')}
        </Button>
      )}
      <Button onClick={() => window.print()}>{t('record.print')}</Button>
    </span>
  );
}
