import { useTranslation } from 'react-i18next';
import { difference } from './difference';

/** What an object was and what it became, field by field. */
export function Difference({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const { t } = useTranslation();
  const rows = difference(before, after);
  if (rows.length === 0) return null;
  return (
    <div className="scroll" role="region" aria-label={t('audit.difference')} tabIndex={0}>
      <table className="differences">
        <thead>
          <tr>
            <th>{t('conflict.field')}</th>
            <th>{t('audit.before')}</th>
            <th>{t('audit.after')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} className={row.changed ? 'changed' : ''}>
              <th scope="row">{row.name === '' ? t('audit.value') : row.name}</th>
              <td>{row.before}</td>
              <td>{row.after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
