import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import type { Post } from '../../frame/viewer';
import { Edit } from './edit';

beforeEach(inChinese);
afterEach(cleanup);

const what = { role: 'branch_recorder', action: 'record.view', relation: 'self', gained: true };
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ __typename: 'PostChange', ...what, account: { __typename: 'Account', id: `account:${String(n)}`, name: `人员${String(n)}` }, org: { __typename: 'Org', id: 'org:2', name: '乾元镇委' } }));

function show(count: number, lookedAt: number): void {
  const editPolicy = { applied: false, roles: [{ __typename: 'RoleChange', ...what, levels: [4] }], changes: people(count), posts: 1301, lookedAt, problems: [] };
  const client = server(() => ({ editPolicy }));
  const line = { __typename: 'PolicyLine', id: 'policyline:1', role: 'branch_recorder', kind: 'record', action: 'view', relation: 'self', levelFrom: 1, levelTo: 9, ceiling: 0, effect: 'deny', words: '不得查看本级记录' } as const;
  const role = { __typename: 'Role', name: 'branch_recorder', label: '支部记录员', base: 'branch_recorder', builtin: true, duty: null, lines: [], words: [] } as const;
  render(
    <Provider value={client}>
      <Edit acting={{ id: 'post:1' } as Post} lines={[line]} roles={[role]} actions={[{ name: 'record.view', label: '查看记录' }]} changed={() => undefined} />
    </Provider>,
  );
}

test('a line that is only marked is seen and said to be in force still, until it is applied', () => {
  show(1, 1);
  const line = screen.getByText(/不得查看本级记录/).closest('li')!;
  expect(line.className).not.toContain('pending');
  expect(screen.queryByText(/尚未生效/)).toBeNull();
  fireEvent.click(screen.getByRole('checkbox'));
  expect(line.className).toContain('pending');
  expect(line.textContent).toContain('未生效 · 将删除');
  expect(screen.getByText(/有 1 处改动尚未生效/)).toBeDefined();
});

test('who gains what is told by what it is, the first few by name and the rest when asked for', async () => {
  show(1000, 1000);
  fireEvent.click(screen.getByRole('checkbox'));
  fireEvent.click(screen.getByText('试算影响'));
  expect(await screen.findByText(/查看记录 · 支部记录员/)).toBeDefined();
  expect(screen.getByText(/共涉及 1301 个任职/).textContent).toContain('只逐个核对了其中 1000 个');
  expect(screen.getByText('至少 1000 个任职')).toBeDefined();
  expect(screen.getAllByText(/^人员/)).toHaveLength(5);
  fireEvent.click(screen.getByText('其余 995 个'));
  expect(screen.getAllByText(/^人员/)).toHaveLength(1000);
});
