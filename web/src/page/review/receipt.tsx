import { useParams } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { FileList } from '../../file/list';
import { marksOf } from '../../form/mark';
import { type Content, type GroupSchema, trail } from '../../form/schema';
import { Marked, Show } from '../../form/show';
import { useFound } from '../../frame/found';
import { day, moment } from '../../frame/moment';
import { useSeen } from '../../frame/seen';
import { Failure, Loading } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { useViewer } from '../../frame/viewer';
import { AlsoFor } from '../record/also';
import { RecordFormDocument } from '../record/gen/graphql';
import { Comment, type Comments } from './comment';
import { Decide } from './decide';
import { HeldRecordDocument, type HeldRecordQuery } from './gen/graphql';

export type Held = NonNullable<HeldRecordQuery['receipt']>;

/** A received record: form and files side by side, and what is decided of it. */
export function ReceiptPage() {
  const { id } = useParams({ from: '/inside/controls/receipts/$id' });
  const [{ data, error, fetching }, again] = useFound({ query: HeldRecordDocument, variables: { id } });
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
  useSeen(receipt.id);
  const [returning, setReturning] = useState(false);
  const [comments, setComments] = useState<Comments>(new Map());
  const marks = marksOf([], receipt.remarks?.comments ?? []);
  const files = held.files ?? [];
  const comment = (at: string, what: string, named = false) => returning && <Comment at={at} what={what} named={named} comments={comments} put={setComments} />;
  return (
    <article>
      <h1>{title}</h1>
      <Marked marks={marks.get('/title')} />
      {comment('/title', t('record.title'), true)}
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
      <Marked marks={marks.get('/occurredOn')} />
      {comment('/occurredOn', t('record.day'), true)}
      <div className="beside">
        <section className="sheet">
          <Show schema={form} content={(held.content ?? {}) as Content} marks={marks} beside={returning ? (at) => comment(at, trail(form, at)) : undefined} />
          <p className="digest">{t('submit.hash', { hash: receipt.hash })}</p>
        </section>
        {(files.length > 0 || returning || marks.has('/files')) && (
          <section className="sheet stays">
            <h2>{t('file.files')}</h2>
            <Marked marks={marks.get('/files')} />
            {comment('/files', t('file.files'), true)}
            <FileList files={files} />
          </section>
        )}
      </div>
      <Decide receipt={receipt} comments={comments} returning={returning} setReturning={setReturning} />
    </article>
  );
}
