/** One thing of an object that a step changed. */
export interface Row {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly changed: boolean;
}

const written = (value: unknown): string => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));

const partsOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : value === undefined || value === null ? {} : { '': value });

/** Before and after beside each other, by name; what changed stands first. */
export function difference(before: unknown, after: unknown): readonly Row[] {
  const was = partsOf(before);
  const is = partsOf(after);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((name) => ({ name, before: written(was[name]), after: written(is[name]), changed: written(was[name]) !== written(is[name]) }))
    .sort((a, b) => Number(b.changed) - Number(a.changed));
}
