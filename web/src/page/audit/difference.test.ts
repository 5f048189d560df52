import { expect, test } from 'vitest';
import { difference } from './difference';

test('what changed stands first, beside what it was', () => {
  expect(difference({ name: 'A', state: 'OPEN' }, { name: 'A', state: 'SUSPENDED' })).toEqual([
    { name: 'state', before: 'OPEN', after: 'SUSPENDED', changed: true },
    { name: 'name', before: 'A', after: 'A', changed: false },
  ]);
});

test('what was not there before has nothing beside it', () => {
  expect(difference(null, { length: 3 })).toEqual([{ name: 'length', before: '', after: '3', changed: true }]);
  expect(difference(null, null)).toEqual([]);
});
