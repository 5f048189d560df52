import { Button, Input, Segmented, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { newKey } from '../../client/key';
import { useAsk } from '../../frame/ask';
import { Said } from '../../frame/said';
import { administers, type Post, useViewer } from '../../frame/viewer';
import { OrgPick } from '../../pick/org';
import { CloseUnitDocument, FoundUnitDocument, MoveUnitDocument, type OrgKind, RenameUnitDocument, type UnitQuery } from './gen/graphql';

type Org = NonNullable<UnitQuery['org']>;
type Step = 'rename' | 'move' | 'found' | 'close';
const STEPS: readonly Step[] = ['rename', 'move', 'found', 'close'];
const KINDS: readonly OrgKind[] = ['COMMITTEE', 'WORK_COMMITTEE', 'LEADING_GROUP', 'GENERAL_BRANCH', 'BRANCH', 'JOINT_BRANCH', 'TEMPORARY_BRANCH', 'GROUP'];

type Problems = readonly { readonly message: string; readonly severity: 'REFUSAL' | 'WARNING' }[];
const REFUSED = ({ severity }: { readonly severity: 'REFUSAL' | 'WARNING' }): boolean => severity === 'REFUSAL';

/** Changes from a day on, for whoever administers this organisation: nothing before that day becomes another. */
export function Change({ org, changed }: { readonly org: Org; readonly changed: (org: string) => void }) {
  const { posts } = useViewer();
  const above = new Set([org.id, ...(org.ancestors ?? []).map(({ id }) => id)]);
  const post = posts.find((one) => administers(one) && above.has(one.org.id));
  if (!post || org.state === 'CLOSED') return null;
  return <Steps key={org.id} org={org} post={post} changed={changed} />;
}

interface StepsProps {
  readonly org: Org;
  readonly post: Post;
  readonly changed: (org: string) => void;
}

function Steps({ org, post, changed }: StepsProps) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step | null>(null);
  const [done, setDone] = useState<string>();
  const steps = STEPS.filter((one) => (one === 'move' || one === 'close' ? post.org.id !== org.id : true));
  return (
    <section aria-label={t('change.title')}>
      <h3>{t('change.title')}</h3>
      <Segmented<Step | 'none'>
        aria-label={t('change.title')}
        options={[{ value: 'none', label: t('change.none') }, ...steps.map((one) => ({ value: one, label: t(`change.step.${one}`) }))]}
        value={step ?? 'none'}
        onChange={(next) => {
          setStep(next === 'none' ? null : next);
          setDone(undefined);
        }}
      />
      {step && (
        <Form
          key={step}
          step={step}
          org={org}
          post={post.id}
          over={(id) => {
            setStep(null);
            setDone(t(`change.done.${step}`));
            changed(id);
          }}
        />
      )}
      <Said error={undefined} problems={[]} done={done} />
    </section>
  );
}

interface FormProps {
  readonly step: Step;
  readonly org: Org;
  readonly post: string;
  readonly over: (org: string) => void;
}

function Form({ step, org, post, over }: FormProps) {
  const { t } = useTranslation();
  const [renaming, rename] = useMutation(RenameUnitDocument);
  const [moving, move] = useMutation(MoveUnitDocument);
  const [founding, found] = useMutation(FoundUnitDocument);
  const [closing, close] = useMutation(CloseUnitDocument);
  const [texts, setTexts] = useState({ name: step === 'rename' ? org.name : '', shortName: step === 'rename' ? (org.shortName ?? '') : '', code: '', day: '', document: '', documentDay: '', reason: '' });
  const [kind, setKind] = useState<OrgKind>('BRANCH');
  const [other, setOther] = useState<string>();
  const [problems, setProblems] = useState<Problems>([]);
  const [seen, setSeen] = useState(false);
  const { asked, ask } = useAsk();
  const fetching = renaming.fetching || moving.fetching || founding.fetching || closing.fetching;
  const text = (key: keyof typeof texts): string | null => (texts[key].trim() === '' ? null : texts[key].trim());
  const input = (key: keyof typeof texts, needed: boolean, type = 'text') => (
    <label className="month">
      {t(`change.${key}`)}
      {type === 'date' ? (
        <input type="date" value={texts[key]} required={needed} onChange={(event) => setTexts({ ...texts, [key]: event.target.value })} />
      ) : (
        <Input
          value={texts[key]}
          maxLength={200}
          required={needed}
          onChange={(event) => {
            setTexts({ ...texts, [key]: event.target.value });
            setSeen(false);
          }}
        />
      )}
    </label>
  );

  async function go(): Promise<void> {
    const common = {
      idempotencyKey: newKey(),
      post,
      effect: { effectiveOn: text('day'), documentNo: text('document'), documentDate: text('documentDay'), reason: text('reason') },
    };
    const end = (payload: { readonly org?: { readonly id: string } | null; readonly problems: Problems } | null | undefined): void => {
      if (!payload) return;
      setProblems(payload.problems);
      if (!payload.problems.some(REFUSED) && payload.org) over(payload.org.id);
    };
    if (step === 'rename') {
      const { data } = await rename({ input: { ...common, org: org.id, name: texts.name, shortName: text('shortName') } });
      end(data?.renameOrg);
    } else if (step === 'found') {
      const { data } = await found({ input: { ...common, parent: org.id, kind, code: texts.code.trim(), name: texts.name, shortName: text('shortName') } });
      end(data?.createOrg);
    } else if (step === 'close') {
      const { data } = await close({ input: { ...common, org: org.id, successor: other ?? null } });
      end(data?.closeOrg);
    } else if (other) {
      // First what it would mean; done only when that has been seen.
      const { data } = await move({ input: { ...common, org: org.id, parent: other, preview: !seen } });
      if (seen) end(data?.moveOrg);
      else {
        setProblems(data?.moveOrg?.problems ?? []);
        setSeen(Boolean(data?.moveOrg?.relocation));
      }
    }
  }

  const told = seen ? moving.data?.moveOrg?.relocation : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (step === 'close') ask(t('change.closeSure', { org: org.name }), go, true);
        else void go();
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
        {(step === 'rename' || step === 'found') && input('name', true)}
        {(step === 'rename' || step === 'found') && input('shortName', false)}
        {(step === 'move' || step === 'close') && (
          <OrgPick
            words={t(step === 'move' ? 'change.parent' : 'change.successor')}
            value={other}
            put={(next) => {
              setOther(next);
              setSeen(false);
            }}
          />
        )}
        {input('day', false, 'date')}
        {input('document', false)}
        {input('documentDay', false, 'date')}
        {input('reason', false)}
      </div>
      <Said error={renaming.error ?? moving.error ?? founding.error ?? closing.error} problems={problems} />
      {told && (
        <div className="mark warning" role="status">
          <p>{t('change.preview', { orgs: told.orgs, posts: told.posts, inReview: told.inReview, pending: told.pending, drafts: told.drafts })}</p>
          <p>{told.notice}</p>
        </div>
      )}
      <p className="ways">
        <Button htmlType="submit" type="primary" danger={step === 'close'} loading={fetching} disabled={step === 'move' && !other}>
          {t(step === 'move' && !seen ? 'change.look' : `change.do.${step}`)}
        </Button>
      </p>
    </form>
  );
}
