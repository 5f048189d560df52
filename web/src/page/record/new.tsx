import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { useViewer, writes } from '../../frame/viewer';
import { LatelyDocument, RecordTypesDocument, type RecordTypesQuery } from './gen/graphql';

/** What shall be reported, and for which organisation. */
export function NewRecord() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const { post: asked } = useSearch({ from: '/inside/controls/records/new' });
  const mine = posts.filter(writes);
  const post = mine.find(({ id }) => id === asked) ?? mine[0];
  const [{ data, error, fetching }, again] = useQuery({ query: RecordTypesDocument });
  const [{ data: lately, error: unknown }] = useQuery({ query: LatelyDocument, variables: { org: post?.org.id ?? '' }, pause: !post, requestPolicy: 'cache-first' });
  const often = useMemo(() => tally([...(lately?.final?.nodes ?? []), ...(lately?.sent?.nodes ?? [])]), [lately]);
  useTitle(t('record.new'));
  if (!post) return <Nothing words={t('record.noPost')} />;
  return (
    <>
      <h1>{t('record.new')}</h1>
      {mine.length > 1 && (
        <Segmented
          options={mine.map(({ id, org }) => ({ value: id, label: org.shortName ?? org.name }))}
          value={post.id}
          onChange={(id) => void go({ to: '/records/new', search: { post: id }, replace: true })}
        />
      )}
      {error && <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />}
      {fetching && !data && <Loading />}
      {data?.recordTypes && (lately ?? unknown) && <Types types={data.recordTypes} often={often} post={post.id} />}
    </>
  );
}

/** How often each type was sent lately. */
const tally = (lines: readonly { readonly type: string }[]): ReadonlyMap<string, number> =>
  lines.reduce((all, { type }) => all.set(type, (all.get(type) ?? 0) + 1), new Map<string, number>());

type Type = NonNullable<RecordTypesQuery['recordTypes']>[number];

/** What this branch reports most stands first. */
function Types({ types, often, post }: { readonly types: readonly Type[]; readonly often: ReadonlyMap<string, number>; readonly post: string }) {
  const { t } = useTranslation();
  const times = ({ code }: Type): number => often.get(code) ?? 0;
  const used = types.filter((type) => times(type) > 0).sort((one, other) => times(other) - times(one));
  const rest = types.filter((type) => times(type) === 0);
  return (
    <>
      {used.length > 0 && <h2>{t('record.often')}</h2>}
      <Cards types={used} post={post} />
      {used.length > 0 && rest.length > 0 && <h2>{t('record.others')}</h2>}
      <Cards types={rest} post={post} />
    </>
  );
}

function Cards({ types, post }: { readonly types: readonly Type[]; readonly post: string }) {
  if (types.length === 0) return null;
  return (
    <ul className="cards">
      {types.map((type) => (
        <li key={type.code}>
          <Link to="/records/begin/$type" params={{ type: type.code }} search={{ post, draft: newKey() }}>
            {type.name}
          </Link>
          <p>{type.help}</p>
        </li>
      ))}
    </ul>
  );
}
