import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useViewer } from '../frame/viewer';
import { PickPeopleDocument } from './gen/graphql';
import { OrgPick } from './org';

interface PersonPickProps {
  readonly words: string;
  readonly value: string | undefined;
  readonly put: (account: string | undefined) => void;
  /** Oneself is asked about where nobody is named. */
  readonly selfWords?: string;
  /** Where one looks at first; one's own organisation without. */
  readonly at?: string | undefined;
}

/** A person, out of those who are invited or hold a post at an organisation. */
export function PersonPick({ words, value, put, selfWords, at }: PersonPickProps) {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const [org, setOrg] = useState(at ?? posts[0]?.org.id);
  const [{ data, fetching }] = useQuery({ query: PickPeopleDocument, variables: { org: org ?? '' }, pause: !org });
  const options = useMemo(() => {
    const people = new Map((data?.accounts?.nodes ?? []).map(({ id, name }) => [id, name]));
    for (const { account, roleName } of data?.posts?.nodes ?? []) {
      if (account) people.set(account.id, `${account.name} · ${roleName}`);
    }
    return [...people].map(([id, label]) => ({ value: id, label }));
  }, [data]);
  return (
    <>
      <OrgPick words={t('pick.at')} value={org} put={setOrg} />
      <label className="month">
        {words}
        <Select
          className="pick-person"
          allowClear
          aria-label={words}
          placeholder={selfWords ?? t('pick.person')}
          value={value ?? null}
          options={value && !options.some((one) => one.value === value) ? [...options, { value, label: t('pick.chosen') }] : options}
          loading={fetching}
          notFoundContent={t('pick.nobody')}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(next: string | null | undefined) => put(next ?? undefined)}
        />
      </label>
    </>
  );
}
