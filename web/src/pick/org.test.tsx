import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { server } from '../test-server';
import { inChinese } from '../test-words';
import { OrgPick } from './org';

beforeEach(inChinese);
afterEach(cleanup);

const first = (id: string, code: string, parent: string | null) => ({
  __typename: 'Org',
  id: `org:${id}`,
  name: '第一党支部',
  code,
  parent: parent === null ? null : { __typename: 'Org', id: `org:${parent}`, name: `${parent}委员会`, shortName: parent },
});

function show(value: string | undefined): void {
  const answers: Readonly<Record<string, unknown>> = {
    PickOrg: { searchOrgs: { nodes: [first('2', '0101', '乾元镇党委'), first('3', '0201', '武康街道党工委'), first('4', '03', null)] } },
    PickedOrg: { org: first('9', '0901', '莫干山镇党委') },
  };
  const client = server(({ operationName }) => answers[operationName]);
  render(
    <Provider value={client}>
      <OrgPick words="组织" value={value} put={() => undefined} />
    </Provider>,
  );
}

test('organisations of one name are told apart by their superior', async () => {
  show(undefined);
  const box = screen.getByRole('combobox');
  fireEvent.mouseDown(box);
  fireEvent.change(box, { target: { value: '第一' } });
  expect(await screen.findByText('第一党支部 · 乾元镇党委 · 0101')).toBeDefined();
  expect(screen.getByText('第一党支部 · 武康街道党工委 · 0201')).toBeDefined();
  expect(screen.getByText('第一党支部 · 03')).toBeDefined();
});

test('the one that is chosen says of whom it is, too', async () => {
  show('org:9');
  expect(await screen.findByText('第一党支部 · 莫干山镇党委')).toBeDefined();
});
