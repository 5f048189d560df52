import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { day } from '../../frame/moment';
import { RECORD_LISTS, type RecordList as List } from '../../frame/record-state';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { useViewer, writes } from '../../frame/viewer';
import { LeftHere } from './left';
import { RecordLinesDocument, RecordLinesToConfirmDocument, RecordTypesDocument } from './gen/graphql';

/** One's own records, by their state; and what others ask one to confirm. */
export function RecordList() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const { state = 'DRAFT', org: asked } = useSearch({ from: '/inside/controls/records' });
  useTitle(t('place.records'));
  const orgs = [...new Map(posts.filter(writes).map(({ org }) => [org.id, org])).values()];
  const org = orgs.find(({ id }) => id === asked) ?? orgs[0];
  if (!org) return <Nothing words={t('record.noPost')} />;
  return (
    <>
      <div className="head">
        <h1>{t('place.records')}</h1>
        <Link className="do" to="/records/new">
          {t('record.new')}
        </Link>
        <Button onClick={() => window.print()}>{t('record.print')}</Button>
      </div>
      {orgs.length > 1 && (
        <Segmented
          options={orgs.map((one) => ({ value: one.id, label: one.shortName ?? one.name }))}
          value={org.id}
          onChange={(id) => void go({ to: '/records', search: { state, org: id } })}
        />
      )}
      <LeftHere />
      <Segmented
        className="states"
        options={RECORD_LISTS.map((one) => ({ value: one, label: one === 'TO_CONFIRM' ? t('record.toConfirm') : t(`state.of.${one}`) }))}
        value={state}
        onChange={(next) => void go({ to: '/records', search: { state: next, org: org.id } })}
      />
      <Pages key={`${org.id} ${state}`} org={org.id} state={state} />
    </>
  );
}

function Pages({ org, state }: { readonly org: string; readonly state: List }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return cursors.map((after, n) => (
    <Page
      key={after ?? ''}
      org={org}
      state={state}
      after={after}
      more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined}
    />
  ));
}

interface PageProps {
  readonly org: string;
  readonly state: List;
  readonly after: string | null;
  readonly more: ((cursor: string) => void) | undefined;
}

/** One page of a list; only the one that is shown is asked for. */
function useLines(org: string, list: List, after: string | null) {
  const confirms = list === 'TO_CONFIRM';
  const [own, ownAgain] = useQuery({ query: RecordLinesDocument, variables: { org, state: confirms ? 'DRAFT' : list, after }, pause: confirms });
  const [theirs, theirsAgain] = useQuery({ query: RecordLinesToConfirmDocument, variables: { org, after }, pause: !confirms });
  return confirms ? ([{ ...theirs, records: theirs.data?.recordsToConfirm }, theirsAgain] as const) : ([{ ...own, records: own.data?.records }, ownAgain] as const);
}

function Page({ org, state, after, more }: PageProps) {
  const { t } = useTranslation();
  const [{ data: types }] = useQuery({ query: RecordTypesDocument });
  const [{ records, error, fetching }, again] = useLines(org, state, after);
  if (error && !records) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !records) return <Loading />;
  if (!records) return null;
  if (records.nodes.length === 0) return after === null ? <Nothing words={t('record.nothing')} /> : null;
  const names = new Map(types?.recordTypes?.map((type) => [type.code, type.name]));
  const { hasNextPage, endCursor } = records.pageInfo;
  const writable = state === 'DRAFT' || state === 'RETURNED' || state === 'WITHDRAWN';
  return (
    <>
      <ul className="lines">
        {records.nodes.map((record) => (
          <li key={record.id}>
            <Link to={writable ? '/records/$id/edit' : '/records/$id'} params={{ id: record.id }}>
              {record.title}
            </Link>
            <small>{names.get(record.type) ?? record.type}</small>
            <time dateTime={record.occurredOn}>{day(record.occurredOn)}</time>
          </li>
        ))}
      </ul>
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}
