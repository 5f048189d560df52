import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Push } from '../../frame/plain';
import { Nothing } from '../../frame/state';
import { type Gain, gains } from './gains';
import type { EditPolicyMutation } from './gen/graphql';
import { RELATIONS } from './matrix';

interface DifferenceProps {
  readonly answer: NonNullable<EditPolicyMutation['editPolicy']>;
  readonly roles: ReadonlyMap<string, string>;
  readonly actions: ReadonlyMap<string, string>;
}

/** The answer lists so many changes of single people, and no more. */
const MOST = 1000;

/** Who gains and who loses what: by what it is, with how many people and the first of them. */
export function Difference({ answer, roles, actions }: DifferenceProps) {
  const { t } = useTranslation();
  const where = (word: string): string => {
    const relation = RELATIONS.find((one) => one === word);
    return relation ? t(`relation.${relation}`) : word;
  };
  const what = ({ role, action, relation }: Gain): string => [actions.get(action) ?? action, roles.get(role) ?? role, where(relation)].join(' · ');
  const all = gains(answer);
  const cut = answer.lookedAt < answer.posts || answer.changes.length >= MOST;
  return (
    <section className="difference" aria-live="polite" aria-label={t('permission.difference')}>
      <h3>{t('permission.difference')}</h3>
      <p>
        {t('permission.concerned', { count: answer.posts })}
        {cut && ` ${answer.lookedAt < answer.posts ? t('permission.partly', { count: answer.lookedAt }) : t('permission.listCut', { count: MOST })}`}
      </p>
      {all.length === 0 && <Nothing words={t('permission.noDifference')} />}
      {[false, true].map((gained) => {
        const some = all.filter((one) => one.gained === gained);
        return (
          some.length > 0 && (
            <section key={String(gained)}>
              <h4>
                <span aria-hidden>{gained ? '＋' : '－'}</span> {t(gained ? 'permission.gained' : 'permission.lost')}
              </h4>
              <ul>
                {some.map((gain) => (
                  <li key={what(gain)} className={gained ? 'mark comment' : 'mark error'}>
                    <strong>{what(gain)}</strong> <People of={gain.people} cut={cut} />
                  </li>
                ))}
              </ul>
            </section>
          )
        );
      })}
    </section>
  );
}

const FIRST = 5;

function People({ of, cut }: { readonly of: Gain['people']; readonly cut: boolean }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  if (of.length === 0) return <small>{t(cut ? 'permission.noneListed' : 'permission.nobody')}</small>;
  const shown = whole ? of : of.slice(0, FIRST);
  return (
    <>
      <small>{t(cut ? 'permission.peopleAtLeast' : 'permission.people', { count: of.length })}</small>
      <ul>
        {shown.map(({ name, org }, n) => (
          <li key={n}>
            {name} <small>{org}</small>
          </li>
        ))}
      </ul>
      {of.length > FIRST && (
        <Push look="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t('permission.fewer') : t('permission.further', { count: of.length - FIRST })}
        </Push>
      )}
    </>
  );
}
