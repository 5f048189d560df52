import { CheckCircleOutlined, CloudSyncOutlined, ExclamationCircleOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Saving } from './draft';

/** Where the draft is: at the server, or in this browser alone. */
export function SavedWhen({ saving }: { readonly saving: Saving }) {
  const { t } = useTranslation();
  const icon =
    saving === 'saved' ? (
      <CheckCircleOutlined aria-hidden />
    ) : saving === 'changed' || saving === 'saving' ? (
      <CloudSyncOutlined aria-hidden />
    ) : (
      <ExclamationCircleOutlined aria-hidden />
    );
  return (
    <span className={`saved ${saving}`} role="status">
      {icon} {t(`saving.${saving}`)}
    </span>
  );
}
