import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Segmented, Select } from 'antd';
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery, useSubscription } from 'urql';
import { errorCode } from '../../client/graphql';
import { useFound } from '../../frame/found';
import { moment } from '../../frame/moment';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { readsFigures, useViewer } from '../../frame/viewer';
import { Behind } from './behind';
import { FiguresMovedDocument, FiguresOfDocument, FigureTypesDocument } from './gen/graphql';
import { useChildren } from './children';
import { StateMap } from './map';
import { type By, type Column, matrix, MOST_MONTHS, months, shifted, SIGNS } from './matrix';
import { parted, useFurther } from './parts';
import { saveCsv, saveXlsx } from './save';
import { sheet } from './sheet';
import { Table } from './table';

const Trend = lazy(() => import('./trend'));

/** This year so far, where nothing else is asked for. */
function usual(timeZone: string): { from: number; to: number } {
  const now = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit' }).format(new Date());
  const to = Number(now.replace('-', ''));
  return { from: Math.floor(to / 100) * 100 + 1, to };
}

const written = (month: number): string => `${String(Math.floor(month / 100))}-${String(month % 100).padStart(2, '0')}`;

/** Figures of an organisation: child by type or by month, what stands behind each number, and their course. */
export function Figures() {
  const { t } = useTranslation();
  const { posts, timeZone } = useViewer();
  const asked = useSearch({ from: '/inside/controls/figures' });
  const go = useNavigate();
  useTitle(t('place.figures'));
  const mine = useMemo(() => [...new Map(posts.filter(readsFigures).map(({ org }) => [org.id, org])).values()], [posts]);
  const org = asked.org ?? mine[0]?.id;
  const { from, to } = { ...usual(timeZone), ...(asked.from ? { from: asked.from } : {}), ...(asked.to ? { to: asked.to } : {}) };
  const by: By = asked.by ?? 'type';
  const [{ data: catalogue }] = useQuery({ query: FigureTypesDocument });
  const types = useMemo(() => catalogue?.recordTypes ?? [], [catalogue]);
  if (!org) return <Nothing words={t('figures.noPost')} />;
  const put = (change: Partial<typeof asked>): void => void go({ to: '/figures', search: { ...asked, ...change } });
  // Typed digit by digit: the way back leads to where one came from, not through each of them.
  const typed = (change: Partial<typeof asked>): void => void go({ to: '/figures', search: { ...asked, ...change }, replace: true });
  const span = months(from, to).length;
  const narrow = by === 'month';
  return (
    <>
      <h1>{t('place.figures')}</h1>
      <div className="filters">
        {mine.length > 1 && (
          <Select
            aria-label={t('figures.org')}
            value={org}
            options={mine.map((one) => ({ value: one.id, label: one.shortName ?? one.name }))}
            onChange={(id: string) => put({ org: id })}
          />
        )}
        <Segmented<By>
          aria-label={t('figures.by')}
          value={by}
          options={[
            { value: 'type', label: t('figures.byType') },
            { value: 'month', label: t('figures.byMonth') },
          ]}
          onChange={(next) => put({ by: next })}
        />
        {by === 'month' && (
          <Select
            aria-label={t('figures.type')}
            value={asked.type ?? '*'}
            options={[{ value: '*', label: t('figures.allTypes') }, ...types.map(({ code, name }) => ({ value: code, label: name }))]}
            onChange={(type: string) => put({ type: type === '*' ? undefined : type })}
          />
        )}
        <Segmented<'table' | 'map'>
          aria-label={t('figures.as')}
          value={asked.as ?? 'table'}
          options={[
            { value: 'table', label: t('figures.asTable') },
            { value: 'map', label: t('figures.asMap') },
          ]}
          onChange={(next) => put({ as: next === 'map' ? next : undefined })}
        />
        <Month words={t('figures.from')} value={from} least={narrow ? shifted(to, 1 - MOST_MONTHS) : undefined} most={to} put={(month) => typed({ from: month })} />
        <Month words={t('figures.to')} value={to} least={from} most={narrow ? shifted(from, MOST_MONTHS - 1) : undefined} put={(month) => typed({ to: month })} />
      </div>
      {span === 0 ? (
        <Nothing words={t('figures.backwards')} />
      ) : narrow && span > MOST_MONTHS ? (
        <Nothing words={t('figures.tooMany', { count: MOST_MONTHS })} />
      ) : (
        types.length > 0 && <Shown org={org} from={from} to={to} by={by} type={asked.type} types={types} />
      )}
    </>
  );
}

interface MonthProps {
  readonly words: string;
  readonly value: number;
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  readonly put: (month: number) => void;
}

function Month({ words, value, least, most, put }: MonthProps) {
  return (
    <label className="month">
      {words}
      <input
        type="month"
        value={written(value)}
        min={least && written(least)}
        max={most && written(most)}
        onChange={(event) => {
          if (/^\d{4}-\d{2}$/.test(event.target.value)) put(Number(event.target.value.replace('-', '')));
        }}
      />
    </label>
  );
}

