import { createContext, use } from 'react';
import { type Content, fields, type GroupSchema, type Schema, valueAt } from './schema';

/** Names that this organisation has written before: offered wherever a person is named. */
export const KnownPeople = createContext<readonly string[]>([]);

export const useKnownPeople = (): readonly string[] => use(KnownPeople);

const isPerson = (schema: Schema): boolean => schema.type === 'string' && schema['x-person'] === true;

/** The field by which an item of a list names its person, where that is what the item is about. */
export function personOf(item: Schema): string | undefined {
  if (item.type !== 'object') return undefined;
  const first = fields(item)[0];
  return first && isPerson(first[1]) ? first[0] : undefined;
}

/** Everybody whom a content names. */
export function people(schema: Schema, value: unknown): readonly string[] {
  if (schema.type === 'string') return isPerson(schema) && typeof value === 'string' && value.trim() !== '' ? [value.trim()] : [];
  if (schema.type === 'array') return Array.isArray(value) ? value.flatMap((item) => people(schema.items, item)) : [];
  if (schema.type !== 'object' || typeof value !== 'object' || value === null) return [];
  const now = value as Content;
  return fields(schema).flatMap(([name, field]) => people(field, now[name]));
}

/** Each name once, as people look for them. */
export function roll(...all: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(all.flat())].sort(new Intl.Collator('zh-CN').compare);
}

/** What is as a rule as it was the last time, of the last time's content. */
export function sameAgain(schema: GroupSchema, last: Content): Content {
  return Object.fromEntries(fields(schema).flatMap(([name, field]) => (field['x-same'] && last[name] !== undefined ? [[name, last[name]]] : [])));
}

/**
 * Numbers that follow from others follow them, as long as nobody has written another one: present are the expected without the absent,
 * once there is a list of these.
 */
export function following(schema: GroupSchema, before: Content, after: Content): Content {
  let now = after;
  for (const [name, field] of fields(schema)) {
    const usual = field.type === 'integer' ? field['x-usual'] : undefined;
    if (!usual) continue;
    const [was, is] = [less(before, usual), less(after, usual)];
    const own = after[name] !== undefined && after[name] !== was;
    if (is !== was && !own && before[name] === after[name]) now = { ...now, [name]: is };
  }
  return now;
}

function less(content: Content, usual: { readonly of: string; readonly less: string }): number | undefined {
  const [of, list] = [valueAt(content, usual.of), valueAt(content, usual.less)];
  if (typeof of !== 'number' || !Array.isArray(list) || list.length === 0 || list.length > of) return undefined;
  return of - list.length;
}
