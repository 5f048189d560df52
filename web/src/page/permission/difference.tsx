import { useTranslation } from 'react-i18next';
import { Nothing } from '../../frame/state';
import type { EditPolicyMutation } from './gen/graphql';
import { RELATIONS } from './matrix';

interface DifferenceProps {
  readonly answer: NonNullable<EditPolicyMutation['editPolicy']>;
  readonly roles: ReadonlyMap<string, string>;
  readonly actions: ReadonlyMap<string, string>;
}

/** Who gains and who loses what. */
export function Difference({ answer, roles, actions }: DifferenceProps) {
  const { t } = useTranslation();
  const where = (word: string): string => {
    const relation = RELATIONS.find((one) => one === word);
    return relation ? t(`relation.${relation}`) : word;
  };
  const what = (change: { readonly role: string; readonly action: string; readonly relation: string }): string =>
    [roles.get(change.role) ?? change.role, actions.get(change.action) ?? change.action, where(change.relation)].join(' · ');
  const sign = (gained: boolean): string => `${gained ? '＋' : '－'} ${t(gained ? 'permission.gained' : 'permission.lost')}`;
  return (
    <section className="difference" aria-live="polite" aria-label={t('permission.difference')}>
      <h3>{t('permission.difference')}</h3>
      <p>{t('permission.concerned', { posts: answer.posts, of: answer.lookedAt })}</p>
      {answer.roles.length === 0 && <Nothing words={t('permission.noDifference')} />}
      <ul>
        {answer.roles.map((change) => (
          <li key={`${what(change)} ${String(change.gained)}`} className={change.gained ? 'mark comment' : 'mark error'}>
            {sign(change.gained)}：{what(change)}
          </li>
        ))}
      </ul>
      {answer.changes.length > 0 && (
        <ul>
          {answer.changes.map((change, n) => (
            <li key={n}>
              {sign(change.gained)}：<strong>{change.account?.name}</strong> · {change.org?.name} · {what(change)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
