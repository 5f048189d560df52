import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { session } from '../../client/session';
import { renewClient } from '../../frame/client';
import { Push } from '../../frame/plain';
import { useTitle } from '../../frame/title';
import { locale, speak } from '../../words';
import { SignInForm } from './form';

export function SignIn() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { back } = useSearch({ from: '/sign-in' });
  useTitle(t('signIn.title'));
  return (
    <main className="door">
      <h1>{t('frame.name')}</h1>
      <p>{t('signIn.what')}</p>
      <SignInForm
        entered={() => {
          session.set('open');
          renewClient();
          void go({ to: back ?? '/', replace: true });
        }}
      />
      <p className="aside">{t('signIn.forgotten')}</p>
      <Push look="link" lang={locale() === 'en' ? 'zh-CN' : 'en'} onClick={() => void speak(locale() === 'en' ? 'zh-CN' : 'en')}>
        {t('signIn.otherLanguage')}
      </Push>
    </main>
  );
}
