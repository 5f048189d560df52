import { Alert, Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { moment } from '../../frame/moment';
import { useViewer } from '../../frame/viewer';
import { Difference } from './difference-table';
import { check, type Fault, type Proved } from './proof';

/** A proof that somebody brings is checked in the browser, against a key that came on another way than the proof. */
export function CheckProof() {
  const { t } = useTranslation();
  const [key, setKey] = useState('');
  const [told, setTold] = useState<{ readonly name: string; readonly found: Proved | Fault } | null>(null);
  const input = useRef<HTMLInputElement>(null);

  async function look(file: File | undefined): Promise<void> {
    if (file) setTold({ name: file.name, found: check(await file.text(), key) });
  }

  return (
    <section className="sheet" aria-labelledby="check-proof">
      <h2 id="check-proof">{t('audit.checkHere')}</h2>
      <p>{t('audit.checkHereWhat')}</p>
      <div className="field">
        <label htmlFor="audit-key">{t('audit.key')}</label>
        <Input id="audit-key" value={key} spellCheck={false} autoComplete="off" placeholder="archive.example.cn/audit+1a2b3c4d+…" onChange={(event) => setKey(event.target.value)} />
      </div>
      <Button disabled={key.trim() === ''} onClick={() => input.current?.click()}>
        {t('audit.chooseProof')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".json,application/json"
        aria-label={t('audit.chooseProof')}
        onChange={(event) => {
          void look(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <div aria-live="polite">{told && <Verdict name={told.name} found={told.found} />}</div>
    </section>
  );
}

function Verdict({ name, found }: { readonly name: string; readonly found: Proved | Fault }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  if (typeof found === 'string') return <Alert type="error" showIcon title={found === 'key' ? t('audit.unchecked', { name }) : t('audit.unproved', { name })} description={t(`audit.fault.${found}`)} />;
  const { entry, body, head } = found;
  const text = (field: string): string => (typeof entry[field] === 'string' ? entry[field] : '');
  return (
    <>
      <Alert type="success" showIcon title={t('audit.isProved', { name, at: moment(head.at, timeZone), size: head.size })} />
      <dl className="content">
        {(['at', 'action', 'account', 'object_id', 'reason', 'origin'] as const)
          .filter((field) => text(field) !== '')
          .map((field) => (
            <div key={field}>
              <dt>{t(`audit.of.${field}`)}</dt>
              <dd className="digest">{field === 'at' ? moment(text(field), timeZone) : text(field)}</dd>
            </div>
          ))}
      </dl>
      {body ? <Difference before={body.before} after={body.after} /> : <p>{t('audit.destroyed')}</p>}
    </>
  );
}
