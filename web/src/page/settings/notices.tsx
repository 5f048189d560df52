import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Said } from '../../frame/said';
import { Failure, Loading } from '../../frame/state';
import { useStep } from '../../frame/step';
import { audits, useViewer } from '../../frame/viewer';
import { Address } from './address';
import { type NoticeChannel, type NoticeKind, type NoticeWish, type PreferencesQuery, PreferencesDocument, SetPreferencesDocument } from './gen/graphql';

type Preferences = NonNullable<PreferencesQuery['noticePreferences']>;

const KINDS = ['TO_REVIEW', 'TO_CONFIRM', 'RETURNED', 'FINAL', 'APPROVED', 'RECALLED', 'OVERDUE'] as const;
/** What the audit administrator is told of besides. */
const AUDITOR = ['AUDIT_HEAD', 'AUDIT_INCIDENT'] as const;

interface Wish {
  readonly kind: NoticeKind;
  readonly channel: NoticeChannel;
  readonly wish: NoticeWish;
}
/** What is said of these stands beside them. */
const AT_FIELDS: ReadonlySet<string> = new Set(['email', 'password']);
const WISHES: readonly NoticeWish[] = ['AT_ONCE', 'DIGEST', 'NEVER'];

/** What one is written about, when, and where to. */
export function Notices() {
  const [{ data, error, fetching }, again] = useQuery({ query: PreferencesDocument });
  if (error && !data) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  return data?.noticePreferences ? <Choices of={data.noticePreferences} /> : null;
}

function Choices({ of }: { readonly of: Preferences }) {
  const { t } = useTranslation();
  const [wishes, setWishes] = useState<readonly Wish[]>(of.wishes);
  const [email, setEmail] = useState(of.email ?? '');
  const [password, setPassword] = useState('');
  const [digestAt, setDigestAt] = useState(of.digestAt);
  const [from, setFrom] = useState(of.quiet?.from ?? '');
  const [to, setTo] = useState(of.quiet?.to ?? '');
  const { posts } = useViewer();
  const kinds: readonly (typeof KINDS | typeof AUDITOR)[number][] = posts.some(audits) ? [...KINDS, ...AUDITOR] : KINDS;
  const { take, data, error, fetching } = useStep(SetPreferencesDocument);
  const changed = email.trim() !== (of.email ?? '');
  const problems = data?.updateNoticePreferences?.problems ?? [];
  const wish = (kind: NoticeKind): NoticeWish | undefined =>
    wishes.find((one) => one.kind === kind && one.channel === 'MAIL')?.wish;
  const choose = (kind: NoticeKind, next: NoticeWish): void => {
    const channel: NoticeChannel = 'MAIL';
    setWishes([...wishes.filter((one) => one.kind !== kind || one.channel !== channel), { kind, channel, wish: next }]);
  };
  async function save(): Promise<void> {
    const answer = await take({
      choices: wishes.map(({ kind, channel, wish: chosen }) => ({ kind, channel, wish: chosen })),
      digestAt,
      quiet: from !== '' && to !== '' ? { from, to } : null,
      // Nothing is none: letters go nowhere then.
      email: email.trim(),
      password: changed && password !== '' ? password : null,
    });
    if (answer?.updateNoticePreferences?.preferences) setPassword('');
  }

  return (
    <section className="sheet">
      <h2>{t('settings.notices')}</h2>
      <Address email={email} password={password} changed={changed} problems={problems} onEmail={setEmail} onPassword={setPassword} />
      <div className="group">
        {kinds.map((kind) => (
          <div key={kind} className="field">
            <label htmlFor={`wish-${kind}`}>{t(`notice.${kind}`)}</label>
            <Select
              id={`wish-${kind}`}
              value={wish(kind) ?? null}
              options={WISHES.filter((one) => one !== 'DIGEST' || KINDS.some((other) => other === kind)).map((one) => ({ value: one, label: t(`wish.${one}`) }))}
              onChange={(next: NoticeWish) => choose(kind, next)}
            />
          </div>
        ))}
        <div className="field">
          <label htmlFor="notice-digest">{t('settings.digest')}</label>
          <Input id="notice-digest" type="time" value={digestAt} onChange={(event) => setDigestAt(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor="quiet-from">{t('settings.quietFrom')}</label>
          <Input id="quiet-from" type="time" value={from} onChange={(event) => setFrom(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor="quiet-to">{t('settings.quietTo')}</label>
          <Input id="quiet-to" type="time" value={to} onChange={(event) => setTo(event.target.value)} />
        </div>
      </div>
      <Said
        error={error}
        problems={problems.filter(({ path }) => !AT_FIELDS.has(path[0] ?? ''))}
        done={data?.updateNoticePreferences?.preferences ? t('settings.saved') : undefined}
      />
      <Button loading={fetching} onClick={() => void save()}>
        {t('settings.save')}
      </Button>
    </section>
  );
}
