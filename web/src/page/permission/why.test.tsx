import { cleanup, render, screen } from '@testing-library/react';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import { type Post, type Viewer, ViewerContext } from '../../frame/viewer';
import { Holders } from './holders';
import { Why } from './why';

beforeEach(inChinese);
afterEach(cleanup);

const place = { __typename: 'Org', id: 'org:1', name: '德清县委', shortName: null, level: 3, kindName: '党委' } as const;
const other = { __typename: 'Account', id: 'account:2', name: '钱示二' } as const;

const ANSWERS: Readonly<Record<string, unknown>> = {
  Actions: { actions: [] },
  PickedOrg: { org: place },
  PersonNamed: { account: { ...other, state: 'OPEN' } },
  RolesInWords: { roles: [] },
  PickPeople: { accounts: null, posts: null },
  Why: { explain: { __typename: 'Explanation', allowed: true, steps: ['一步'] } },
  PostsAt: {
    posts: {
      nodes: [{ __typename: 'Post', id: 'post:9', role: 'org_admin', roleName: '组织管理员', validFrom: '2026-01-01T00:00:00Z', validTo: null, current: true, account: other, org: place, grantedBy: null, endedBy: null }],
      pageInfo: { hasNextPage: false, endCursor: null },
    },
  },
};

function show(base: string, view: typeof Why, at: string): void {
  const client = server(({ operationName }) => ANSWERS[operationName] ?? null);
  const post: Post = { id: 'post:1', base, roleName: base, org: place };
  const viewer: Viewer = {
    account: { __typename: 'Account', id: 'account:1', name: '赵示一', login: 'zhao', locale: 'ZH' },
    tenantName: '某省委',
    timeZone: 'Asia/Shanghai',
    levels: new Map(),
    posts: [post],
  };
  const root = createRootRoute();
  const inside = createRoute({ getParentRoute: () => root, id: 'inside' });
  const controls = createRoute({ getParentRoute: () => inside, id: 'controls' });
  const page = createRoute({ getParentRoute: () => controls, path: '/permissions', component: view });
  const router = createRouter({ routeTree: root.addChildren([inside.addChildren([controls.addChildren([page])])]), history: createMemoryHistory({ initialEntries: [at] }) });
  render(
    <Provider value={client}>
      <ViewerContext value={viewer}>
        <RouterProvider router={router as never} />
      </ViewerContext>
    </Provider>,
  );
}

test('a verdict names whom it is about', async () => {
  show('security_admin', Why, '/permissions?view=why&account=account:2&action=figure.view&object=org:1');
  expect(await screen.findByText(/钱示二：允许/)).toBeDefined();
});

test('whoever may ask about himself alone is told so, and his own verdict bears his name', async () => {
  show('org_admin', Why, '/permissions?view=why&account=account:2&action=figure.view&object=org:1');
  expect(await screen.findByText(/本人（赵示一）：允许/)).toBeDefined();
  expect(screen.getByText(/您只能查询本人的权限依据/)).toBeDefined();
});

test('beside another person the question is offered to those alone who may ask it', async () => {
  show('org_admin', Holders, '/permissions?view=who&org=org:1');
  expect(await screen.findByText('钱示二')).toBeDefined();
  expect(screen.queryByText('查看依据')).toBeNull();
  cleanup();
  show('security_admin', Holders, '/permissions?view=who&org=org:1');
  expect(await screen.findByText('查看依据')).toBeDefined();
});
