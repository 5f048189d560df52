import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { focusPage } from './frame/focus';
import { isRecordList, type RecordList } from './frame/record-state';
import { Missing } from './frame/missing';
import { Broken } from './frame/broken';
import { Shell } from './frame/shell';
import { SignIn } from './page/sign-in/page';
import { Today } from './page/today/page';

const root = createRootRoute({ notFoundComponent: Missing, errorComponent: Broken });

/** Pages for whoever has signed in. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell });

/** Pages made of the library's controls. All but the first. */
const controls = createRoute({
  getParentRoute: () => inside,
  id: 'controls',
  component: lazyRouteComponent(() => import('./frame/controls'), 'Controls'),
});

/** An address within this page to go back to; anything else is none. */
function back(search: Record<string, unknown>): { back?: string } {
  const at = search['back'];
  return typeof at === 'string' && /^\/(?![/\\])/.test(at) ? { back: at } : {};
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: back,
  component: SignIn,
});

const accept = createRoute({
  getParentRoute: () => root,
  path: '/accept',
  component: lazyRouteComponent(() => import('./page/accept/page'), 'Accept'),
});

const today = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: Today,
});

const inbox = createRoute({
  getParentRoute: () => controls,
  path: '/inbox',
  component: lazyRouteComponent(() => import('./page/inbox/page'), 'InboxPage'),
});

interface Work {
  /** In the name of which post. */
  readonly post?: string | undefined;
  readonly step?: number | undefined;
}

function work(search: Record<string, unknown>): Work {
  const { post, step } = search;
  return {
    ...(typeof post === 'string' ? { post } : {}),
    ...(step === 1 || step === 2 ? { step } : {}),
  };
}

const records = createRoute({
  getParentRoute: () => controls,
  path: '/records',
  validateSearch: ({ state, org }: Record<string, unknown>): { state?: RecordList; org?: string } => ({
    ...(isRecordList(state) ? { state } : {}),
    ...(typeof org === 'string' ? { org } : {}),
  }),
  component: lazyRouteComponent(() => import('./page/record/list'), 'RecordList'),
});

const newRecord = createRoute({
  getParentRoute: () => controls,
  path: '/records/new',
  validateSearch: work,
  component: lazyRouteComponent(() => import('./page/record/new'), 'NewRecord'),
});

const beginRecord = createRoute({
  getParentRoute: () => controls,
  path: '/records/begin/$type',
  validateSearch: (search: Record<string, unknown>): Work & { draft: string; record?: string } => ({
    ...work(search),
    ...(typeof search['record'] === 'string' ? { record: search['record'] } : {}),
    draft: typeof search['draft'] === 'string' ? search['draft'] : '',
  }),
  component: lazyRouteComponent(() => import('./page/record/begin'), 'BeginRecord'),
});

const record = createRoute({
  getParentRoute: () => controls,
  path: '/records/$id',
  component: lazyRouteComponent(() => import('./page/record/view'), 'ViewRecord'),
});

const editRecord = createRoute({
  getParentRoute: () => controls,
  path: '/records/$id/edit',
  validateSearch: work,
  component: lazyRouteComponent(() => import('./page/record/edit'), 'EditRecord'),
});

const QUEUES = ['TO_REVIEW', 'OVERDUE', 'HELD'] as const;
const queueOf = (value: unknown): (typeof QUEUES)[number] | undefined => QUEUES.find((one) => one === value);

const review = createRoute({
  getParentRoute: () => controls,
  path: '/review',
  validateSearch: ({ queue, post }: Record<string, unknown>): Pick<ReceiptSearch, 'queue' | 'post'> => ({ queue: queueOf(queue), post: textOf(post) }),
  component: lazyRouteComponent(() => import('./page/review/queue'), 'ReviewQueue'),
});

/** In which queue somebody is, and where in it: the next one and the way back follow from it. */
interface ReceiptSearch {
  readonly queue?: (typeof QUEUES)[number] | undefined;
  readonly post?: string | undefined;
  /** The cursor after which the page begins. */
  readonly after?: string | undefined;
}

