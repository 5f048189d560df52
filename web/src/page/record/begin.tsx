import { Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import type { GroupSchema } from '../../form/schema';
import { Failure, Loading } from '../../frame/state';
import { type Place, useViewer, writes } from '../../frame/viewer';
import { useDesk } from './desks';
import { Editor } from './editor';
import { type RecordFormQuery, RecordFormDocument } from './gen/graphql';

type Type = NonNullable<RecordFormQuery['recordType']>;

/**
 * A new record: it waits in this browser until the server has it. Its page stays as it is then, under the hand that writes; who
 * comes back finds it at its own address.
 */
export function BeginRecord() {
  const { type } = useParams({ from: '/inside/controls/records/begin/$type' });
  const { post, record, step } = useSearch({ from: '/inside/controls/records/begin/$type' });
  const [born] = useState(record);
  const { posts } = useViewer();
  const [{ data, error, fetching }, again] = useQuery({ query: RecordFormDocument, variables: { code: type } });
  if (born) return <Navigate to="/records/$id/edit" params={{ id: born }} search={{ post, step }} replace />;
  if (error && !data) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const held = posts.find((one) => one.id === post && writes(one));
  if (!data?.recordType || !held) return <Failure code="NOT_FOUND" />;
  return <Begin type={data.recordType} post={held.id} org={held.org} />;
}

function today(timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date());
}

function Begin({ type, post, org }: { readonly type: Type; readonly post: string; readonly org: Place }) {
  const { t } = useTranslation();
  const { account, timeZone } = useViewer();
  const { draft: local } = useSearch({ from: '/inside/controls/records/begin/$type' });
  const go = useNavigate();
  const form = type.form as GroupSchema;
  const usualTitle = useCallback(
    (day: string) => t('record.usualTitle', { org: org.shortName ?? org.name, year: day.slice(0, 4), month: Number(day.slice(5, 7)), type: type.name }),
    [org, t, type.name],
  );
  const first = today(timeZone);
  const { desk, draft } = useDesk({
    account: account.id,
    post,
    ofType: type.code,
    id: null,
    local,
    rev: null,
    writing: { title: usualTitle(first), occurredOn: first, tags: [], confidentiality: 'PUBLIC', content: {} },
    files: [],
  });
  const { id } = draft;
  useEffect(() => {
    if (id !== null) void go({ to: '.', search: (before) => ({ ...before, record: id }), replace: true });
  }, [id, go]);
  return (
    <Editor
      heading={t('record.begin', { type: type.name, org: org.name })}
      help={type.help}
      rules={type.citations}
      org={org.id}
      usualTitle={usualTitle}
      form={form}
      desk={desk}
      draft={draft}
      comments={[]}
    />
  );
}
