import { Button, Input } from 'antd';
import { type SubmitEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { ChangePasswordDocument } from './gen/graphql';

/** Another password; every other session ends with it. */
export function Password() {
  const { t } = useTranslation();
  const id = useId();
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const { take, data, error, fetching } = useStep(ChangePasswordDocument);
  const answer = data?.changePassword;

  async function go(): Promise<void> {
    const changed = await take({ currentPassword: before, newPassword: after });
    if (!changed?.changePassword?.changed) return;
    setBefore('');
    setAfter('');
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
        <Said error={error} problems={answer?.problems ?? []} done={answer?.changed ? t('settings.changed') : undefined} />
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
