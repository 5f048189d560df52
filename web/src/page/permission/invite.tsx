import { Button, Input } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { moment } from '../../frame/moment';
import { Once } from '../../frame/once';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { type Post, useViewer } from '../../frame/viewer';
import { OrgPick } from '../../pick/org';
import { InvitePersonDocument } from './gen/graphql';

/** What opens an account; told once. */
export interface Invited {
  readonly name: string;
  readonly token: string;
  readonly until: string;
}

/** The way in for somebody who was invited: by letter, or handed over. */
export function Invitation({ name, token, until }: Invited) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  return (
    <div role="status">
      <p>{t('people.handOver', { name, at: moment(until, timeZone) })}</p>
      <Once text={`${window.location.origin}/accept#${token}`} />
    </div>
  );
}

interface InviteProps {
  readonly posts: readonly Post[];
  readonly org: string;
  readonly invited: () => void;
}

/** Somebody new at an organisation. What he may do comes with a post. */
export function Invite({ posts, org: first, invited }: InviteProps) {
  const { t } = useTranslation();
  const [org, setOrg] = useState<string | undefined>(first);
  const [name, setName] = useState('');
  const [login, setLogin] = useState('');
  const [email, setEmail] = useState('');
  const [came, setCame] = useState<Invited | null>(null);
  const { take, data, error, fetching } = useStep(InvitePersonDocument);

  async function go(): Promise<void> {
    const [post] = posts;
    if (!org || !post) return;
    const answer = await take({ post: post.id, org, name: name.trim(), login: login.trim(), email: email.trim() === '' ? null : email.trim() });
    const made = answer?.inviteAccount;
    if (!made?.account || !made.token || !made.expiresAt) return;
    setCame({ name: made.account.name, token: made.token, until: made.expiresAt });
    setName('');
    setLogin('');
    setEmail('');
    invited();
  }

  return (
    <section className="sheet">
      <h2>{t('people.invite')}</h2>
      <form
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          void go();
        }}
      >
        <div className="filters">
          <OrgPick words={t('permission.org')} value={org} put={setOrg} />
          <label className="month">
            {t('people.name')}
            <Input value={name} maxLength={60} required autoComplete="off" onChange={(event) => setName(event.target.value)} />
          </label>
          <label className="month">
            {t('people.login')}
            <Input value={login} maxLength={60} required autoComplete="off" onChange={(event) => setLogin(event.target.value)} />
          </label>
          <label className="month">
            {t('people.email')}
            <Input type="email" value={email} maxLength={200} autoComplete="off" onChange={(event) => setEmail(event.target.value)} />
          </label>
        </div>
        <Said error={error} problems={data?.inviteAccount?.problems ?? []} />
        {came && <Invitation {...came} />}
        <Button htmlType="submit" type="primary" loading={fetching} disabled={!org || name.trim() === '' || login.trim() === ''}>
          {t('people.invite')}
        </Button>
      </form>
    </section>
  );
}
