import { AutoComplete } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useSettled } from '../../frame/settled';
import { OrgPick } from '../../pick/org';
import { FindObjectsDocument } from './gen/graphql';
import { wordsOf } from './object';

interface ObjectPickProps {
  readonly value: string | undefined;
  readonly put: (object: string | undefined) => void;
}

const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text);
/** An id of the trail is taken as it stands; that of a receipt leads to its record. */
const isId = (text: string): boolean => /^(?!receipt:)[a-z_]+:[0-9a-f]+$/.test(text) || ['policy', 'audit'].includes(text);

/** An object by its id, by the number of a receipt and who received it, or by how its title begins. */
export function ObjectPick({ value, put }: ObjectPickProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value ?? '');
  const [org, setOrg] = useState<string>();
  const wanted = useSettled(text.trim());
  const number = isNumber(wanted);
  const asks = !isId(wanted) && (number ? org !== undefined : wanted.length >= 2);
  const [{ data, fetching }] = useQuery({ query: FindObjectsDocument, variables: { text: wanted, org: number ? (org ?? null) : null }, pause: !asks });
  const found = asks && !fetching ? (data?.auditObjects ?? []) : [];
  return (
    <>
      <label className="month">
        {t('audit.object')}
        <AutoComplete
          allowClear
          aria-label={t('audit.object')}
          value={text}
          placeholder={t('audit.objectBy')}
          options={found.map((object) => ({ value: object.id, label: wordsOf(object, t), title: object.id }))}
          notFoundContent={asks && !fetching ? t('audit.noObject') : undefined}
          onChange={(next: string | undefined) => {
            setText(next ?? '');
            if (!next) put(undefined);
          }}
          onSelect={(id: string | undefined) => put(id)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            const typed = text.trim();
            const one = isId(typed) ? typed : typed === wanted && found.length === 1 ? found[0]?.id : undefined;
            if (one) put(one);
          }}
        />
      </label>
      {number && <OrgPick words={t('audit.receivedBy')} value={org} put={setOrg} />}
    </>
  );
}
