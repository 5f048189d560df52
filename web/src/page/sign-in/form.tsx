import { type SubmitEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Refusal, signIn } from '../../client/session';
import { Push, Secret, Told } from '../../frame/plain';
import { locale } from '../../words';

const TENANT = 'fonds.tenant';

/** Tenant, login, password. What the server says against it stands above. */
export function SignInForm({ login: known = '', entered }: { readonly login?: string; readonly entered: () => void }) {
  const { t } = useTranslation();
  const [tenant, setTenant] = useState(() => localStorage.getItem(TENANT) ?? '');
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const id = useId();

  async function go(): Promise<void> {
    setBusy(true);
    try {
      const against = await signIn({ tenant: tenant.trim(), login: login.trim(), password }, locale());
      setRefusals(against);
      if (against.length > 0) return;
      localStorage.setItem(TENANT, tenant.trim());
      entered();
    } catch {
      setRefusals([{ message: t('failure.NETWORK') }]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="stack"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void go();
      }}
    >
      <div aria-live="assertive">
        {refusals.map(({ message }) => (
          <Told key={message} type="error" title={message} />
        ))}
      </div>
      <label htmlFor={`${id}-tenant`}>{t('signIn.tenant')}</label>
      <input
        id={`${id}-tenant`}
        value={tenant}
        autoComplete="organization"
        autoCapitalize="none"
        required
        onChange={(event) => setTenant(event.target.value)}
      />
      <label htmlFor={`${id}-login`}>{t('signIn.login')}</label>
      <input
        id={`${id}-login`}
        value={login}
        autoComplete="username"
        autoCapitalize="none"
        required
        onChange={(event) => setLogin(event.target.value)}
      />
      <label htmlFor={`${id}-password`}>{t('signIn.password')}</label>
      <Secret
        id={`${id}-password`}
        value={password}
        autoComplete="current-password"
        required
        onChange={(event) => setPassword(event.target.value)}
      />
      <Push look="first" submit busy={busy}>
        {t('signIn.go')}
      </Push>
    </form>
  );
}
