import { Input } from 'antd';
import { useTranslation } from 'react-i18next';

interface AddressProps {
  readonly email: string;
  readonly password: string;
  /** It is another one than is kept: the password is asked for. */
  readonly changed: boolean;
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[];
  readonly onEmail: (email: string) => void;
  readonly onPassword: (password: string) => void;
}

/** Where letters go; each refusal stands at its field. */
export function Address({ email, password, changed, problems, onEmail, onPassword }: AddressProps) {
  const { t } = useTranslation();
  const of = (field: string): readonly string[] => problems.filter(({ path }) => path[0] === field).map(({ message }) => message);
  return (
    <>
      <div className="field">
        <label htmlFor="notice-email">{t('settings.email')}</label>
        <Input
          id="notice-email"
          type="email"
          value={email}
          status={of('email').length > 0 ? 'error' : ''}
          aria-describedby="notice-email-said"
          onChange={(event) => onEmail(event.target.value)}
        />
        <Against id="notice-email-said" messages={of('email')} />
      </div>
      {changed && (
        <div className="field">
          <label htmlFor="notice-password">{t('settings.emailPassword')}</label>
          <Input.Password
            id="notice-password"
            value={password}
            autoComplete="current-password"
            status={of('password').length > 0 ? 'error' : ''}
            aria-describedby="notice-password-hint notice-password-said"
            onChange={(event) => onPassword(event.target.value)}
          />
          <p className="hint" id="notice-password-hint">
            {t('settings.emailHint')}
          </p>
          <Against id="notice-password-said" messages={of('password')} />
        </div>
      )}
    </>
  );
}

/** What is said against a field. Read out at once. */
function Against({ id, messages }: { readonly id: string; readonly messages: readonly string[] }) {
  return (
    <div id={id} aria-live="assertive">
      {messages.map((message) => (
        <p key={message} className="mark error">
          {message}
        </p>
      ))}
    </div>
  );
}
