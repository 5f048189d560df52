import { useNavigate, useSearch } from '@tanstack/react-router';
import { AutoComplete, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { PersonPick } from '../../pick/person';
import { CheckProof } from './check';
import { Entry } from './entry';
import { ActionNamesDocument, AuditTrailDocument, type AuditTrailQueryVariables } from './gen/graphql';
import { Heads } from './heads';
import { ObjectPick } from './object-pick';

/** What days mean here: they begin and end in the country's time zone. */
const ZONE = '+08:00';

/** What was done: by person, object, action and time; each entry with what it changed and with its proof. */
export function Audit() {
  const { t } = useTranslation();
  const go = useNavigate();
  const asked = useSearch({ from: '/inside/controls/audit' });
  useTitle(t('place.audit'));
  const put = (change: Partial<typeof asked>): void => void go({ to: '/audit', search: { ...asked, ...change } });
  // Typed digit by digit: the way back leads to where one came from, not through each of them.
  const typed = (change: Partial<typeof asked>): void => void go({ to: '/audit', search: { ...asked, ...change }, replace: true });
  const day = (words: string, value: string | undefined, key: 'from' | 'to') => (
    <label className="month">
      {words}
      <input type="date" value={value ?? ''} onChange={(event) => typed({ [key]: event.target.value === '' ? undefined : event.target.value })} />
    </label>
  );
  const wanted = {
    account: asked.account ?? null,
    object: asked.object ?? null,
    action: asked.action ?? null,
    from: asked.from ? `${asked.from}T00:00:00${ZONE}` : null,
    // The last day is meant whole.
    to: asked.to ? new Date(Date.parse(`${asked.to}T00:00:00${ZONE}`) + 86_400_000).toISOString() : null,
  };
  return (
    <>
      <h1>{t('place.audit')}</h1>
      <div className="filters">
        <PersonPick words={t('permission.person')} value={asked.account} put={(account) => put({ account })} />
        <ObjectPick key={asked.object} value={asked.object} put={(object) => put({ object })} />
        <ActionPick key={asked.action} value={asked.action} put={(action) => put({ action })} />
        {day(t('audit.from'), asked.from, 'from')}
        {day(t('audit.to'), asked.to, 'to')}
      </div>
      <Pages key={JSON.stringify(wanted)} wanted={wanted} />
      <Heads />
      <CheckProof />
    </>
  );
}

/** By its words or by its code. */
function ActionPick({ value, put }: { readonly value: string | undefined; readonly put: (action: string | undefined) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value ?? '');
  const [{ data }] = useQuery({ query: ActionNamesDocument });
  const found = (data?.auditActions ?? []).filter(({ name, label }) => `${label} ${name}`.includes(text.trim()));
  const chosen = (next = ''): void => put(next.trim() === '' ? undefined : next.trim());
  return (
    <label className="month">
      {t('audit.action')}
      <AutoComplete
        allowClear
        value={text}
        placeholder="post.grant"
        options={found.map(({ name, label }) => ({ value: name, label: `${label} ${name}` }))}
        onChange={(next: string | undefined) => {
          setText(next ?? '');
          if (!next) put(undefined);
        }}
        onSelect={chosen}
        onKeyDown={(event) => {
          // A word is meant as the action that is called so.
          if (event.key === 'Enter') chosen(text.trim() === '' ? text : (found.find(({ label, name }) => label === text.trim() || name === text.trim()) ?? found[0])?.name ?? text);
        }}
      />
    </label>
  );
}

type Wanted = Omit<AuditTrailQueryVariables, 'after'>;

function Pages({ wanted }: { readonly wanted: Wanted }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return cursors.map((after, n) => (
    <Page key={after ?? ''} wanted={wanted} after={after} more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined} />
  ));
}

interface PageProps {
  readonly wanted: Wanted;
  readonly after: string | null;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ wanted, after, more }: PageProps) {
  const { t } = useTranslation();
  const [{ data, error, fetching }, again] = useQuery({ query: AuditTrailDocument, variables: { ...wanted, after } });
  if (error && !data?.audit) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const trail = data?.audit;
  if (!trail) return null;
  if (trail.nodes.length === 0) return after === null ? <Nothing words={t('audit.nothing')} /> : null;
  const { hasNextPage, endCursor } = trail.pageInfo;
  return (
    <>
      <ul className="trail">
        {trail.nodes.map((entry) => (
          <Entry key={entry.no} entry={entry} />
        ))}
      </ul>
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}
