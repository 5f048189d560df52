import { Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import type { GroupSchema } from '../../form/schema';
import { Failure, Loading } from '../../frame/state';
import { useFound } from '../../frame/found';
import { useViewer, writes } from '../../frame/viewer';
import { useDesk } from './desks';
import { Editor } from './editor';
import { RecordCourseDocument, RecordFormDocument, type RecordFormQuery, RecordWholeDocument, type WholeFragment } from './gen/graphql';
import { returnOf } from './timeline';
import { writingOf } from './writing';

const OPEN: readonly string[] = ['DRAFT', 'RETURNED', 'WITHDRAWN'];

/** A draft, or what has come back. What is no draft any more is looked at. */
export function EditRecord() {
  const { id } = useParams({ from: '/inside/controls/records/$id/edit' });
  const [{ data, error, fetching }, again] = useFound({
    query: RecordWholeDocument,
    variables: { id },
    requestPolicy: 'network-only',
  });
  const record = data?.record;
  const [{ data: type }] = useQuery({
    query: RecordFormDocument,
    variables: { code: record?.type ?? '', version: record?.typeVersion ?? null },
    pause: !record,
  });
  if (error && !record) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if ((fetching && !record) || (record && !type)) return <Loading />;
  if (!record || !type?.recordType) return <Failure code="NOT_FOUND" />;
  return <Edit key={record.id} record={record} type={type.recordType} form={type.recordType.form as GroupSchema} />;
}

interface EditProps {
  readonly record: WholeFragment;
  readonly type: NonNullable<RecordFormQuery['recordType']>;
  readonly form: GroupSchema;
}

function Edit({ record: begun, type, form }: EditProps) {
  const { t } = useTranslation();
  const { account, posts } = useViewer();
  const { post: asked } = useSearch({ from: '/inside/controls/records/$id/edit' });
  const go = useNavigate();
  const mine = posts.filter((post) => writes(post) && post.org.id === begun.org?.id);
  const post = mine.find(({ id }) => id === asked) ?? mine[0];
  const [record] = useState(begun);
  const { desk, draft } = useDesk({
    account: account.id,
    post: post?.id ?? '',
    ofType: record.type,
    id: record.id,
    local: record.id,
    rev: record.rev,
    writing: writingOf(record),
    files: record.files ?? [],
  });
  const [{ data: course }] = useQuery({ query: RecordCourseDocument, variables: { id: record.id } });
  if (!OPEN.includes(record.state)) return <Navigate to="/records/$id" params={{ id: record.id }} replace />;
  if (!post) return <Failure code="NOT_FOUND" />;
  const back = record.state === 'RETURNED' ? returnOf(course?.record?.timeline) : undefined;
  return (
    <>
      {back && (
        <Alert
          type="warning"
          showIcon
          title={t('record.returnedBy', { org: back.org?.name ?? '' })}
          description={
            <>
              <p>{back.remarks?.reasons.map((reason) => t(`reason.${reason}`)).join('、')}</p>
              {back.remarks?.note && <p>{back.remarks.note}</p>}
            </>
          }
          action={<Button onClick={() => void go({ to: '/records/$id', params: { id: record.id } })}>{t('record.timeline')}</Button>}
        />
      )}
      <Editor
        heading={t('record.begin', { type: type.name, org: record.org?.name ?? '' })}
        help={type.help}
        rules={type.citations}
        org={record.org?.id ?? ''}
        form={form}
        desk={desk}
        draft={draft}
        comments={back?.remarks?.comments ?? []}
      />
    </>
  );
}
