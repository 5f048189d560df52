import { type Column, footer, type Line, STATES, total } from './matrix';

export type Row = readonly (string | number)[];

/** A table to take away: what it is about, then the heads of the columns, then numbers. */
export interface Sheet {
  readonly about: readonly Row[];
  readonly heads: Row;
  readonly rows: readonly Row[];
}

interface Words {
  /** Above the names. */
  readonly name: string;
  readonly sum: string;
  readonly state: (state: (typeof STATES)[number]) => string;
}

/** The matrix as it is seen, with the sums below: beside each number, how much of it is in which state. */
export function sheet(about: readonly Row[], lines: readonly Line[], columns: readonly Column[], { name, sum, state }: Words): Sheet {
  const heads = [...columns.map((column) => column.name), sum].flatMap((head) => [head, ...STATES.map((one) => `${head} · ${state(one)}`)]);
  const all = [...lines, { name: sum, ...footer(lines, columns) }];
  const rows = all.map((line) => [line.name, ...[...line.cells, line.sum].flatMap((counts) => [total(counts), ...STATES.map((one) => counts[one])])]);
  return { about, heads: [name, ...heads], rows };
}

/** A text that a spreadsheet would take for a formula stays a text, also where the sign is of full width or after blanks. */
const guarded = (text: string): string => (/^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text);

/** With a mark of its encoding, for Excel. */
export function csv({ about, heads, rows }: Sheet): string {
  const cell = (value: string | number): string => (typeof value === 'number' ? String(value) : `"${guarded(value).replaceAll('"', '""')}"`);
  return `\uFEFF${[...about, [], heads, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
