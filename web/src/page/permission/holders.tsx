import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { moment } from '../../frame/moment';
import { Failure, Loading, Nothing } from '../../frame/state';
import { asksOfOthers, grants, useViewer } from '../../frame/viewer';
import { OrgPick } from '../../pick/org';
import { EndPost } from './end';
import { type HeldPostFragment, PersonNamedDocument, PostsAtDocument, PostsOfDocument } from './gen/graphql';
import { Grant } from './grant';

/** Who holds what: at an organisation, or of a person. */
export function Holders() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const asked = useSearch({ from: '/inside/controls/permissions' });
  const [endedToo, setEndedToo] = useState(false);
  const [turns, setTurns] = useState(0);
  const mine = posts.filter(grants);
  const org = asked.org ?? posts[0]?.org.id;
  const [{ data: person }] = useQuery({ query: PersonNamedDocument, variables: { account: asked.account ?? '' }, pause: !asked.account });
  const again = (): void => setTurns(turns + 1);
  return (
    <>
      <div className="filters">
        <OrgPick words={t('permission.atOrg')} value={asked.account ? undefined : org} put={(next) => void go({ to: '/permissions', search: { view: 'who', org: next } })} />
        <Checkbox checked={endedToo} onChange={(event) => setEndedToo(event.target.checked)}>
          {t('permission.endedToo')}
        </Checkbox>
      </div>
      {asked.account && (
        <h2>
          {t('permission.ofPerson', { name: person?.account?.name ?? '' })}{' '}
          <small>
            <Link to="/permissions" search={{ view: 'who' }}>
              {t('permission.backToOrg')}
            </Link>
          </small>
        </h2>
      )}
      <Pages key={`${asked.account ?? org ?? ''} ${String(endedToo)} ${turns}`} account={asked.account} org={org} endedToo={endedToo} again={again} />
      {mine.length > 0 && <Grant key={asked.account ?? org} posts={mine} org={org} account={asked.account} granted={again} />}
    </>
  );
}

interface WhereProps {
  readonly account: string | undefined;
  readonly org: string | undefined;
  readonly endedToo: boolean;
  readonly again: () => void;
}

function Pages(where: WhereProps) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return cursors.map((after, n) => (
    <Page key={after ?? ''} {...where} after={after} more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined} />
  ));
}

interface PageProps extends WhereProps {
  readonly after: string | null;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ account, org, endedToo, after, more, again }: PageProps) {
  const { t } = useTranslation();
  const [of] = useQuery({ query: PostsOfDocument, variables: { account: account ?? '', after, endedToo }, pause: !account });
  const [at, reread] = useQuery({ query: PostsAtDocument, variables: { org: org ?? '', after, endedToo }, pause: Boolean(account) || !org });
  const { data, error, fetching } = account ? of : at;
  if (error && !data?.posts) return <Failure code={errorCode(error)} again={() => reread({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const posts = data?.posts;
  if (!posts) return null;
  if (posts.nodes.length === 0) return after === null ? <Nothing words={t('permission.nobody')} /> : null;
  const { hasNextPage, endCursor } = posts.pageInfo;
  return (
    <>
      <table className="rows cards-small">
        <thead>
          <tr>
            <th>{account ? t('permission.org') : t('permission.person')}</th>
            <th>{t('permission.role')}</th>
            <th>{t('permission.time')}</th>
            <th>{t('permission.grantedBy')}</th>
            <th>{t('permission.steps')}</th>
          </tr>
        </thead>
        <tbody>
          {posts.nodes.map((post) => (
            <Line key={post.id} post={post} byPerson={account !== undefined} again={again} />
          ))}
        </tbody>
      </table>
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}

function Line({ post, byPerson, again }: { readonly post: HeldPostFragment; readonly byPerson: boolean; readonly again: () => void }) {
  const { t } = useTranslation();
  const { account: self, timeZone, posts } = useViewer();
  // Of others only some may ask; of himself everybody.
  const asks = post.account?.id === self.id || posts.some(asksOfOthers);
  const name = byPerson ? post.org?.name : post.account?.name;
  return (
    <tr>
      <td className="main">
        {byPerson ? (
          <Link to="/permissions" search={{ view: 'who', org: post.org?.id }}>
            {name}
          </Link>
        ) : (
          <Link to="/permissions" search={{ view: 'who', account: post.account?.id }}>
            {name}
          </Link>
        )}
      </td>
      <td>{post.roleName}</td>
      <td>
        {moment(post.validFrom, timeZone)} – {post.validTo ? moment(post.validTo, timeZone) : t('unit.now')}
      </td>
      <td data-of={t('permission.grantedBy')}>
        {post.grantedBy?.name ?? '—'}
        {post.endedBy && ` · ${t('permission.endedBy', { name: post.endedBy.name })}`}
      </td>
      <td>
        <span className="ways">
          {asks && (
            <Link to="/permissions" search={{ view: 'why', account: post.account?.id, object: post.org?.id }}>
              {t('permission.why')}
            </Link>
          )}
          {post.current && !post.validTo && posts.some(grants) && <EndPost post={post} ended={again} />}
        </span>
      </td>
    </tr>
  );
}
