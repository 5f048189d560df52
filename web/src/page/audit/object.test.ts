import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import words from '../../words/zh-CN';
import type { AuditedObjectFragment } from './gen/graphql';
import { wordsOf } from './object';

beforeAll(async () => {
  await i18next.init({ lng: 'zh-CN', resources: { 'zh-CN': { translation: words } }, interpolation: { escapeValue: false } });
});

const org = { __typename: 'Org' as const, id: 'org:1', name: '第一党支部' };
const account = { __typename: 'Account' as const, id: 'account:1', name: '赵示一' };
const nothing: AuditedObjectFragment = { __typename: 'AuditObject', id: 'record:1', kind: 'record', name: null, what: null, org: null, account: null, receipt: null };
const told = (object: Partial<AuditedObjectFragment>): string => wordsOf({ ...nothing, ...object }, i18next.t);

test('a record is named by type, title, organisation and receipt', () => {
  const receipt = { __typename: 'AuditReceipt' as const, id: 'receipt:2.7', no: 7, org: { __typename: 'Org' as const, id: 'org:2', name: '乾元镇委员会', shortName: '乾元镇党委' } };
  expect(told({ what: '支部党员大会记录', name: '选举大会', org, receipt })).toBe('支部党员大会记录 · 《选举大会》 · 第一党支部 · 乾元镇党委回执第 7 号');
});

test('a record whose title the auditor may not know is named by type and organisation', () => {
  expect(told({ what: '支部党员大会记录', org })).toBe('支部党员大会记录 · 第一党支部');
});

test('posts, people, files and what is no longer known are named, too', () => {
  expect(told({ kind: 'post', what: '支部书记', org, account })).toBe('职务 · 支部书记 · 赵示一 · 第一党支部');
  expect(told({ kind: 'account', account })).toBe('人员 · 赵示一');
  expect(told({ kind: 'file', name: '签到表.jpg', org, account })).toBe('文件 · 签到表.jpg · 赵示一 · 第一党支部');
  expect(told({ kind: 'policy' })).toBe('权限策略');
  expect(told({ kind: 'later' })).toBe('later');
});
