import { App, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from '../../frame/said';
import { administers, type Post, useViewer } from '../../frame/viewer';
import { ChangeForm } from './change-form';
import type { UnitQuery } from './gen/graphql';
import type { Problems, StepName } from './steps';

export type Org = NonNullable<UnitQuery['org']>;
const STEPS: readonly StepName[] = ['rename', 'move', 'found', 'close'];

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
  const [step, setStep] = useState<StepName | null>(null);
  const { message } = App.useApp();
  const [done, setDone] = useState<{ readonly words: string; readonly warnings: Problems }>();
  const steps = STEPS.filter((one) => (one === 'move' || one === 'close' ? post.org.id !== org.id : true));
  return (
    <section aria-label={t('change.title')}>
      <h3>{t('change.title')}</h3>
      <Segmented<StepName | 'none'>
        aria-label={t('change.title')}
        options={[{ value: 'none', label: t('change.none') }, ...steps.map((one) => ({ value: one, label: t(`change.step.${one}`) }))]}
        value={step ?? 'none'}
        onChange={(next) => {
          setStep(next === 'none' ? null : next);
          setDone(undefined);
        }}
      />
      {step && (
        <ChangeForm
          key={step}
          step={step}
          org={org}
          post={post.id}
          over={(id, warnings) => {
            const words = t(`change.done.${step}`);
            setStep(null);
            setDone({ words, warnings });
            // The page goes on to the new one: it is said over it.
            if (id !== org.id) void message.success(words);
            changed(id);
          }}
        />
      )}
      <Said error={undefined} problems={done?.warnings ?? []} done={done?.words} />
    </section>
  );
}
