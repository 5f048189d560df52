import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Provider } from 'urql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { server } from '../../test-server';
import { inChinese } from '../../test-words';
import type { Org } from './change';
import { ChangeForm } from './change-form';
import type { StepName } from './steps';

vi.mock('../../pick/org', () => ({
  OrgPick: ({ put }: { readonly put: (org: string) => void }) => (
    <button type="button" onClick={() => put('org:7')}>
      pick
    </button>
  ),
}));

beforeEach(inChinese);
afterEach(cleanup);

const org = { id: 'org:1', name: '德清县委', shortName: null } as Org;

interface Asked {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

function show(step: StepName): { readonly asked: Asked[]; readonly over: ReturnType<typeof vi.fn> } {
  const asked: Asked[] = [];
  const over = vi.fn();
  const relocation = { __typename: 'Relocation', orgs: 3, posts: 2, inReview: 1, pending: 0, drafts: 0, notice: '' };
  const client = server<{ input: Asked['input'] }>(({ operationName, variables }) => {
    if (operationName !== 'PickedOrg') asked.push({ name: operationName, input: variables.input });
    const answers: Readonly<Record<string, unknown>> = {
      PickedOrg: { org: { id: 'org:7', name: '湖州市委' } },
      RenameUnit: { renameOrg: { org: { id: 'org:1' }, problems: [] } },
      CloseUnit: { closeOrg: { org: { id: 'org:1' }, problems: [] } },
      MoveUnit: { moveOrg: { org: null, relocation, problems: [] } },
    };
    return answers[operationName];
  });
  render(
    <Provider value={client}>
      <ChangeForm step={step} org={org} post="post:1" over={over} />
    </Provider>,
  );
  return { asked, over };
}

const submit = (): boolean => fireEvent.submit(document.querySelector('form')!);

test('a new name is asked about in words before it is given', async () => {
  const { asked, over } = show('rename');
  fireEvent.change(screen.getByLabelText('全称'), { target: { value: '武康县委' } });
  fireEvent.change(screen.getByLabelText(/生效日期/), { target: { value: '2026-03-01' } });
  submit();
  expect(screen.getByText(/自2026年3月1日起将“德清县委”更名为“武康县委”？/)).toBeDefined();
  expect(asked).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: /^确\s?定$/ }));
  await waitFor(() => expect(over).toHaveBeenCalledWith('org:1', []));
  expect(asked[0]?.input).toMatchObject({ org: 'org:1', name: '武康县委', effect: { effectiveOn: '2026-03-01' } });
});

test('closing names who continues it', async () => {
  show('close');
  fireEvent.click(screen.getByText('pick'));
  await waitFor(() => {
    submit();
    expect(screen.getByText(/自今天起撤销“德清县委”.*由“湖州市委”承接/)).toBeDefined();
  });
});

test('what a move would mean is seen anew when its day is another', async () => {
  const { asked } = show('move');
  fireEvent.click(screen.getByText('pick'));
  submit();
  expect(await screen.findByText(/涉及组织 3 个/)).toBeDefined();
  fireEvent.change(screen.getByLabelText(/生效日期/), { target: { value: '2026-03-01' } });
  expect(screen.queryByText(/涉及组织 3 个/)).toBeNull();
  submit();
  await screen.findByText(/涉及组织 3 个/);
  submit();
  await waitFor(() => expect(asked).toHaveLength(3));
  expect(asked.map(({ input }) => input['preview'])).toEqual([true, true, false]);
});
