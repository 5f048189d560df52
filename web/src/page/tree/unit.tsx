import { Link, useSearch } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { day, moment } from '../../frame/moment';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useViewer } from '../../frame/viewer';
import { Change } from './change';
import { UnitContactDocument, UnitDocument, UnitPostsDocument } from './gen/graphql';

/** What is known of an organisation on a day, what it was before, and who holds which post there. */
export function Unit({ org: id, asOf, changed }: { readonly org: string; readonly asOf: string | null; readonly changed: (org: string) => void }) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/orgs' });
  const [{ data, error, fetching }, again] = useQuery({ query: UnitDocument, variables: { org: id, asOf } });
  if (error && !data?.org) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const org = data?.org;
  if (!org) return <Nothing words={asOf ? t('tree.notThen') : t('failure.NOT_FOUND')} />;
  const term = org.termStart && org.termEnd ? `${day(org.termStart)} – ${day(org.termEnd)}` : null;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [t('unit.code'), org.code],
    [t('unit.short'), org.shortName],
    [t('unit.kind'), org.kindName],
    [t('unit.level'), org.levelName],
    [t('unit.established'), org.establishedOn && day(org.establishedOn)],
    [t('unit.closed'), org.closedOn && day(org.closedOn)],
    [t('unit.formation'), org.formation],
    [t('unit.unit'), [org.unitName, org.unitCode, org.unitCategory].filter(Boolean).join(' · ')],
    [t('unit.term'), term],
  ];
  return (
    <article className="sheet" aria-label={org.name}>
      <nav className="crumbs" aria-label={t('figures.above')}>
        {(org.ancestors ?? []).map(({ id: above, name, shortName }) => (
          <span key={above}>
            <Link to="/orgs" search={{ ...asked, at: above }}>
              {shortName ?? name}
            </Link>
          </span>
        ))}
      </nav>
      <h2>
        {org.name} {org.state === 'CLOSED' && <Tag>{t('unit.isClosed')}</Tag>}
      </h2>
      <dl className="content">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {asOf === null && <Contact org={org.id} />}
      {asOf === null && <Posts org={org.id} />}
      <h3>{t('unit.history')}</h3>
      <ol className="timeline">
        {(org.versions ?? []).map((version) => (
          <li key={`${version.validFrom} ${version.name}`}>
            <strong>{t(`unit.change.${version.change}`)}</strong>
            <span>{[version.name, version.parent?.name].filter(Boolean).join(' · ')}</span>
            <time>{`${day(version.validFrom)} – ${version.validTo ? day(version.validTo) : t('unit.now')}`}</time>
          </li>
        ))}
      </ol>
      {asOf === null && (
        <Change
          org={org}
          changed={(next) => {
            again({ requestPolicy: 'network-only' });
            changed(next);
          }}
        />
      )}
    </article>
  );
}

/** For those who may know. */
function Posts({ org }: { readonly org: string }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const [{ data }] = useQuery({ query: UnitPostsDocument, variables: { org } });
  const posts = data?.posts?.nodes;
  if (!posts) return null;
  return (
    <>
      <h3>{t('unit.posts')}</h3>
      {posts.length === 0 && <Nothing words={t('unit.noPosts')} />}
      <ul className="lines">
        {posts.map((post) => (
          <li key={post.id}>
            <strong>{post.account?.name}</strong> <span>{post.roleName}</span>
            <time>{`${moment(post.validFrom, timeZone)} – ${post.validTo ? moment(post.validTo, timeZone) : ''}`}</time>
          </li>
        ))}
      </ul>
    </>
  );
}

/** For those who may know. */
function Contact({ org }: { readonly org: string }) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: UnitContactDocument, variables: { org } });
  const { address, contact, telephone } = data?.org?.contact ?? {};
  const told = [contact, telephone, address].filter(Boolean).join(' · ');
  return told === '' ? null : (
    <p>
      {t('unit.contact')} {told}
    </p>
  );
}
