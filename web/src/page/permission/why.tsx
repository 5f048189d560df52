import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Failure, Loading, Nothing } from '../../frame/state';
import { asksOfOthers, useViewer } from '../../frame/viewer';
import { OrgPick } from '../../pick/org';
import { PersonPick } from '../../pick/person';
import { objectOf, orgOf } from './asked';
import { ActionsDocument, PersonNamedDocument, WhyDocument } from './gen/graphql';

/** Why somebody may or may not do something, in words: which post, which relation, which line of the policy. */
export function Why() {
  const { t } = useTranslation();
  const { posts, account: self } = useViewer();
  const go = useNavigate();
  const asked = useSearch({ from: '/inside/controls/permissions' });
  const [{ data: catalogue }] = useQuery({ query: ActionsDocument });
  const others = posts.some(asksOfOthers);
  const account = others && asked.account !== self.id ? asked.account : undefined;
  // The address is of somebody else's question: it is not answered as if it were about oneself.
  const barred = !others && asked.account !== undefined && asked.account !== self.id;
  const put = (change: Partial<typeof asked>): void => void go({ to: '/permissions', search: { ...asked, ...change, view: 'why' } });
  const org = orgOf(asked.object);
  const [nowhere, setNowhere] = useState(false);
  return (
    <>
      <div className="filters">
        {others && <PersonPick words={t('permission.person')} selfWords={t('permission.self', { name: self.name })} value={account} put={(next) => put({ account: next })} at={org} />}
        <label className="month">
          {t('permission.action')}
          <Select
            className="pick-person"
            aria-label={t('permission.action')}
            placeholder={t('permission.chooseAction')}
            value={asked.action ?? null}
            options={(catalogue?.actions ?? []).map(({ name, label }) => ({ value: name, label }))}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(next: string | null) => put({ action: next ?? undefined })}
          />
        </label>
        <OrgPick words={t('permission.inOrg')} value={org} put={(next) => put({ object: next })} />
        <label className="month">
          {t('permission.object')}
          <Input.Search
            key={asked.object}
            defaultValue={org === asked.object ? '' : asked.object}
            placeholder={t('permission.objectBy')}
            maxLength={80}
            onSearch={(text) => {
              const object = objectOf(text.trim(), org);
              setNowhere(object === undefined && text.trim() !== '');
              if (object !== undefined || text.trim() === '') put({ object: object ?? org });
            }}
          />
        </label>
      </div>
      {nowhere && <Alert type="warning" showIcon title={t('permission.whoReceived')} />}
      {barred && <Alert type="warning" showIcon title={t('permission.ownOnly')} />}
      {asked.action ? <Answer account={account ?? null} action={asked.action} object={asked.object ?? null} /> : <Nothing words={t('permission.chooseAction')} />}
    </>
  );
}

function Answer({ account, action, object }: { readonly account: string | null; readonly action: string; readonly object: string | null }) {
  const { t } = useTranslation();
  const { account: self } = useViewer();
  const [{ data: person }] = useQuery({ query: PersonNamedDocument, variables: { account: account ?? '' }, pause: account === null });
  const name = account === null ? t('permission.self', { name: self.name }) : (person?.account?.name ?? t('pick.chosen'));
  const [{ data, error, fetching }, again] = useQuery({ query: WhyDocument, variables: { account, action, object }, requestPolicy: 'network-only' });
  if (fetching) return <Loading />;
  if (error && object === null) return <Nothing words={t('permission.chooseObject')} />;
  if (error && errorCode(error) === 'NOT_FOUND') return <Nothing words={t('permission.noObject')} />;
  if (error) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  const answer = data?.explain;
  if (!answer) return null;
  return (
    <section className="sheet" aria-live="polite">
      <h2 className={answer.allowed ? 'verdict allowed' : 'verdict denied'}>
        <span aria-hidden>{answer.allowed ? '✓' : '✗'}</span> {t(answer.allowed ? 'permission.allowed' : 'permission.denied', { name })}
      </h2>
      <ol>
        {answer.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
