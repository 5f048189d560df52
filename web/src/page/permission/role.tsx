import { Button, Input, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { DefineRoleDocument, type RolesInWordsQuery } from './gen/graphql';

interface NewRoleProps {
  readonly acting: string;
  readonly roles: NonNullable<RolesInWordsQuery['roles']>;
  readonly made: () => void;
}

/** A role of the tenant's own, within a built-in one; it may do nothing before lines allow it something. */
export function NewRole({ acting, roles, made }: NewRoleProps) {
  const { t } = useTranslation();
  const [base, setBase] = useState<string>();
  const [texts, setTexts] = useState({ name: '', zh: '', en: '' });
  const { take, data, error, fetching } = useStep(DefineRoleDocument);
  const input = (key: keyof typeof texts) => (
    <label className="month">
      {t(`permission.newRole.${key}`)}
      <Input required value={texts[key]} maxLength={60} onChange={(event) => setTexts({ ...texts, [key]: event.target.value })} />
    </label>
  );
  return (
    <section className="sheet">
      <h2>{t('permission.newRole.title')}</h2>
      <form
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          if (!base) return;
          void take({ post: acting, base, ...texts }).then((answer) => {
            if (answer?.defineRole?.role) made();
          });
        }}
      >
        <div className="filters">
          <label className="month">
            {t('permission.newRole.base')}
            <Select
              className="pick-person"
              aria-label={t('permission.newRole.base')}
              value={base ?? null}
              options={roles.filter(({ builtin }) => builtin).map(({ name, label }) => ({ value: name, label }))}
              onChange={(next: string | null) => setBase(next ?? undefined)}
            />
          </label>
          {input('zh')}
          {input('en')}
          {input('name')}
          <Button htmlType="submit" loading={fetching} disabled={!base}>
            {t('permission.newRole.make')}
          </Button>
        </div>
        <Said error={error} problems={data?.defineRole?.problems ?? []} done={data?.defineRole?.role ? t('permission.newRole.made') : undefined} />
      </form>
    </section>
  );
}
