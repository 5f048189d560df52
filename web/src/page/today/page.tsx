import { Link } from '@tanstack/react-router';
import { startTransition, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { useInbox } from '../../frame/inbox';
import { fetchLater } from '../../frame/later';
import { day, moment } from '../../frame/moment';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { type Post, reviews, useViewer, writes } from '../../frame/viewer';
import { NoticeLine } from '../inbox/notice';
import { LeftHere } from '../record/left';
import { ReturnedToMeDocument, type ReturnedToMeQuery, TodayDocument, type TodayQuery, ToConfirmDocument, type ToConfirmQuery, WaitingForMeDocument, type WaitingForMeQuery } from './gen/graphql';

type Counts = NonNullable<TodayQuery['counts']>;
type Name = Exclude<keyof Counts, '__typename'>;

/** What each of his organisations has for him, the most pressing first. Shown as a whole: nothing moves under a finger that is about to touch it. */
export function Today() {
  const { t } = useTranslation();
  const { account, posts } = useViewer();
  useTitle(t('place.today'));
  const working = posts.filter((post) => writes(post) || reviews(post));
  const [there, setThere] = useState<ReadonlySet<string>>(new Set());
  // In slices: whoever touches something meanwhile is heard.
  const come = useCallback((post: string) => startTransition(() => setThere((now) => new Set(now).add(post))), []);
  const whole = working.every(({ id }) => there.has(id));
  useEffect(() => {
    if (whole) fetchLater();
  }, [whole]);
  return (
    <>
      <h1>{t('place.today')}</h1>
      <p>{t('today.greeting', { name: account.name })}</p>
      <LeftHere />
      {!whole && <Loading />}
      {working.length === 0 && <Nothing words={t('today.nothing')} />}
      {working.map((post) => (
        <At key={post.id} post={post} come={come} shown={whole} />
      ))}
      {whole && <News />}
    </>
  );
}

interface AtProps {
  readonly post: Post;
  /** Called when everything that is asked for this post has its answer, whatever it is. */
  readonly come: (post: string) => void;
  readonly shown: boolean;
}

function At({ post, come, shown }: AtProps) {
  const { t } = useTranslation();
  const [{ data, error }, again] = useQuery({ query: TodayDocument, variables: { org: post.org.id } });
  const [returned] = useQuery({ query: ReturnedToMeDocument, variables: { org: post.org.id }, pause: !writes(post) });
  const [waiting] = useQuery({ query: WaitingForMeDocument, variables: { org: post.org.id }, pause: !reviews(post) });
  const [confirm] = useQuery({ query: ToConfirmDocument, variables: { org: post.org.id }, pause: !writes(post) });
  // A secretary confirms by his office; somebody else where he is asked to.
  const confirms = post.base === 'branch_secretary' || (data?.counts?.toConfirm ?? 0) > 0;
  const names: readonly Name[] = writes(post) ? [...(confirms ? (['toConfirm'] as const) : []), 'returned', 'drafts', 'inReview'] : ['toReview', 'overdue', 'held'];
  const answered = (data ?? error) && (!writes(post) || ((returned.data ?? returned.error) && (confirm.data ?? confirm.error))) && (!reviews(post) || (waiting.data ?? waiting.error));
  useEffect(() => {
    if (answered) come(post.id);
  }, [answered, come, post.id]);
  if (!shown) return null;
  return (
    <section aria-label={`${post.org.name} ${post.roleName}`}>
      <div className="head">
        <h2>
          {post.org.name} <small>{post.roleName}</small>
        </h2>
        {writes(post) && (
          <Link className="do" to="/records/new" search={{ post: post.id }}>
            {t('record.new')}
          </Link>
        )}
      </div>
      {error && !data?.counts && <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />}
      {data?.counts && <Numbers counts={data.counts} names={names} post={post} />}
      <ToConfirm records={confirm.data?.recordsToConfirm?.nodes ?? []} />
      <Returned records={returned.data?.records?.nodes ?? []} />
      <Waiting receipts={waiting.data?.receipts?.nodes ?? []} post={post} />
    </section>
  );
}

/** What others of his organisation ask him to confirm: the newest. */
function ToConfirm({ records }: { readonly records: NonNullable<ToConfirmQuery['recordsToConfirm']>['nodes'] }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  if (records.length === 0) return null;
  return (
    <>
      <h3>{t('today.toConfirm')}</h3>
      <ul className="lines">
        {records.map(({ id, title, askedAt, askedBy }) => (
          <li key={id}>
            <Link to="/records/$id" params={{ id }}>
              {title}
            </Link>
            <small>{askedBy?.name}</small>
            {askedAt && <time dateTime={askedAt}>{moment(askedAt, timeZone)}</time>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What came back, to be mended: the newest. */
function Returned({ records }: { readonly records: NonNullable<ReturnedToMeQuery['records']>['nodes'] }) {
  const { t } = useTranslation();
  if (records.length === 0) return null;
  return (
    <>
      <h3>{t('today.returned')}</h3>
      <ul className="lines">
        {records.map(({ id, title, occurredOn }) => (
          <li key={id}>
            <Link to="/records/$id/edit" params={{ id }}>
              {title}
            </Link>
            <time dateTime={occurredOn}>{day(occurredOn)}</time>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What has waited longest for a decision. */
function Waiting({ receipts, post }: { readonly receipts: NonNullable<WaitingForMeQuery['receipts']>['nodes']; readonly post: Post }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  if (receipts.length === 0) return null;
  return (
    <>
      <h3>{t('today.waiting')}</h3>
      <ul className="lines">
        {receipts.map(({ id, title, origin, receivedAt }) => (
          <li key={id}>
            <Link to="/receipts/$id" params={{ id }} search={{ queue: 'TO_REVIEW', post: post.id }}>
              {title ?? t('review.untitled')}
            </Link>
            <small>{origin?.shortName ?? origin?.name}</small>
            <time dateTime={receivedAt}>{moment(receivedAt, timeZone)}</time>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Unread notices, as they come. */
function News() {
  const { t } = useTranslation();
  const unread = useInbox()?.notices.filter(({ readAt }) => readAt === null) ?? [];
  if (unread.length === 0) return null;
  return (
    <section aria-labelledby="news">
      <h2 id="news">{t('today.news')}</h2>
      <ul className="lines">
        {unread.slice(0, 5).map((notice) => (
          <NoticeLine key={notice.no} notice={notice} />
        ))}
      </ul>
      <Link to="/inbox">{t('today.allNews')}</Link>
    </section>
  );
}

const OWN: Partial<Record<Name, 'TO_CONFIRM' | 'DRAFT' | 'RETURNED' | 'IN_REVIEW'>> = { toConfirm: 'TO_CONFIRM', drafts: 'DRAFT', returned: 'RETURNED', inReview: 'IN_REVIEW' };
const QUEUES: Partial<Record<Name, 'TO_REVIEW' | 'OVERDUE' | 'HELD'>> = { toReview: 'TO_REVIEW', overdue: 'OVERDUE', held: 'HELD' };

/** Every number opens its list. */
function Numbers({ counts, names, post }: { readonly counts: Counts; readonly names: readonly Name[]; readonly post: Post }) {
  const { t } = useTranslation();
  return (
    <ul className="numbers">
      {names.map((name) => {
        const [state, queue] = [OWN[name], QUEUES[name]];
        const shown = (
          <>
            <strong>{counts[name]}</strong> <span>{t(`count.${name}`)}</span>
          </>
        );
        return (
          <li key={name} data-name={name} data-some={counts[name] > 0}>
            {state && (
              <Link to="/records" search={{ state, org: post.org.id }}>
                {shown}
              </Link>
            )}
            {queue && (
              <Link to="/review" search={{ queue, post: post.id }}>
                {shown}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}
