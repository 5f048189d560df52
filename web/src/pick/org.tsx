import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useSettled } from '../frame/settled';
import { PickedOrgDocument, type PickedOrgQuery, PickOrgDocument } from './gen/graphql';

interface OrgPickProps {
  readonly words: string;
  readonly value: string | undefined;
  readonly put: (org: string | undefined) => void;
}

type Named = NonNullable<PickedOrgQuery['org']>;

/** Many branches have one name: the superior stands beside it, and the code, which is one's own, where it is known. */
function labelOf({ name, parent }: Named, code = ''): string {
  return [name, parent && (parent.shortName ?? parent.name), code].filter(Boolean).join(' · ');
}

/** An organisation, found by a part of its name or by how its code begins. */
export function OrgPick({ words, value, put }: OrgPickProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim());
  const [{ data: found, fetching }] = useQuery({ query: PickOrgDocument, variables: { text: wanted }, pause: wanted === '' });
  const [{ data: picked }] = useQuery({ query: PickedOrgDocument, variables: { org: value ?? '' }, pause: !value });
  const options = (wanted === '' ? [] : (found?.searchOrgs?.nodes ?? [])).map((org) => {
    const label = labelOf(org, org.code);
    return { value: org.id, label, title: label };
  });
  if (value && !options.some((one) => one.value === value)) {
    const shown = picked?.org?.id === value ? labelOf(picked.org) : value;
    options.push({ value, label: shown, title: shown });
  }
  return (
    <label className="month">
      {words}
      <Select
        className="pick-org"
        allowClear
        aria-label={words}
        placeholder={t('pick.org')}
        value={value ?? null}
        options={options}
        loading={fetching}
        notFoundContent={wanted === '' ? t('pick.write') : t('tree.none')}
        showSearch={{ filterOption: false, onSearch: setText }}
        onChange={(next: string | null | undefined) => put(next ?? undefined)}
      />
    </label>
  );
}
