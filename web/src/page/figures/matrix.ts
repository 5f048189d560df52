import type { CellFragment, SubmissionStateKind } from './gen/graphql';

/** In the order in which they are told. */
export const STATES: readonly SubmissionStateKind[] = ['FINAL', 'IN_REVIEW', 'RETURNED', 'WITHDRAWN'];

export type Counts = Readonly<Record<SubmissionStateKind, number>>;

/** How a cell stands, by colour and by sign: the most pressing first. */
export type Standing = 'returned' | 'waiting' | 'done' | 'none';

/** What stands beside the number; colour alone would say nothing to some. */
export const SIGNS = { returned: '↩', waiting: '◷', done: '✓', none: '○' } as const;

export interface Column {
  readonly key: string;
  readonly name: string;
}

export interface Line {
  /** Of a child; the organisation's own where it is the organisation. */
  readonly id: string;
  readonly name: string;
  readonly cells: readonly Counts[];
  readonly sum: Counts;
}

const NONE: Counts = { FINAL: 0, IN_REVIEW: 0, RETURNED: 0, WITHDRAWN: 0 };

export function total(counts: Counts): number {
  return STATES.reduce((sum, state) => sum + counts[state], 0);
}

export function standing(counts: Counts): Standing {
  if (counts.RETURNED > 0) return 'returned';
  if (counts.IN_REVIEW > 0) return 'waiting';
  return counts.FINAL > 0 ? 'done' : 'none';
}

const STATE_OF = { returned: 'RETURNED', waiting: 'IN_REVIEW', done: 'FINAL' } as const;

/** The state that a cell has its colour from: it is what one asks for who opens the cell. */
export function pressing(counts: Counts): SubmissionStateKind {
  const how = standing(counts);
  return how === 'none' ? 'WITHDRAWN' : STATE_OF[how];
}

/** What stands beside a sum: how many wait and were returned, each with its sign; the sign of what is done where that is all. */
export function signs(counts: Counts): readonly { readonly how: Exclude<Standing, 'none'>; readonly state: SubmissionStateKind; readonly count: number }[] {
  const open = (['returned', 'waiting'] as const).map((how) => ({ how, state: STATE_OF[how], count: counts[STATE_OF[how]] })).filter(({ count }) => count > 0);
  return open.length === 0 && counts.FINAL > 0 ? [{ how: 'done', state: 'FINAL', count: counts.FINAL }] : open;
}

function add(counts: Counts, cell: CellFragment): Counts {
  return { ...counts, [cell.state]: counts[cell.state] + cell.count };
}

export type By = 'type' | 'month';

const keyOf = (cell: CellFragment, by: By): string => (by === 'type' ? cell.type : String(cell.month ?? ''));

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * The matrix: the organisation's own line first, then each child, those without anything too. Sums by line come from `whole`, where
 * a record of several types counts once.
 */
export function matrix(
  org: Named,
  children: readonly Named[],
  columns: readonly Column[],
  by: By,
  each: readonly CellFragment[],
  whole: readonly CellFragment[],
): readonly Line[] {
  const cells = new Map<string, Counts>();
  const sums = new Map<string, Counts>();
  for (const cell of each) {
    const at = `${cell.childId ?? org.id} ${keyOf(cell, by)}`;
    cells.set(at, add(cells.get(at) ?? NONE, cell));
  }
  for (const cell of whole) {
    const at = cell.childId ?? org.id;
    sums.set(at, add(sums.get(at) ?? NONE, cell));
  }
  return [org, ...children].map(({ id, name }) => ({
    id,
    name,
    cells: columns.map(({ key }) => cells.get(`${id} ${key}`) ?? NONE),
    sum: sums.get(id) ?? NONE,
  }));
}

export function sumOf(counts: readonly Counts[]): Counts {
  return counts.reduce((sum, one) => {
    const next = { ...sum };
    for (const state of STATES) next[state] += one[state];
    return next;
  }, NONE);
}

/** As many months stand beside each other; sums are of all that is asked for, so that more are refused and not cut off. */
export const MOST_MONTHS = 24;

/** Months from the first to the last, yyyymm. */
export function months(from: number, to: number): readonly number[] {
  const all: number[] = [];
  for (let month = from; month <= to; month = month % 100 === 12 ? month + 89 : month + 1) all.push(month);
  return all;
}

/** As many months before or after another. */
export function shifted(month: number, by: number): number {
  const count = Math.floor(month / 100) * 12 + (month % 100) - 1 + by;
  return Math.floor(count / 12) * 100 + (count % 12) + 1;
}

/** The sum of each column, and of all. */
export function footer(lines: readonly Line[], columns: readonly Column[]): Pick<Line, 'cells' | 'sum'> {
  return { cells: columns.map((_, n) => sumOf(lines.flatMap(({ cells }) => cells[n] ?? []))), sum: sumOf(lines.map(({ sum }) => sum)) };
}
