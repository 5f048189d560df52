import { describe, expect, test } from 'vitest';
import { at, lacking, pruned, type Schema, trail, valueAt } from './schema';

const FORM: Schema = {
  type: 'object',
  properties: {
    agenda: {
      type: 'array',
      title: '议题',
      items: {
        type: 'object',
        properties: { ballots: { type: 'object', title: '表决', properties: { for: { type: 'integer', title: '赞成' } } } },
      },
    },
  },
};

describe('a pointer', () => {
  test('leads to its schema and its value', () => {
    expect(at(FORM, '/agenda/1/ballots/for')).toMatchObject({ title: '赞成' });
    expect(at(FORM, '/agenda/1/none')).toBeUndefined();
    expect(valueAt({ agenda: [{}, { ballots: { for: 3 } }] }, '/agenda/1/ballots/for')).toBe(3);
  });

  test('is told by the names of its fields', () => {
    expect(trail(FORM, '/agenda/1/ballots/for')).toBe('议题 2 · 表决 · 赞成');
  });
});

test('what was left empty is not sent', () => {
  expect(pruned({ a: ' ', b: [{ name: '' }, { name: '钱示二' }], c: { d: undefined }, e: 0, f: false })).toEqual({
    b: [{ name: '钱示二' }],
    e: 0,
    f: false,
  });
});

test('what must be written and is not is found in groups and in the items of lists', () => {
  const form: Schema = {
    type: 'object',
    required: ['place', 'agenda'],
    properties: {
      place: { type: 'string' },
      note: { type: 'string' },
      agenda: { type: 'array', items: { type: 'object', required: ['topic'], properties: { topic: { type: 'string' }, who: { type: 'string' } } } },
      ballots: { type: 'object', required: ['for'], properties: { for: { type: 'integer' }, against: { type: 'integer' } } },
    },
  };
  expect(lacking(form, {})).toEqual(['/place', '/agenda']);
  expect(lacking(form, { place: ' ', agenda: [{ topic: '学习' }, { who: '钱示二' }], ballots: { against: 0 } })).toEqual(['/place', '/agenda/1/topic', '/ballots/for']);
  expect(lacking(form, { place: '会议室', agenda: [{ topic: '学习' }] })).toEqual([]);
});
