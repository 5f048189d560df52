import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Failure } from './state';

/** There is no such page. */
export function Missing() {
  const { t } = useTranslation();
  return (
    <main className="bare">
      <Failure code="NOT_FOUND" />
      <Link to="/">{t('frame.home')}</Link>
    </main>
  );
}
