/** One line of the policy, built in or the tenant's own. */
export interface Line {
  readonly role: string;
  /** Kind and action, e.g. record.view. */
  readonly action: string;
  readonly relation: Relation;
  readonly allows: boolean;
}

export const RELATIONS = ['self', 'descendant', 'ancestor', 'none'] as const;
export type Relation = (typeof RELATIONS)[number];

const relationOf = (text: string | undefined): Relation | undefined => RELATIONS.find((one) => one === text);

/** Reads a line as the built-in policy writes it: role,kind,action,relation,from,to,ceiling,effect. */
export function read(text: string): Line | null {
  const [role, kind, action, word, , , , effect] = text.split(',').map((part) => part.trim());
  const relation = relationOf(word);
  if (!role || !kind || !action || !relation || (effect !== 'allow' && effect !== 'deny')) return null;
  return { role, action: `${kind}.${action}`, relation, allows: effect === 'allow' };
}

/** What a role may do with an action: where it is allowed, and where the tenant takes some of it away. */
export interface Cell {
  readonly allowed: readonly Relation[];
  readonly narrowed: readonly Relation[];
}

interface Role {
  readonly name: string;
  readonly builtin: boolean;
  readonly lines: readonly string[];
}

/** A built-in role has its own lines; a tenant's own role those that the tenant gave it. A denial is told apart: it may be of some levels only. */
export function cell(role: Role, action: string, own: readonly Line[]): Cell {
  const given = role.builtin ? role.lines.flatMap((text) => read(text) ?? []) : [];
  const lines = [...given, ...own.filter((line) => line.role === role.name)].filter((line) => line.action === action);
  const of = (allows: boolean): readonly Relation[] => RELATIONS.filter((relation) => lines.some((line) => line.allows === allows && line.relation === relation));
  return { allowed: of(true), narrowed: of(false) };
}
