import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import { type Viewer, ViewerContext } from '../../frame/viewer';
import { AskOthers } from './ask-others';
import type { AskedFragment } from './gen/graphql';

beforeEach(inChinese);
afterEach(cleanup);

const place = { __typename: 'Org', id: 'org:1', name: '华联村党支部', shortName: null, level: 5, kindName: '党支部' } as const;
const viewer = (base: string): Viewer => ({
  account: { __typename: 'Account', id: 'account:1', name: '钱示二', login: 'qian', locale: 'ZH' },
  tenantName: '某省委',
  timeZone: 'Asia/Shanghai',
  levels: new Map(),
  posts: [{ id: 'post:1', base, roleName: base, org: place }],
});
const known = (rev: number, askedAt: string | null = null): AskedFragment => ({
  __typename: 'Record',
  id: 'record:1',
  rev,
  askedAt,
  confirmers: [{ __typename: 'Account', id: 'account:2', name: '赵示一' }],
});

/** The step at a revision, before a server that answers so; gives what was asked. */
function show(props: { readonly rev: number; readonly known: AskedFragment; readonly base?: string }, answer?: unknown) {
  const asked: unknown[] = [];
  const client = server<{ input: unknown }>(({ variables }) => {
    asked.push(variables.input);
    return { askConfirmation: answer };
  });
  const { base = 'branch_recorder', ...rest } = props;
  const shown = ({ rev, known: told }: typeof rest) => (
    <Provider value={client}>
      <ViewerContext value={viewer(base)}>
        <AskOthers record="record:1" post="post:1" rev={rev} known={told} ready />
      </ViewerContext>
    </Provider>
  );
  const { rerender } = render(shown(rest));
  return { asked, turn: (next: typeof rest) => rerender(shown(next)) };
}

test('the secretary is asked by a touch, and who is waited for is said by name', async () => {
  const { asked } = show({ rev: 3, known: known(3) }, { record: known(3, '2026-03-02T01:00:00Z'), problems: [] });
  expect(screen.getByText('可以确认的人：赵示一')).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: '请书记确认' }));
  expect(await screen.findByText('已请赵示一确认，等待中')).toBeDefined();
  expect(asked).toMatchObject([{ post: 'post:1', record: 'record:1', rev: 3 }]);
  expect(screen.queryByRole('button')).toBeNull();
});

test('what was asked before is said again, until the draft is another one', () => {
  const { turn } = show({ rev: 3, known: known(3, '2026-03-02T01:00:00Z') });
  expect(screen.getByText('已请赵示一确认，等待中')).toBeDefined();
  turn({ rev: 4, known: known(3, '2026-03-02T01:00:00Z') });
  expect(screen.getByRole('button', { name: '请书记确认' })).toBeDefined();
});

test('a secretary asks another; where there is nobody, whom to turn to is said', async () => {
  const message = '本组织目前没有其他人可以确认。请联系组织管理员';
  const nobody = { record: null, problems: [{ code: 'NOBODY_ELSE', path: ['record'], message, severity: 'REFUSAL' }] };
  show({ rev: 1, known: { ...known(1), confirmers: [] }, base: 'branch_secretary' }, nobody);
  expect(screen.queryByText(/可以确认的人/)).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: '请本组织另一人确认' }));
  expect(await screen.findByText(message)).toBeDefined();
  expect(screen.getByRole('button')).toBeDefined();
});
