import { expect, test } from 'vitest';
import { objectOf, orgOf } from './asked';

const HEX = '0'.repeat(31) + '7';

test('a number is that of a receipt, where it is known who received it', () => {
  expect(objectOf('12', `org:${HEX}`)).toBe(`receipt:${HEX}.12`);
  expect(objectOf('012', `org:${HEX}`)).toBe(`receipt:${HEX}.12`);
  expect(objectOf('12', undefined)).toBeUndefined();
  expect(objectOf(`record:${HEX}`, undefined)).toBe(`record:${HEX}`);
  expect(objectOf('', `org:${HEX}`)).toBeUndefined();
});

test('a receipt says who received it', () => {
  expect(orgOf(`receipt:${HEX}.12`)).toBe(`org:${HEX}`);
  expect(orgOf(`org:${HEX}`)).toBe(`org:${HEX}`);
  expect(orgOf(`record:${HEX}`)).toBeUndefined();
  expect(orgOf(undefined)).toBeUndefined();
});
