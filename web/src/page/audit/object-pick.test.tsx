import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import { ObjectPick } from './object-pick';

vi.mock('../../pick/org', () => ({
  OrgPick: ({ put }: { readonly put: (org: string) => void }) => (
    <button type="button" onClick={() => put('org:7')}>
      收到的组织
    </button>
  ),
}));

beforeEach(inChinese);
afterEach(cleanup);

const found = { __typename: 'AuditObject', id: 'record:1', kind: 'record', name: '选举大会', what: '支部党员大会记录', org: null, account: null, receipt: null };

function show() {
  const asked: unknown[] = [];
  const put = vi.fn();
  const client = server(({ variables }) => {
    asked.push(variables);
    return { auditObjects: [found] };
  });
  render(
    <Provider value={client}>
      <ObjectPick value={undefined} put={put} />
    </Provider>,
  );
  const box = screen.getByRole('combobox');
  const write = (text: string) => {
    fireEvent.mouseDown(box);
    fireEvent.change(box, { target: { value: text } });
  };
  return { asked, put, box, write };
}

test('the beginning of a title offers records in words', async () => {
  const { asked, put, write } = show();
  write('选举');
  fireEvent.click(await screen.findByText('支部党员大会记录 · 《选举大会》'));
  expect(asked).toEqual([{ text: '选举', org: null }]);
  expect(put).toHaveBeenCalledWith('record:1');
});

test('the number of a receipt is asked for where it is known who received it', async () => {
  const { asked, put, box, write } = show();
  write('12');
  fireEvent.click(await screen.findByText('收到的组织'));
  await waitFor(() => expect(asked).toEqual([{ text: '12', org: 'org:7' }]));
  await screen.findByText('支部党员大会记录 · 《选举大会》');
  fireEvent.keyDown(box, { key: 'Enter' });
  expect(put).toHaveBeenCalledWith('record:1');
});

test('an id is taken as it stands, and nothing is asked', async () => {
  const { asked, put, box, write } = show();
  write('post:00ff');
  await new Promise((done) => setTimeout(done, 300));
  fireEvent.keyDown(box, { key: 'Enter' });
  expect(put).toHaveBeenCalledWith('post:00ff');
  expect(asked).toEqual([]);
});
