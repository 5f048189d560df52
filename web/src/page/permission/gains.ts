import type { EditPolicyMutation } from './gen/graphql';

type Answer = NonNullable<EditPolicyMutation['editPolicy']>;

/** What the holders of one role gain or lose, and who they are. */
export interface Gain {
  readonly gained: boolean;
  readonly role: string;
  readonly action: string;
  readonly relation: string;
  readonly people: readonly { readonly name: string; readonly org: string }[];
}

const keyOf = (change: { readonly gained: boolean; readonly role: string; readonly action: string; readonly relation: string }): string =>
  [change.gained, change.role, change.action, change.relation].join(' ');

/** Person by person as it is answered, put under what they gain or lose: what is lost first, then what concerns most. */
export function gains({ roles, changes }: Pick<Answer, 'roles' | 'changes'>): readonly Gain[] {
  const all = new Map<string, Gain & { readonly people: { name: string; org: string }[] }>();
  for (const { gained, role, action, relation } of [...roles, ...changes]) {
    const key = keyOf({ gained, role, action, relation });
    if (!all.has(key)) all.set(key, { gained, role, action, relation, people: [] });
  }
  for (const change of changes) all.get(keyOf(change))?.people.push({ name: change.account?.name ?? '', org: change.org?.name ?? '' });
  return [...all.values()].sort((one, other) => Number(one.gained) - Number(other.gained) || other.people.length - one.people.length);
}
