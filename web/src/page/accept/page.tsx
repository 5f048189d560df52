import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accept, type Refusal } from '../../client/session';
import { Push, Secret, Told } from '../../frame/plain';
import { useTitle } from '../../frame/title';
import { locale } from '../../words';

/** The token stands behind `#`: it is sent to no server before its holder says so. */
export function Accept() {
  const { t } = useTranslation();
  const [token] = useState(() => window.location.hash.slice(1));
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [login, setLogin] = useState<string | null>(null);
  const id = useId();
  useTitle(t('accept.title'));

  async function go(): Promise<void> {
    setBusy(true);
    try {
      const answer = await accept({ token, password }, locale());
      if ('login' in answer) setLogin(answer.login);
      else setRefusals(answer.refusals);
    } catch {
      setRefusals([{ message: t('failure.NETWORK') }]);
    } finally {
      setBusy(false);
    }
  }

  if (login !== null) {
    return (
      <main className="door">
        <h1>{t('accept.opened')}</h1>
        <p>{t('accept.login', { login })}</p>
        <Link to="/sign-in">{t('signIn.go')}</Link>
      </main>
    );
  }
  return (
    <main className="door">
      <h1>{t('accept.title')}</h1>
      <p>{t('accept.what')}</p>
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
        <label htmlFor={`${id}-password`}>{t('accept.password')}</label>
        <Secret
          id={`${id}-password`}
          value={password}
          autoComplete="new-password"
          required
          onChange={(event) => setPassword(event.target.value)}
        />
        <Push look="first" submit busy={busy} disabled={token === ''}>
          {t('accept.go')}
        </Push>
      </form>
    </main>
  );
}
