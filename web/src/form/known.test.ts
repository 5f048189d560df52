import { describe, expect, test } from 'vitest';
import { following, people, personOf, roll, sameAgain } from './known';
import type { GroupSchema } from './schema';

const FORM: GroupSchema = {
  type: 'object',
  'x-order': ['place', 'host', 'expected', 'present', 'observers', 'absent', 'agenda'],
  properties: {
    place: { type: 'string', 'x-same': true },
    host: { type: 'string', 'x-same': true, 'x-person': true },
    expected: { type: 'integer', 'x-same': true },
    present: { type: 'integer', 'x-usual': { of: '/expected', less: '/absent' } },
    observers: { type: 'array', items: { type: 'string', 'x-person': true } },
    absent: { type: 'array', items: { type: 'object', 'x-order': ['name', 'note'], properties: { name: { type: 'string', 'x-person': true }, note: { type: 'string' } } } },
    agenda: { type: 'array', items: { type: 'object', 'x-order': ['topic', 'reporter'], properties: { topic: { type: 'string' }, reporter: { type: 'string', 'x-person': true } } } },
  },
};

const LAST = { place: '活动室', host: '赵示一', expected: 23, present: 21, observers: ['钱示二'], absent: [{ name: '孙示三', note: '外出' }, { name: ' ' }], agenda: [{ topic: '计划', reporter: '赵示一' }] };

test('everybody whom a content names is known, once, in the order of the dictionary', () => {
  expect(roll(people(FORM, LAST), ['孙示三'])).toEqual(['钱示二', '孙示三', '赵示一']);
  expect(people(FORM, { host: 3, absent: 'x' })).toEqual([]);
});

test('a list is a list of persons where that is what its items are about', () => {
  const of = (name: string) => {
    const list = FORM.properties[name];
    return list?.type === 'array' ? personOf(list.items) : undefined;
  };
  expect(of('absent')).toBe('name');
  expect(of('agenda')).toBeUndefined();
});

test('of the last time only what is as a rule the same comes again', () => {
  expect(sameAgain(FORM, LAST)).toEqual({ place: '活动室', host: '赵示一', expected: 23 });
});

describe('who is present follows from who was expected and who is absent', () => {
  const one = [{ name: '孙示三' }];
  test('once somebody is absent, and again with each one more', () => {
    expect(following(FORM, { expected: 23 }, { expected: 23, absent: one }).present).toBe(22);
    expect(following(FORM, { expected: 23, present: 22, absent: one }, { expected: 23, present: 22, absent: [...one, {}] }).present).toBe(21);
    expect(following(FORM, { expected: 23, present: 22, absent: one }, { expected: 23, present: 22 }).present).toBeUndefined();
  });
  test('never against what somebody has written', () => {
    expect(following(FORM, { expected: 23, present: 20 }, { expected: 23, present: 20, absent: one }).present).toBe(20);
    expect(following(FORM, { expected: 23, present: 22, absent: one }, { expected: 23, present: 2, absent: one }).present).toBe(2);
    expect(following(FORM, { expected: 23, present: 22, absent: one }, { expected: 23, absent: one }).present).toBeUndefined();
  });
  test('nobody is said to be present where nothing is known', () => {
    expect(following(FORM, {}, { expected: 23 }).present).toBeUndefined();
    expect(following(FORM, {}, { expected: 1, absent: [{}, {}] }).present).toBeUndefined();
  });
});
