import { Button, Input, Select } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Once } from '../../frame/once';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { CreateTokenDocument } from './gen/graphql';

const DAYS = [30, 90, 180, 365] as const;

/** A token for a program that acts as oneself. It is shown once; the server keeps its digest alone. */
export function Tokens({ made }: { readonly made: () => void }) {
  const { t } = useTranslation();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState<number>(DAYS[1]);
  const { take, data, error, fetching } = useStep(CreateTokenDocument);
  const token = data?.createToken?.token;

  async function go(): Promise<void> {
    const answer = await take({ label: label.trim(), days, introspect: false });
    if (!answer?.createToken?.token) return;
    setLabel('');
    made();
  }

  return (
    <section className="sheet">
      <h2>{t('token.title')}</h2>
      <p className="hint">{t('token.hint')}</p>
      <form
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          void go();
        }}
      >
        <div className="filters">
          <label className="month">
            {t('token.label')}
            <Input value={label} maxLength={60} required onChange={(event) => setLabel(event.target.value)} />
          </label>
          <label className="month">
            {t('token.days')}
            <Select aria-label={t('token.days')} value={days} options={DAYS.map((value) => ({ value, label: t('token.forDays', { count: value }) }))} onChange={setDays} />
          </label>
        </div>
        <Said error={error} problems={data?.createToken?.problems ?? []} done={token ? t('token.once') : undefined} />
        {token && <Once key={token} text={token} />}
        <Button htmlType="submit" loading={fetching} disabled={label.trim() === ''}>
          {t('token.make')}
        </Button>
      </form>
    </section>
  );
}
