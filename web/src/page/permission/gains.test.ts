import { expect, test } from 'vitest';
import { gains } from './gains';

const what = (role: string, action: string, gained: boolean) => ({ role, action, relation: 'self', gained });
const held = (name: string, of: ReturnType<typeof what>) => ({
  __typename: 'PostChange' as const,
  ...of,
  account: { __typename: 'Account' as const, id: `account:${name}`, name },
  org: { __typename: 'Org' as const, id: 'org:1', name: '德清县委' },
});
const role = (of: ReturnType<typeof what>) => ({ __typename: 'RoleChange' as const, ...of, levels: [1] });

test('who gains and who loses stands under what it is, losses first, and a role that nobody holds is named', () => {
  const [view, edit, grant] = [what('branch_recorder', 'record.view', true), what('branch_recorder', 'record.edit', false), what('org_admin', 'post.grant', true)];
  const told = gains({ roles: [role(view), role(grant), role(edit)], changes: [held('赵', view), held('钱', edit), held('孙', view)] });
  expect(told.map(({ gained, action, people }) => [gained, action, people.map(({ name }) => name).join()])).toEqual([
    [false, 'record.edit', '钱'],
    [true, 'record.view', '赵,孙'],
    [true, 'post.grant', ''],
  ]);
});

test('a thousand names are a few lines', () => {
  const view = what('branch_recorder', 'record.view', false);
  const told = gains({ roles: [role(view)], changes: Array.from({ length: 1000 }, (_, n) => held(String(n), view)) });
  expect(told.map(({ people }) => people.length)).toEqual([1000]);
});
