import { cleanup, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { marksOf, NO_MARKS } from './mark';
import type { GroupSchema } from './schema';
import { Show } from './show';

beforeEach(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', resources: {} });
});
afterEach(cleanup);

const schema: GroupSchema = {
  type: 'object',
  properties: {
    host: { type: 'string', title: '主持人' },
    recorder: { type: 'string', title: '记录人' },
    ballots: { type: 'object', title: '表决', properties: { issued: { type: 'integer', title: '发出' } } },
    agenda: { type: 'array', title: '议题', items: { type: 'object', properties: { topic: { type: 'string', title: '题目' }, points: { type: 'string', title: '讨论要点' } } } },
  },
};
const content = { host: '赵示一', agenda: [{ topic: '讨论年度计划' }, { topic: '接收预备党员' }] };

test('something may stand beside each value, nested ones and those that were left empty', () => {
  const at: string[] = [];
  render(
    <Show
      schema={schema}
      content={content}
      marks={NO_MARKS}
      beside={(pointer) => {
        at.push(pointer);
        return null;
      }}
    />,
  );
  for (const pointer of ['/host', '/recorder', '/ballots', '/agenda', '/agenda/0', '/agenda/0/topic', '/agenda/1/points']) expect(at).toContain(pointer);
  expect(new Set(at).size).toBe(at.length);
});

test('without, what was left empty is not there, unless something is said within it', () => {
  render(<Show schema={schema} content={content} marks={marksOf([], [{ path: '/ballots/issued', text: '请补填' }])} />);
  expect(screen.queryByText('记录人')).toBeNull();
  expect(screen.getByText('请补填')).toBeDefined();
  expect(screen.getByText('发出')).toBeDefined();
});
