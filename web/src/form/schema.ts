import { locale } from '../words';

interface Words {
  readonly zh: string;
  readonly en: string;
}

interface Told {
  readonly title?: string;
  readonly 'x-en'?: string;
  readonly 'x-help'?: Words;
  /** As a rule what stood there the last time. */
  readonly 'x-same'?: boolean;
}

export interface TextSchema extends Told {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly 'x-labels'?: Readonly<Record<string, Words>>;
  readonly format?: 'date';
  readonly pattern?: string;
  readonly 'x-example'?: string;
  readonly 'x-multiline'?: boolean;
  /** A name of a person. */
  readonly 'x-person'?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface NumberSchema extends Told {
  readonly type: 'integer' | 'number';
  readonly minimum?: number;
  readonly maximum?: number;
  /** As a rule another number less the length of a list. */
  readonly 'x-usual'?: { readonly of: string; readonly less: string };
}

export interface YesSchema extends Told {
  readonly type: 'boolean';
}

export interface ListSchema extends Told {
  readonly type: 'array';
  readonly items: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface GroupSchema extends Told {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly 'x-order'?: readonly string[];
}

/** The closed set that schema/record-types/README.md names. */
export type Schema = TextSchema | NumberSchema | YesSchema | ListSchema | GroupSchema;

export type Content = Readonly<Record<string, unknown>>;

export function label(schema: Schema): string {
  return (locale() === 'en' ? schema['x-en'] : schema.title) ?? schema.title ?? '';
}

export function help(schema: Schema): string | undefined {
  const words = schema['x-help'];
  return words && (locale() === 'en' ? words.en : words.zh);
}

export function option(schema: TextSchema, value: string): string {
  const words = schema['x-labels']?.[value];
  return words ? (locale() === 'en' ? words.en : words.zh) : value;
}

/** The fields of a group in their order; databases forget it, so the form says it. */
export function fields(schema: GroupSchema): readonly (readonly [string, Schema])[] {
  const named = schema['x-order'] ?? Object.keys(schema.properties);
  return named.flatMap((name) => {
    const field = schema.properties[name];
    return field ? [[name, field] as const] : [];
  });
}

/** Is it a time of a day, as the catalogue writes it? */
export function isTime(schema: TextSchema): boolean {
  return schema.maxLength === 5 && schema.pattern?.includes('[0-5][0-9]') === true;
}

/** The schema at a pointer such as `/agenda/0/topic`. */
export function at(schema: Schema, pointer: string): Schema | undefined {
  let now: Schema | undefined = schema;
  for (const part of pointer.split('/').slice(1)) {
    if (now?.type === 'object') now = now.properties[part];
    else if (now?.type === 'array') now = now.items;
    else return undefined;
  }
  return now;
}

/** What stands at a pointer. */
export function valueAt(content: unknown, pointer: string): unknown {
  let now: unknown = content;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof now !== 'object' || now === null) return undefined;
    now = (now as Record<string, unknown>)[part];
  }
  return now;
}

/** The names of the fields from the outside in: 议题 2 · 表决 · 赞成. */
export function trail(schema: Schema, pointer: string): string {
  const names: string[] = [];
  let now: Schema | undefined = schema;
  for (const part of pointer.split('/').slice(1)) {
    if (now?.type === 'object') {
      now = now.properties[part];
      if (now) names.push(label(now));
    } else if (now?.type === 'array') {
      names.push(`${names.pop() ?? ''} ${Number(part) + 1}`.trim());
      now = now.items;
    }
  }
  return names.join(' · ');
}

/** Full-width digits and letters are what input methods leave behind. */
export function halfWidth(text: string): string {
  return text.normalize('NFKC');
}

/** Where something must stand and nothing does, as far as the form alone knows it; a group or an item that is not there lacks as a whole. */
export function lacking(schema: Schema, content: unknown, pointer = ''): readonly string[] {
  const value = pruned(content);
  if (schema.type === 'array') return Array.isArray(content) ? content.flatMap((item, n) => lacking(schema.items, item, `${pointer}/${n}`)) : [];
  if (schema.type !== 'object' || (value === undefined && pointer !== '')) return [];
  const now = (value ?? {}) as Content;
  return fields(schema).flatMap(([name, field]) =>
    now[name] === undefined ? (schema.required?.includes(name) ? [`${pointer}/${name}`] : []) : lacking(field, (content as Content)[name], `${pointer}/${name}`),
  );
}

/** Nothing that was left empty: neither blanks, nor groups without anything, nor their like in lists. */
export function pruned(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.map(pruned).filter((one) => one !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value).flatMap(([name, one]) => {
      const left = pruned(one);
      return left === undefined ? [] : [[name, left] as const];
    });
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  }
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return value ?? undefined;
}
