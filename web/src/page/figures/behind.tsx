import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Drawer, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Failure, Loading, Nothing } from '../../frame/state';
import { BehindDocument, type DrillInput } from './gen/graphql';
import { type By, STATES } from './matrix';

/** In the place of a child: the organisation with all that is below it. */
export const ALL = '*';

interface BehindProps {
  readonly org: string;
  readonly from: number;
  readonly to: number;
  readonly by: By;
  readonly type: string | undefined;
  readonly names: ReadonlyMap<string, string>;
}

/** What stands behind a number: it has an address like any other page. */
export function Behind({ org, from, to, by, type, names }: BehindProps) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/figures' });
  const { child, column, state = 'FINAL' } = asked;
  const go = useNavigate();
  const shut = (): void => void go({ to: '/figures', search: { ...asked, child: undefined, column: undefined, state: undefined }, resetScroll: false });
  if (!child || !column) return null;
  const month = by === 'month' && column !== '*' ? Number(column) : undefined;
  const ofType = by === 'type' ? (column === '*' ? undefined : column) : type;
  const input: DrillInput = { org, from: month ?? from, to: month ?? to, state, ...(child === ALL ? {} : { child }), ...(ofType ? { ofType } : {}) };
  return (
    <Drawer open size="large" onClose={shut} title={[names.get(child) ?? t('figures.sum'), names.get(column) ?? t('figures.sum')].join(' · ')}>
      <Segmented
        options={STATES.map((one) => ({ value: one, label: t(`state.of.${one}`) }))}
        value={state}
        onChange={(next) => void go({ to: '/figures', search: { ...asked, state: next }, resetScroll: false, replace: true })}
      />
      <Pages key={JSON.stringify(input)} input={input} />
    </Drawer>
  );
}

function Pages({ input }: { readonly input: DrillInput }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return cursors.map((after, n) => (
    <Page
      key={after ?? ''}
      input={input}
      after={after}
      more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined}
    />
  ));
}

interface PageProps {
  readonly input: DrillInput;
  readonly after: string | null;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ input, after, more }: PageProps) {
  const { t } = useTranslation();
  const [{ data, error, fetching }, again] = useQuery({ query: BehindDocument, variables: { input, after } });
  if (error && !data?.drill) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const drilled = data?.drill;
  if (!drilled) return null;
  const { nodes, pageInfo } = drilled.submissions;
  const { hasNextPage, endCursor } = pageInfo;
  return (
    <>
      {after === null && (
        <p>
          {t('figures.total', { count: drilled.total })}
          {(drilled.elsewhere ?? 0) > 0 && <small>{` ${t('figures.elsewhere', { count: drilled.elsewhere ?? 0 })}`}</small>}
        </p>
      )}
      {nodes.length === 0 && after === null && drilled.total === 0 && <Nothing words={t('figures.none')} />}
      {nodes.length > 0 && (
        <ul className="lines">
          {nodes.map(({ recordId, round, title, month, origin, receipt }) => (
            <li key={`${recordId} ${String(round)}`}>
              {receipt ? (
                <Link to="/receipts/$id" params={{ id: receipt.id }}>
                  {title}
                </Link>
              ) : (
                <Link to="/records/$id" params={{ id: recordId }}>
                  {title}
                </Link>
              )}
              <small>{origin?.shortName ?? origin?.name}</small>
              <time>{`${String(Math.floor(month / 100))}-${String(month % 100).padStart(2, '0')}`}</time>
            </li>
          ))}
        </ul>
      )}
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}
