import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** The title of the page, in the browser's list of pages too. */
export function useTitle(title: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('frame.name')}`;
  }, [title, t]);
}
