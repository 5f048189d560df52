import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import { type Viewer, ViewerContext } from '../../frame/viewer';
import { Confirm } from './confirm';
import type { CourseFragment, WholeFragment } from './gen/graphql';

beforeEach(async () => {
  await inChinese();
  // Not in happy-dom.
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
});
afterEach(cleanup);

const place = { __typename: 'Org', id: 'org:1', name: '华联村党支部', shortName: null, level: 5, kindName: '党支部' } as const;
const writer = { __typename: 'Account', id: 'account:1', name: '钱示二' } as const;
const secretary = { __typename: 'Account', id: 'account:2', name: '赵示一' } as const;
const viewer = ({ id, name }: typeof writer | typeof secretary): Viewer => ({
  account: { __typename: 'Account', id, name, login: 'zhao', locale: 'ZH' },
  tenantName: '某省委',
  timeZone: 'Asia/Shanghai',
  levels: new Map(),
  posts: [{ id: 'post:2', base: 'branch_secretary', roleName: '支部书记', org: place }],
});
const record = (askedAt: string | null): WholeFragment => ({
  __typename: 'Record',
  id: 'record:1',
  type: 'DK',
  typeVersion: 1,
  state: 'DRAFT',
  rev: 3,
  version: 1,
  round: 0,
  title: '学习党章',
  occurredOn: '2026-02-26',
  tags: [],
  confidentiality: 'PUBLIC',
  content: {},
  savedAt: '2026-03-02T00:00:00Z',
  askedAt,
  askedBy: askedAt === null ? null : writer,
  org: place,
  author: writer,
  files: [],
});
const ASKED = '2026-03-02T01:00:00Z';
const timeline = [{ __typename: 'TimelineEvent', seq: 2, step: 'asked', at: ASKED, who: writer, org: place, remarks: null }] as CourseFragment['timeline'];
const refusal = { code: 'REQUIRED', path: ['content', 'place'], message: '请填写地点', severity: 'REFUSAL' };

function show(who: typeof writer | typeof secretary, of: WholeFragment, check: readonly unknown[] = []): unknown[] {
  const sent: unknown[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    RecordCheck: { record: { __typename: 'Record', id: 'record:1', rev: 3, askedAt: ASKED, confirmers: [secretary], route: [], check } },
    Submit: { submitRecord: { record: { id: 'record:1', state: 'FINAL', rev: 4, rounds: [] }, receipt: { id: 'receipt:1.7', no: 7, org: place }, hash: 'ab', problems: [] } },
  };
  const client = server<{ input?: unknown }>(({ operationName, variables }) => {
    if (variables.input) sent.push(variables.input);
    return answers[operationName];
  });
  render(
    <Provider value={client}>
      <ViewerContext value={viewer(who)}>
        <Confirm record={of} timeline={timeline} />
      </ViewerContext>
    </Provider>,
  );
  return sent;
}

test('who is asked reads it and confirms it in one go', async () => {
  const sent = show(secretary, record(ASKED));
  expect(await screen.findByRole('heading', { name: '钱示二请您确认这份记录' })).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: /^确\s?认$/ }));
  fireEvent.click(await screen.findByRole('button', { name: /^确\s?定$/ }));
  expect(await screen.findByText('已确认，记录已办结')).toBeDefined();
  expect(screen.getByText('本组织登记第 7 号')).toBeDefined();
  expect(sent).toMatchObject([{ post: 'post:2', record: 'record:1', rev: 3 }]);
});

test('what stands in the way is said, and nothing is sent', async () => {
  const sent = show(secretary, record(ASKED), [refusal]);
  expect(await screen.findByText('请填写地点')).toBeDefined();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: /^确\s?认$/ }).disabled).toBe(true);
  expect(sent).toEqual([]);
});

test('its writer reads that it waits; of what was changed since, that the request has ended', async () => {
  show(writer, record(ASKED));
  expect(await screen.findByText('已请赵示一确认，等待中')).toBeDefined();
  expect(screen.queryByRole('button')).toBeNull();
  cleanup();
  show(secretary, record(null));
  expect(await screen.findByText(/请求已自动取消/)).toBeDefined();
});
