import { Button, Checkbox, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from '../../frame/said';
import { Nothing } from '../../frame/state';
import { useStep } from '../../frame/step';
import type { Post } from '../../frame/viewer';
import { Difference } from './difference';
import { EditPolicyDocument, type EditPolicyMutation, type PolicyLineInput, type PolicyLinesQuery, type RolesInWordsQuery } from './gen/graphql';
import { RELATIONS, type Relation } from './matrix';

interface EditProps {
  readonly acting: Post | undefined;
  readonly lines: NonNullable<PolicyLinesQuery['policyLines']>;
  readonly roles: NonNullable<RolesInWordsQuery['roles']>;
  readonly actions: readonly { readonly name: string; readonly label: string }[];
  readonly changed: () => void;
}

type Answer = NonNullable<EditPolicyMutation['editPolicy']>;

/** The tenant's own lines. A change is tried first, and says who would gain and lose what; only what was tried is done. */
export function Edit({ acting, lines, roles, actions, changed }: EditProps) {
  const { t } = useTranslation();
  const [add, setAdd] = useState<readonly PolicyLineInput[]>([]);
  const [remove, setRemove] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState<Answer | null>(null);
  const { take, error, fetching } = useStep(EditPolicyDocument);
  const roleNames = new Map(roles.map(({ name, label }) => [name, label]));
  const actionNames = new Map(actions.map(({ name, label }) => [name, label]));
  const wordsOf = (line: PolicyLineInput): string =>
    [t(`permission.effect.${line.effect === 'deny' ? 'deny' : 'allow'}`), roleNames.get(line.role), actionNames.get(`${line.kind}.${line.action}`), t(`relation.${line.relation as Relation}`), `${line.levelFrom}–${line.levelTo}`].join(' · ');

  async function go(dryRun: boolean): Promise<void> {
    const answer = (await take({ post: acting?.id ?? '', add, remove: [...remove], dryRun }))?.editPolicy;
    setTried(answer ?? null);
    if (answer?.applied) changed();
  }

  return (
    <section className="sheet">
      <h2>{t('permission.ownLines')}</h2>
      {lines.length === 0 && add.length === 0 && <Nothing words={t('permission.noLines')} />}
      {add.length + remove.size > 0 && (
        <p role="status" className="mark warning">
          {t('permission.pending', { count: add.length + remove.size })}
        </p>
      )}
      <ul className="lines">
        {lines.map((line) => (
          <li key={line.id} className={remove.has(line.id) ? 'pending' : ''}>
            <span>
              {roleNames.get(line.role)} · {line.words}
            </span>
            {remove.has(line.id) && <small>{t('permission.pendingRemoval')}</small>}
            {acting && (
              <Checkbox
                checked={remove.has(line.id)}
                onChange={(event) => {
                  setTried(null);
                  setRemove(new Set(event.target.checked ? [...remove, line.id] : [...remove].filter((id) => id !== line.id)));
                }}
              >
                {t('permission.takeAway')}
              </Checkbox>
            )}
          </li>
        ))}
        {add.map((line, n) => (
          <li key={wordsOf(line)} className="pending">
            <strong>{wordsOf(line)}</strong>
            <small>{t('permission.pendingAddition')}</small>
            <Button
              size="small"
              onClick={() => {
                setTried(null);
                setAdd(add.filter((_, at) => at !== n));
              }}
            >
              {t('permission.takeAway')}
            </Button>
          </li>
        ))}
      </ul>
      {acting && (
        <>
          <NewLine
            roles={roles}
            actions={actions}
            put={(line) => {
              setTried(null);
              setAdd([...add, line]);
            }}
          />
          <Said error={error} problems={tried?.problems ?? []} />
          {tried && <Difference answer={tried} roles={roleNames} actions={actionNames} />}
          <p className="ways">
            <Button loading={fetching} disabled={add.length + remove.size === 0} onClick={() => void go(true)}>
              {t('permission.try')}
            </Button>
            <Button type="primary" loading={fetching} disabled={!tried || tried.applied || tried.problems.some(({ severity }) => severity === 'REFUSAL')} onClick={() => void go(false)}>
              {t('permission.apply')}
            </Button>
          </p>
        </>
      )}
    </section>
  );
}

interface NewLineProps {
  readonly roles: EditProps['roles'];
  readonly actions: EditProps['actions'];
  readonly put: (line: PolicyLineInput) => void;
}

function NewLine({ roles, actions, put }: NewLineProps) {
  const { t } = useTranslation();
  const [role, setRole] = useState<string>();
  const [action, setAction] = useState<string>();
  const [relation, setRelation] = useState<Relation>('self');
  const [effect, setEffect] = useState<'allow' | 'deny'>('deny');
  const [ceiling, setCeiling] = useState(0);
  const [from, setFrom] = useState(1);
  const [to, setTo] = useState(12);
  const pick = <T extends string | number>(words: string, value: T | undefined, options: readonly { value: T; label: string }[], change: (next: T) => void) => (
    <label className="month">
      {words}
      <Select<T> className="pick-line" aria-label={words} {...(value === undefined ? {} : { value })} options={[...options]} showSearch={{ optionFilterProp: 'label' }} onChange={change} />
    </label>
  );
  return (
    <fieldset>
      <legend>{t('permission.newLine')}</legend>
      <div className="filters">
        {pick(t('permission.role'), role, roles.map(({ name, label }) => ({ value: name, label })), setRole)}
        {pick(t('permission.effectOf'), effect, (['allow', 'deny'] as const).map((value) => ({ value, label: t(`permission.effect.${value}`) })), setEffect)}
        {pick(t('permission.action'), action, actions.map(({ name, label }) => ({ value: name, label })), setAction)}
        {pick(t('permission.relation'), relation, RELATIONS.map((value) => ({ value, label: t(`relation.${value}`) })), setRelation)}
        {pick(t('permission.ceiling'), ceiling, [0, 1].map((value) => ({ value, label: t(value === 0 ? 'permission.public' : 'permission.internal') })), setCeiling)}
        <label className="month">
          {t('permission.levelFrom')}
          <InputNumber aria-label={t('permission.levelFrom')} min={0} max={12} value={from} onChange={(value) => setFrom(value ?? 1)} />
        </label>
        <label className="month">
          {t('permission.levelTo')}
          <InputNumber aria-label={t('permission.levelTo')} min={0} max={12} value={to} onChange={(value) => setTo(value ?? 12)} />
        </label>
        <Button
          disabled={!role || !action}
          onClick={() => {
            const [kind, verb] = (action ?? '').split('.');
            if (role && kind && verb) put({ role, kind, action: verb, relation, levelFrom: from, levelTo: to, ceiling, effect });
          }}
        >
          {t('permission.put')}
        </Button>
      </div>
    </fieldset>
  );
}
