import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Failure, Loading } from '../../frame/state';
import { editsPolicy, useViewer } from '../../frame/viewer';
import { ActionsDocument, PolicyLinesDocument, RolesInWordsDocument } from './gen/graphql';
import { Edit } from './edit';
import { cell, type Line, RELATIONS } from './matrix';
import { NewRole } from './role';

/** The whole policy as a matrix of role and action, with the tenant's own lines, and what becomes of it when they change. */
export function Policy() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const [turns, setTurns] = useState(0);
  const [{ data: told, error, fetching }, reread] = useQuery({ query: RolesInWordsDocument });
  const [{ data: own }, relist] = useQuery({ query: PolicyLinesDocument });
  const [{ data: catalogue }] = useQuery({ query: ActionsDocument });
  if (error && !told) return <Failure code={errorCode(error)} again={() => reread({ requestPolicy: 'network-only' })} />;
  if (fetching && !told) return <Loading />;
  const roles = told?.roles ?? [];
  const actions = catalogue?.actions ?? [];
  const lines = own?.policyLines ?? [];
  const read: readonly Line[] = lines.flatMap((line) => {
    const relation = RELATIONS.find((one) => one === line.relation);
    return relation ? [{ role: line.role, action: `${line.kind}.${line.action}`, relation, allows: line.effect === 'allow' }] : [];
  });
  const acting = posts.find(editsPolicy);
  const changed = (): void => {
    setTurns(turns + 1);
    reread({ requestPolicy: 'network-only' });
    relist({ requestPolicy: 'network-only' });
  };
  return (
    <>
      <ul className="legend">
        {RELATIONS.map((relation) => (
          <li key={relation} className="cell">
            <strong>{t(`relation.sign.${relation}`)}</strong> {t(`relation.${relation}`)}
          </li>
        ))}
        <li className="cell returned">{t('permission.narrowed')}</li>
      </ul>
      <div className="scroll" role="region" aria-label={t('permission.view.policy')} tabIndex={0}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{t('permission.action')}</th>
              {roles.map(({ name, label }) => (
                <th key={name} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {actions.map((action) => (
              <tr key={action.name}>
                <th scope="row">{action.label}</th>
                {roles.map((role) => {
                  const { allowed, narrowed } = cell(role, action.name, read);
                  return (
                    <td key={role.name} className={narrowed.length > 0 ? 'cell returned' : allowed.length > 0 ? 'cell done' : 'cell none'} title={allowed.map((one) => t(`relation.${one}`)).join('\n')}>
                      {allowed.length === 0 && '—'}
                      {allowed.map((one) => (narrowed.includes(one) ? <del key={one}>{t(`relation.sign.${one}`)} </del> : <span key={one}>{t(`relation.sign.${one}`)} </span>))}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Edit key={turns} acting={acting} lines={lines} roles={roles} actions={actions} changed={changed} />
      {acting && <NewRole acting={acting.id} roles={roles} made={changed} />}
    </>
  );
}