interface ShownProps {
  readonly org: string;
  readonly from: number;
  readonly to: number;
  readonly by: By;
  readonly type: string | undefined;
  readonly types: readonly { readonly code: string; readonly name: string }[];
}

function Shown({ org, from, to, by, type, types }: ShownProps) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const asked = useSearch({ from: '/inside/controls/figures' });
  const inputs = useMemo(() => {
    const [first = [], ...further] = parted(by === 'type' ? types.map(({ code }) => code) : type ? [type] : []);
    const range = { org, from, to, byChild: true };
    const each = { ...range, types: first, byMonth: by === 'month' };
    return { first: { org, each, whole: { ...range, types: by === 'month' ? first : [], byMonth: false } }, further };
  }, [org, from, to, by, type, types]);
  const [{ data, error, fetching }, again] = useFound({ query: FiguresOfDocument, variables: inputs.first });
  const further = useFurther(inputs.first.each, inputs.further, data?.each);
  // The first answer tells what is known; every further one that something has moved.
  const [{ fetching: following }] = useSubscription<unknown, number>({ query: FiguresMovedDocument, variables: { input: inputs.first.whole } }, (heard = 0) => {
    if (heard > 0) again({ requestPolicy: 'network-only' });
    return heard + 1;
  });
  // It ends when they may no longer be read: then what stands here is asked for again, and is refused.
  const followed = useRef(false);
  useEffect(() => {
    if (followed.current && !following) again({ requestPolicy: 'network-only' });
    followed.current = following;
  }, [following, again]);
  const columns: readonly Column[] = useMemo(
    () => (by === 'type' ? types.map(({ code, name }) => ({ key: code, name })) : months(from, to).map((one) => ({ key: String(one), name: written(one) }))),
    [by, types, from, to],
  );
  const below = useChildren(org, data?.org?.children);
  const fault = (data ? undefined : error) ?? further.error;
  if (fault) return <Failure code={errorCode(fault)} again={() => again({ requestPolicy: 'network-only' })} />;
  if ((fetching && !data) || (data?.each && !further.cells)) return <Loading />;
  const place = data?.org;
  if (!place || !data.each || !data.whole || !further.cells) return <Failure code="NOT_FOUND" />;
  const children = below.children.map(({ id, name, shortName }) => ({ id, name: shortName ?? name }));
  const lines = matrix({ id: place.id, name: t('figures.own') }, children, columns, by, [...data.each, ...further.cells], data.whole);
  const name = `${place.shortName ?? place.name} ${written(from)} ${written(to)}`;
  // The figures follow the server: what is taken away is as of the moment at which it is taken.
  const taken = () => {
    const about = [
      [t('figures.org'), place.name],
      [t('figures.period'), `${written(from)} – ${written(to)}`],
      [t('figures.type'), by === 'month' && type ? (types.find(({ code }) => code === type)?.name ?? type) : t('figures.allTypes')],
      [t('figures.asOf'), moment(new Date().toISOString(), timeZone)],
    ];
    // What is only a part says so in the file, too.
    if (!below.whole) about.push([t('figures.more', { count: children.length })]);
    return sheet(about, lines, columns, { name: t('figures.name'), sum: t('figures.sum'), state: (state) => t(`state.of.${state}`) });
  };
  return (
    <>
      <nav className="crumbs" aria-label={t('figures.above')}>
        {[...(place.ancestors ?? []), place].map(({ id, name: full, shortName }, n, all) => (
          <span key={id}>
            {n < all.length - 1 ? (
              <Link to="/figures" search={{ ...asked, org: id, child: undefined, column: undefined }}>
                {shortName ?? full}
              </Link>
            ) : (
              <strong aria-current="page">{shortName ?? full}</strong>
            )}
          </span>
        ))}
      </nav>
      <p className="ways">
        <Button onClick={() => saveCsv(name, taken())}>CSV</Button>
        <Button onClick={() => void saveXlsx(name, taken())}>XLSX</Button>
        <Button onClick={() => window.print()}>{t('record.print')}</Button>
      </p>
      <ul className="legend">
        {(['done', 'waiting', 'returned', 'none'] as const).map((one) => (
          <li key={one} className={`cell ${one}`}>
            {t(`figures.standing.${one}`)} {SIGNS[one]}
          </li>
        ))}
      </ul>
      {asked.as === 'map' ? <StateMap org={place.id} lines={lines} /> : <Table org={place.id} lines={lines} columns={columns} whole={below.whole} />}
      {!below.whole && <p className="hint">{t('figures.more', { count: children.length })}</p>}
      <Behind org={place.id} from={from} to={to} by={by} type={type} names={new Map([...lines.map((line) => [line.id, line.name] as const), ...columns.map((column) => [column.key, column.name] as const)])} />
      <section className="sheet">
        <h2>{t('figures.trend')}</h2>
        <Suspense fallback={<Loading />}>
          <Trend org={place.id} to={to} type={type} />
        </Suspense>
      </section>
    </>
  );
}
