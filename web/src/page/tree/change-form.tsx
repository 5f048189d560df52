import { Button, Input, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useAsk } from '../../frame/ask';
import { day } from '../../frame/moment';
import { Said } from '../../frame/said';
import { PickedOrgDocument } from '../../pick/gen/graphql';
import { OrgPick } from '../../pick/org';
import type { Org } from './change';
import type { MoveUnitMutation, OrgKind } from './gen/graphql';
import { type Problems, type StepName, type Texts, useSteps } from './steps';

const KINDS: readonly OrgKind[] = ['COMMITTEE', 'WORK_COMMITTEE', 'LEADING_GROUP', 'GENERAL_BRANCH', 'BRANCH', 'JOINT_BRANCH', 'TEMPORARY_BRANCH', 'GROUP'];

interface ChangeFormProps {
  readonly step: StepName;
  readonly org: Org;
  readonly post: string;
  readonly over: (org: string, warnings: Problems) => void;
}

/** One change: what it means is seen before it is done, by the server's preview where it has one, else in words. */
export function ChangeForm({ step, org, post, over }: ChangeFormProps) {
  const { t } = useTranslation();
  const { take, error, fetching } = useSteps(org.id, post);
  const renamed = step === 'rename';
  const [texts, setTexts] = useState<Texts>({ name: renamed ? org.name : '', shortName: renamed ? (org.shortName ?? '') : '', code: '', day: '', document: '', documentDay: '', reason: '' });
  const [kind, setKind] = useState<OrgKind>('BRANCH');
  const [other, setOther] = useState<string>();
  const [problems, setProblems] = useState<Problems>([]);
  const [seen, setSeen] = useState<NonNullable<MoveUnitMutation['moveOrg']>['relocation']>(null);
  const [{ data: picked }] = useQuery({ query: PickedOrgDocument, variables: { org: other ?? '' }, pause: !other });
  const { asked, ask } = useAsk();
  const input = (key: keyof Texts, needed: boolean, type = 'text') => {
    // What was seen was of another wish.
    const write = (text: string): void => {
      setTexts({ ...texts, [key]: text });
      setSeen(null);
    };
    return (
      <label className="month">
        {t(`change.${key}`)}
        {type === 'date' ? (
          <input type="date" value={texts[key]} required={needed} onChange={(event) => write(event.target.value)} />
        ) : (
          <Input value={texts[key]} maxLength={200} required={needed} onChange={(event) => write(event.target.value)} />
        )}
      </label>
    );
  };

  async function go(preview: boolean): Promise<void> {
    const told = await take(step, { texts, kind, other }, preview);
    if (!told) return;
    setProblems(told.problems);
    if (preview) setSeen(told.relocation ?? null);
    else if (told.org && !told.problems.some(({ severity }) => severity === 'REFUSAL')) over(told.org.id, told.problems);
  }

  function sure(of: Exclude<StepName, 'move'>): string {
    const from = texts.day === '' ? t('change.today') : day(texts.day);
    const name = texts.name.trim();
    switch (of) {
      case 'rename':
        return t('change.renameSure', { org: org.name, name, day: from });
      case 'found':
        return t('change.foundSure', { org: org.name, name, kind: t(`kind.${kind}`), code: texts.code.trim(), day: from });
      case 'close':
        return other ? t('change.closeToSure', { org: org.name, to: picked?.org?.name ?? other, day: from }) : t('change.closeSure', { org: org.name, day: from });
    }
  }

  const preview = step === 'move' && !seen;
  return (
    <form
      className="stack"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (step === 'move') void go(preview);
        else ask(sure(step), () => go(false), step === 'close');
      }}
    >
      {asked}
      <div className="group">
        {step === 'found' && (
          <label className="month">
            {t('unit.kind')}
            <Select<OrgKind> aria-label={t('unit.kind')} value={kind} options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} onChange={setKind} />
          </label>
        )}
        {step === 'found' && input('code', true)}
        {(renamed || step === 'found') && input('name', true)}
        {(renamed || step === 'found') && input('shortName', false)}
        {(step === 'move' || step === 'close') && (
          <OrgPick
            words={t(step === 'move' ? 'change.parent' : 'change.successor')}
            value={other}
            put={(next) => {
              setOther(next);
              setSeen(null);
            }}
          />
        )}
        {input('day', false, 'date')}
        {input('document', false)}
        {input('documentDay', false, 'date')}
        {input('reason', false)}
      </div>
      <Said error={error} problems={problems} />
      {seen && (
        <div className="mark warning" role="status">
          <p>{t('change.preview', { orgs: seen.orgs, posts: seen.posts, inReview: seen.inReview, pending: seen.pending, drafts: seen.drafts })}</p>
          <p>{seen.notice}</p>
        </div>
      )}
      <p className="ways">
        <Button htmlType="submit" type="primary" danger={step === 'close'} loading={fetching} disabled={step === 'move' && !other}>
          {t(preview ? 'change.look' : `change.do.${step}`)}
        </Button>
      </p>
    </form>
  );
}
