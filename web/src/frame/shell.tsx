import { ApartmentOutlined, AuditOutlined, BankOutlined, BarChartOutlined, BellOutlined, EditOutlined, HomeOutlined, LogoutOutlined, SafetyOutlined, SearchOutlined, SettingOutlined, UserOutlined } from '@ant-design/icons';
import { Link, Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSubscription } from 'urql';
import { errorCode, outdated } from '../client/graphql';
import { line } from '../client/line';
import { session, signOut } from '../client/session';
import { useStore } from '../client/store';
import { locale, speak } from '../words';
import { desks } from '../page/record/open-desks';
import { renewClient } from './client';
import { useFound } from './found';
import { UnreadDocument, ViewerDocument } from './gen/graphql';
import { type Inbox, InboxContext } from './inbox';
import { Push } from './plain';
import { Failure, Loading } from './state';
import { audits, readsFigures, reviews, seesPosts, useViewer, type Viewer, ViewerContext, viewerOf, writes } from './viewer';

const UnderWay = lazy(() => import('../page/record/under-way'));
const SignInAgain = lazy(() => import('../page/sign-in/again'));

interface Place {
  readonly to: '/' | '/records' | '/review' | '/figures' | '/orgs' | '/permissions' | '/audit' | '/inbox' | '/settings';
  readonly words: 'place.today' | 'place.records' | 'place.review' | 'place.figures' | 'place.orgs' | 'place.permissions' | 'place.audit' | 'place.inbox' | 'place.settings';
  readonly icon: ComponentType;
}

/** The places of a person: what his posts are for, no more. */
function placesOf(viewer: Viewer): readonly Place[] {
  return [
    { to: '/', words: 'place.today', icon: HomeOutlined },
    ...(viewer.posts.some(writes) ? [{ to: '/records', words: 'place.records', icon: EditOutlined } as const] : []),
    ...(viewer.posts.some(reviews) ? [{ to: '/review', words: 'place.review', icon: AuditOutlined } as const] : []),
    ...(viewer.posts.some(readsFigures) ? [{ to: '/figures', words: 'place.figures', icon: BarChartOutlined } as const] : []),
    { to: '/orgs', words: 'place.orgs', icon: ApartmentOutlined },
    ...(viewer.posts.some(seesPosts) ? [{ to: '/permissions', words: 'place.permissions', icon: SafetyOutlined } as const] : []),
    ...(viewer.posts.some(audits) ? [{ to: '/audit', words: 'place.audit', icon: SearchOutlined } as const] : []),
    { to: '/inbox', words: 'place.inbox', icon: BellOutlined },
    { to: '/settings', words: 'place.settings', icon: SettingOutlined },
  ];
}

/** Around every page of whoever has signed in. A session that ends leaves the page as it is, and asks to sign in again. */
export function Shell() {
  const state = useStore(session);
  const router = useRouter();
  const [{ data, error, fetching }, again] = useFound({ query: ViewerDocument });
  const viewer = useMemo(() => (data ? viewerOf(data) : null), [data]);

  const posted = useCallback(() => again({ requestPolicy: 'network-only' }), [again]);

  useEffect(() => {
    if (!viewer) return;
    const wanted = viewer.account.locale === 'EN' ? 'en' : 'zh-CN';
    if (wanted !== locale()) void speak(wanted);
  }, [viewer]);

  useEffect(() => {
    if (state !== 'none') return;
    const { href } = router.state.location;
    void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { back: href }, replace: true });
  }, [state, router]);

  if (state === 'none') return <Loading whole />;
  if (!viewer) {
    if (fetching || state === 'unknown') return <Loading whole />;
    return (
      <main className="bare">
        <Failure code={error ? errorCode(error) : 'INTERNAL'} again={() => again({ requestPolicy: 'network-only' })} />
      </main>
    );
  }
  return (
    <ViewerContext value={viewer}>
      <Frame viewer={viewer} posted={posted} />
      {state === 'lost' && (
        <Suspense>
          <SignInAgain account={viewer.account.id} login={viewer.account.login ?? ''} />
        </Suspense>
      )}
    </ViewerContext>
  );
}

function Frame({ viewer, posted }: { readonly viewer: Viewer; readonly posted: () => void }) {
  const { t } = useTranslation();
  const inbox = useTold(posted);
  const underWay = useStore(desks).length > 0;
  return (
    <div className="shell">
      <a className="skip" href="#page">
        {t('frame.skip')}
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label={viewer.tenantName}>
          <BankOutlined aria-hidden /> <span>{viewer.tenantName}</span>
        </Link>
        <Who />
      </header>
      <nav className="places" aria-label={t('frame.places')}>
        {placesOf(viewer).map(({ to, words, icon: Icon }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
            <Icon aria-hidden />
            <span>{t(words)}</span>
            {to === '/inbox' && inbox !== null && inbox.unread > 0 && <Unread count={inbox.unread} />}
          </Link>
        ))}
      </nav>
      <div className="above">
        <Away />
        <Outdated />
        <div role="status">
          {underWay && (
            <Suspense>
              <UnderWay />
            </Suspense>
          )}
        </div>
      </div>
      <main id="page" tabIndex={-1}>
        <InboxContext value={inbox}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </InboxContext>
      </main>
    </div>
  );
}

function Unread({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  return (
    <b className="unread" title={t('frame.unread', { count })}>
      {count > 99 ? '99+' : count}
    </b>
  );
}

function Who() {
  const { t } = useTranslation();
  const [stayed, setStayed] = useState(false);
  const { account, posts } = useViewer();
  const go = useNavigate();
  const first = posts[0];
  return (
    <div className="who">
      <UserOutlined aria-hidden />
      <span>
        {account.name}
        {first && <small>{`${first.org.shortName ?? first.org.name} · ${first.roleName}`}</small>}
      </span>
      <div role="alert">{stayed && <p className="stayed">{t('frame.notLeft')}</p>}</div>
      <Push
        look="link"
        aria-label={t('frame.leave')}
        title={t('frame.leave')}
        onClick={() => {
          void signOut(locale()).then((left) => {
            setStayed(!left);
            if (!left) return;
            renewClient();
            return go({ to: '/sign-in' });
          });
        }}
      >
        <LogoutOutlined aria-hidden />
      </Push>
    </div>
  );
}

/** Notices that change what one may do. */
const OF_POSTS: readonly string[] = ['POST_GRANTED', 'POST_ENDED'];

/** The inbox as it fills and is read; `posted` is called where a notice says that one may do more or less than before. */
function useTold(posted: () => void): Inbox | null {
  const [{ data }] = useSubscription({ query: UnreadDocument });
  const newest = data?.inbox?.notices.find(({ kind }) => OF_POSTS.includes(kind))?.no;
  const known = useRef<number | null>(null);
  useEffect(() => {
    if (!data) return;
    const no = newest ?? 0;
    if (known.current !== null && no > known.current) posted();
    known.current = no;
  }, [data, newest, posted]);
  return data?.inbox ?? null;
}

/** A lost line is said, and goes away by itself. The region is there before, or it would not be heard. */
function Away() {
  const { t } = useTranslation();
  const now = useStore(line);
  return <div role="status">{now === 'away' && <p className="away">{t('frame.away')}</p>}</div>;
}

/** The page is of an older version than the server. */
function Outdated() {
  const { t } = useTranslation();
  const old = useStore(outdated);
  return (
    <div role="status">
      {old && (
        <p className="away">
          {t('frame.outdated')} <Push onClick={() => window.location.reload()}>{t('frame.reload')}</Push>
        </p>
      )}
    </div>
  );
}