const receipt = createRoute({
  getParentRoute: () => controls,
  path: '/receipts/$id',
  validateSearch: ({ queue, post, after }: Record<string, unknown>): ReceiptSearch => ({ queue: queueOf(queue), post: textOf(post), after: textOf(after) }),
  component: lazyRouteComponent(() => import('./page/review/receipt'), 'ReceiptPage'),
});

const FIGURE_STATES = ['FINAL', 'IN_REVIEW', 'RETURNED', 'WITHDRAWN'] as const;
const monthOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 190_000 && value < 300_000 && value % 100 >= 1 && value % 100 <= 12 ? value : undefined;
const dayOf = (value: unknown): string | undefined => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined);

interface FiguresSearch {
  readonly org?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly by?: 'type' | 'month' | undefined;
  readonly type?: string | undefined;
  readonly as?: 'map' | undefined;
  /** What is opened: a line, a column and a state of the matrix. */
  readonly child?: string | undefined;
  readonly column?: string | undefined;
  readonly state?: (typeof FIGURE_STATES)[number] | undefined;
}

const figures = createRoute({
  getParentRoute: () => controls,
  path: '/figures',
  validateSearch: ({ org, from, to, by, type, as, child, column, state }: Record<string, unknown>): FiguresSearch => ({
    org: textOf(org),
    from: monthOf(from),
    to: monthOf(to),
    by: by === 'month' ? by : undefined,
    type: textOf(type),
    as: as === 'map' ? as : undefined,
    child: textOf(child),
    column: textOf(column),
    state: FIGURE_STATES.find((one) => one === state),
  }),
  component: lazyRouteComponent(() => import('./page/figures/page'), 'Figures'),
});

const orgs = createRoute({
  getParentRoute: () => controls,
  path: '/orgs',
  validateSearch: ({ at, asOf }: Record<string, unknown>): { at?: string | undefined; asOf?: string | undefined } => ({
    at: textOf(at),
    asOf: dayOf(asOf),
  }),
  component: lazyRouteComponent(() => import('./page/tree/page'), 'Tree'),
});

interface PermissionSearch {
  readonly view?: 'who' | 'people' | 'why' | 'policy' | 'three' | undefined;
  readonly org?: string | undefined;
  readonly account?: string | undefined;
  readonly action?: string | undefined;
  readonly object?: string | undefined;
}

const permissions = createRoute({
  getParentRoute: () => controls,
  path: '/permissions',
  validateSearch: ({ view, org, account, action, object }: Record<string, unknown>): PermissionSearch => ({
    view: (['who', 'people', 'why', 'policy', 'three'] as const).find((one) => one === view),
    org: textOf(org),
    account: textOf(account),
    action: textOf(action),
    object: textOf(object),
  }),
  component: lazyRouteComponent(() => import('./page/permission/page'), 'Permissions'),
});

interface AuditSearch {
  readonly account?: string | undefined;
  readonly object?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const audit = createRoute({
  getParentRoute: () => controls,
  path: '/audit',
  validateSearch: ({ account, object, action, from, to }: Record<string, unknown>): AuditSearch => ({
    account: textOf(account),
    object: textOf(object),
    action: textOf(action),
    from: dayOf(from),
    to: dayOf(to),
  }),
  component: lazyRouteComponent(() => import('./page/audit/page'), 'Audit'),
});

const settings = createRoute({
  getParentRoute: () => controls,
  path: '/settings',
  component: lazyRouteComponent(() => import('./page/settings/page'), 'Settings'),
});

/** As letters name it. */
const settingsOfNotices = createRoute({
  getParentRoute: () => controls,
  path: '/settings/notices',
  component: lazyRouteComponent(() => import('./page/settings/page'), 'Settings'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    accept,
    inside.addChildren([
      today,
      controls.addChildren([inbox, records, newRecord, beginRecord, record, editRecord, review, receipt, figures, orgs, permissions, audit, settings, settingsOfNotices]),
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

// Not where a page alone changes what it shows: there the focus is at what changed it.
router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
  if (fromLocation && pathChanged) focusPage();
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
