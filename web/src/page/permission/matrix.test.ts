import { expect, test } from 'vitest';
import { cell, read } from './matrix';

const REVIEWER = { name: 'committee_reviewer', builtin: true, lines: ['committee_reviewer,figure,view,self,1,12,0,allow', 'committee_reviewer,figure,view,descendant,1,12,0,allow', 'committee_reviewer,receipt,approve,self,1,12,1,allow'] };

test('a built-in role may what its lines say, and no more', () => {
  expect(cell(REVIEWER, 'figure.view', [])).toEqual({ allowed: ['self', 'descendant'], narrowed: [] });
  expect(cell(REVIEWER, 'post.grant', [])).toEqual({ allowed: [], narrowed: [] });
});

test('what the tenant denies is told apart', () => {
  const own = [{ role: 'committee_reviewer', action: 'figure.view', relation: 'descendant', allows: false } as const];
  expect(cell(REVIEWER, 'figure.view', own)).toEqual({ allowed: ['self', 'descendant'], narrowed: ['descendant'] });
});

test("a tenant's own role has nothing of the role that bounds it until it is given", () => {
  const own = { ...REVIEWER, name: 'reader', builtin: false };
  expect(cell(own, 'figure.view', []).allowed).toEqual([]);
  expect(cell(own, 'figure.view', [{ role: 'reader', action: 'figure.view', relation: 'self', allows: true }]).allowed).toEqual(['self']);
});

test('a line that cannot be read gives nothing', () => {
  expect(read('who,knows')).toBeNull();
  expect(read('a,record,view,sideways,1,12,0,allow')).toBeNull();
});
