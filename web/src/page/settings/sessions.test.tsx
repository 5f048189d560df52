import { cleanup, render, screen } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import { type Viewer, ViewerContext } from '../../frame/viewer';
import { Sessions } from './sessions';

beforeEach(inChinese);
afterEach(cleanup);

const AGENT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0';

test('a session is named by its browser and system, a program by its own name', async () => {
  const session = { __typename: 'Session', createdAt: '2026-03-01T00:00:00Z', expiresAt: '2026-03-02T00:00:00Z', endedAt: null, present: false };
  const sessions = [
    { ...session, id: 'session:1', kind: 'BROWSER', label: AGENT },
    { ...session, id: 'session:2', kind: 'PROGRAM', label: 'Chrome/1 报表' },
    { ...session, id: 'session:3', kind: 'BROWSER', label: 'curl/8.5.0' },
  ];
  const client = server(() => ({ sessions }));
  const viewer: Viewer = { account: { __typename: 'Account', id: 'account:1', name: '赵示一', login: 'zhao', locale: 'ZH' }, tenantName: '某省委', timeZone: 'Asia/Shanghai', levels: new Map(), posts: [] };
  render(
    <Provider value={client}>
      <ViewerContext value={viewer}>
        <Sessions />
      </ViewerContext>
    </Provider>,
  );
  const named = await screen.findByText('Edge 浏览器 128 · Windows 10 或更新');
  expect(named.title).toBe(AGENT);
  expect(screen.getByText('Chrome/1 报表')).toBeDefined();
  expect(screen.getByText('其他浏览器').title).toBe('curl/8.5.0');
});
