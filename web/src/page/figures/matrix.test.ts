import { describe, expect, it } from 'vitest';
import type { CellFragment } from './gen/graphql';
import { csv, matrix, months, rows, shifted, standing, total } from './matrix';

const org = { id: 'org:1', name: '德清县' };
const towns = [
  { id: 'org:2', name: '乾元镇' },
  { id: 'org:3', name: '阜溪街道' },
];
const cell = (childId: string | null, type: string, state: CellFragment['state'], count: number): CellFragment => ({ __typename: 'Figure', childId, type, month: null, state, count });

describe('the matrix of figures', () => {
  const columns = [
    { key: 'DK', name: '党课' },
    { key: 'ZTDR', name: '主题党日' },
  ];
  const each = [cell('org:2', 'DK', 'FINAL', 2), cell('org:2', 'ZTDR', 'FINAL', 2), cell('org:2', 'ZTDR', 'RETURNED', 1), cell(null, 'DK', 'IN_REVIEW', 1)];
  const whole = [cell('org:2', '*', 'FINAL', 3), cell('org:2', '*', 'RETURNED', 1), cell(null, '*', 'IN_REVIEW', 1)];
  const lines = matrix(org, towns, columns, 'type', each, whole);

  it('has the own line first, and a line for a child without anything', () => {
    expect(lines.map(({ name }) => name)).toEqual(['德清县', '乾元镇', '阜溪街道']);
    expect(lines[2]?.cells.map(total)).toEqual([0, 0]);
  });
  it('sums a record of several types once', () => {
    expect(lines[1]?.cells.map(total)).toEqual([2, 3]);
    expect(total(lines[1]?.sum ?? { FINAL: 0, IN_REVIEW: 0, RETURNED: 0, WITHDRAWN: 0 })).toBe(4);
  });
  it('tells the most pressing state', () => {
    expect(lines.map(({ cells }) => cells.map(standing))).toEqual([
      ['waiting', 'none'],
      ['done', 'returned'],
      ['none', 'none'],
    ]);
  });
  it('goes over the end of a year', () => {
    expect(months(202511, 202602)).toEqual([202511, 202512, 202601, 202602]);
    expect(months(202602, 202601)).toEqual([]);
    expect(months(202001, 202612)).toHaveLength(84);
    expect([shifted(202601, -1), shifted(202512, 1), shifted(202603, -23)]).toEqual([202512, 202601, 202404]);
  });
  it('is exported with its sums', () => {
    expect(rows(lines, columns, '组织', '合计').at(-1)).toEqual(['合计', 3, 3, 5]);
  });
  it('is exported as it is seen, and never as a formula', () => {
    const named = matrix({ id: 'org:1', name: '=HYPERLINK("x")' }, [], columns, 'type', each, whole);
    expect(csv(rows(named, columns, '组织', '合计'))).toBe(`\uFEFF"组织","党课","主题党日","合计"\r\n"'=HYPERLINK(""x"")",1,0,1\r\n"合计",1,0,1\r\n`);
  });
});
