import { Alert, Button, Input } from 'antd';
import { type SubmitEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { Failure } from '../../frame/state';
import { ChangePasswordDocument } from './gen/graphql';

/** Another password; every other session ends with it. */
export function Password() {
  const { t } = useTranslation();
  const id = useId();
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const [said, setSaid] = useState<readonly { readonly message: string }[]>([]);
  const [done, setDone] = useState(false);
  const [{ fetching, error }, change] = useMutation(ChangePasswordDocument);

  async function go(): Promise<void> {
    const { data } = await change({ input: { idempotencyKey: newKey(), currentPassword: before, newPassword: after } });
    const answer = data?.changePassword;
    if (!answer) return;
    setSaid(answer.problems);
    setDone(answer.changed);
    if (answer.changed) {
      setBefore('');
      setAfter('');
    }
  }

  return (
    <section className="sheet">
      <h2>{t('settings.password')}</h2>
      <form
        className="stack narrow"
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          void go();
        }}
      >
        <div aria-live="assertive">
          {error && <Failure code={errorCode(error)} />}
          {said.map(({ message }) => (
            <Alert key={message} type="error" showIcon title={message} />
          ))}
          {done && <Alert type="success" showIcon title={t('settings.changed')} />}
        </div>
        <label htmlFor={`${id}-before`}>{t('settings.before')}</label>
        <Input.Password
          id={`${id}-before`}
          value={before}
          autoComplete="current-password"
          required
          onChange={(event) => setBefore(event.target.value)}
        />
        <label htmlFor={`${id}-after`}>{t('settings.after')}</label>
        <Input.Password
          id={`${id}-after`}
          value={after}
          autoComplete="new-password"
          required
          onChange={(event) => setAfter(event.target.value)}
        />
        <Button htmlType="submit" loading={fetching}>
          {t('settings.change')}
        </Button>
      </form>
    </section>
  );
}
