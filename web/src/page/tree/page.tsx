import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { useSettled } from '../../frame/settled';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { useViewer } from '../../frame/viewer';
import { Branches } from './branches';
import { TreeSearchDocument } from './gen/graphql';
import { Unit } from './unit';

/** The organisations of the tenant: found by name, code or place, today or as they were on a day. */
export function Tree() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const asked = useSearch({ from: '/inside/controls/orgs' });
  useTitle(t('place.orgs'));
  const at = asked.at ?? posts[0]?.org.id;
  const asOf = asked.asOf ?? null;
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim());
  const [turns, setTurns] = useState(0);
  const choose = (org: string): void => void go({ to: '/orgs', search: { ...asked, at: org } });
  return (
    <>
      <h1>{t('place.orgs')}</h1>
      <div className="filters">
        <label className="month">
          {t('tree.search')}
          <Input.Search allowClear maxLength={60} value={text} placeholder={t('tree.searchHint')} onChange={(event) => setText(event.target.value)} />
        </label>
        <label className="month">
          {t('tree.asOf')}
          <input
            type="date"
            value={asOf ?? ''}
            // Typed digit by digit: the way back leads to where one came from, not through each of them.
            onChange={(event) => void go({ to: '/orgs', search: { ...asked, asOf: event.target.value === '' ? undefined : event.target.value }, replace: true })}
          />
        </label>
        {asOf && <Button onClick={() => void go({ to: '/orgs', search: { ...asked, asOf: undefined } })}>{t('tree.today')}</Button>}
      </div>
      {asOf && <Alert type="info" showIcon title={t('tree.asItWas', { day: asOf })} description={wanted === '' ? undefined : t('tree.searchToday')} />}
      <div className="split">
        <div>{wanted === '' ? <Branches key={`${asOf ?? ''} ${turns}`} at={at} asOf={asOf} choose={choose} /> : <Found key={wanted} text={wanted} />}</div>
        <div>{at ? 
            <Unit
              org={at}
              asOf={asOf}
              changed={(org) => {
                setTurns(turns + 1);
                choose(org);
              }}
            />
           : <Nothing words={t('tree.choose')} />}</div>
      </div>
    </>
  );
}

function Found({ text }: { readonly text: string }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return cursors.map((after, n) => (
    <Page key={after ?? ''} text={text} after={after} more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined} />
  ));
}

interface PageProps {
  readonly text: string;
  readonly after: string | null;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ text, after, more }: PageProps) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/orgs' });
  const [{ data, error, fetching }, again] = useQuery({ query: TreeSearchDocument, variables: { text, after } });
  if (error && !data?.searchOrgs) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const found = data?.searchOrgs;
  if (!found) return null;
  if (found.nodes.length === 0) return after === null ? <Nothing words={t('tree.none')} /> : null;
  const { hasNextPage, endCursor } = found.pageInfo;
  return (
    <>
      <ul className="lines">
        {found.nodes.map((org) => (
          <li key={org.id}>
            <Link to="/orgs" search={{ ...asked, at: org.id }}>
              {org.name}
            </Link>
            <small>{`${org.levelName ?? ''} ${org.code}`}</small>
          </li>
        ))}
      </ul>
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}
