import { CheckCircleOutlined, CloudSyncOutlined, ExclamationCircleOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { useSettled } from '../../frame/settled';
import type { Saving } from './desk';

const UNDER_WAY: readonly Saving[] = ['new', 'changed', 'saving'];

/** Where the draft is: at the server, or in this browser alone. It is seen at once, and said when it stands still. */
export function SavedWhen({ saving }: { readonly saving: Saving }) {
  const { t } = useTranslation();
  const said = useSettled(saving, 2500);
  const icon = saving === 'saved' ? <CheckCircleOutlined aria-hidden /> : UNDER_WAY.includes(saving) ? <CloudSyncOutlined aria-hidden /> : <ExclamationCircleOutlined aria-hidden />;
  return (
    <span className={`saved ${saving}`}>
      <span aria-hidden data-saving={saving}>
        {icon} {t(`saving.${saving}`)}
      </span>
      <span className="sr" role="status">
        {UNDER_WAY.includes(said) ? '' : t(`saving.${said}`)}
      </span>
    </span>
  );
}
