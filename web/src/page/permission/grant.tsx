import { Button, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import type { Post } from '../../frame/viewer';
import { OrgPick } from '../../pick/org';
import { PersonPick } from '../../pick/person';
import { GrantPostDocument, RolesInWordsDocument } from './gen/graphql';

interface GrantProps {
  readonly posts: readonly Post[];
  readonly org: string | undefined;
  readonly account: string | undefined;
  readonly granted: () => void;
}

/** Gives a post to somebody else; the server says who may give which. */
export function Grant({ posts, org: first, account: named, granted }: GrantProps) {
  const { t } = useTranslation();
  const [{ data: roles }] = useQuery({ query: RolesInWordsDocument });
  const { take, data, error, fetching } = useStep(GrantPostDocument);
  const [post, setPost] = useState(posts[0]?.id ?? '');
  const [account, setAccount] = useState(named);
  const [org, setOrg] = useState(first);
  const [role, setRole] = useState<string>();
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [done, setDone] = useState(false);
  const chosen = roles?.roles?.find(({ name }) => name === role);

  async function go(): Promise<void> {
    if (!account || !org || !role) return;
    const answer = await take({ post, account, org, role, from: from === '' ? null : from, until: until === '' ? null : until });
    const ok = Boolean(answer?.grantPost?.post);
    setDone(ok);
    if (ok) granted();
  }

  return (
    <section className="sheet">
      <h2>{t('permission.grant')}</h2>
      <form
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          void go();
        }}
      >
        <div className="filters">
          {posts.length > 1 && (
            <label className="month">
              {t('permission.as')}
              <Select aria-label={t('permission.as')} value={post} options={posts.map((one) => ({ value: one.id, label: `${one.org.shortName ?? one.org.name} · ${one.roleName}` }))} onChange={setPost} />
            </label>
          )}
          <PersonPick words={t('permission.person')} value={account} put={setAccount} at={first} />
          <OrgPick words={t('permission.org')} value={org} put={setOrg} />
          <label className="month">
            {t('permission.role')}
            <Select
              className="pick-person"
              aria-label={t('permission.role')}
              value={role ?? null}
              options={(roles?.roles ?? []).map(({ name, label }) => ({ value: name, label }))}
              onChange={(next: string | null) => setRole(next ?? undefined)}
            />
          </label>
          <label className="month">
            {t('permission.from')}
            <input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
          </label>
          <label className="month">
            {t('permission.until')}
            <input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
          </label>
        </div>
        {chosen && chosen.words.length > 0 && (
          <details>
            <summary>{t('permission.may', { role: chosen.label })}</summary>
            <ul>
              {chosen.words.map((words) => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          </details>
        )}
        <Said error={error} problems={data?.grantPost?.problems ?? []} done={done ? t('permission.granted') : undefined} />
        <Button htmlType="submit" type="primary" loading={fetching} disabled={!account || !org || !role}>
          {t('permission.grant')}
        </Button>
      </form>
    </section>
  );
}
