import type { Content } from '../../form/schema';
import type { Confidentiality, WholeFragment } from './gen/graphql';

/** What a person writes. */
export interface Writing {
  readonly title: string;
  readonly occurredOn: string;
  /** Types that the same meeting counts for as well. */
  readonly tags: readonly string[];
  readonly confidentiality: Confidentiality;
  readonly content: Content;
}

export function writingOf({ title, occurredOn, tags, confidentiality, content }: WholeFragment): Writing {
  return { title, occurredOn, tags, confidentiality, content: content as Content };
}

/** The same, however it is put: names of fields have no order. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [mine, theirs] = [one as Readonly<Record<string, unknown>>, other as Readonly<Record<string, unknown>>];
  return [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].every((name) => same(mine[name], theirs[name]));
}

/** Every text in it. */
export function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}
