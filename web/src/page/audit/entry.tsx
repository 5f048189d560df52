import { Link, useSearch } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { errorCode } from '../../client/graphql';
import { give } from '../../file/give';
import { moment } from '../../frame/moment';
import { Failure } from '../../frame/state';
import { useViewer } from '../../frame/viewer';
import { Difference } from './difference-table';
import { AuditEntryProofDocument, type AuditTrailQuery } from './gen/graphql';
import { wordsOf } from './object';

type Written = NonNullable<AuditTrailQuery['audit']>['nodes'][number];

/** One entry: who did what when; opened, what it was and what it became, and its proof. */
export function Entry({ entry }: { readonly entry: Written }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <time dateTime={entry.at}>{moment(entry.at, timeZone)}</time> <strong>{entry.account?.name ?? t('audit.system')}</strong> {entry.label}
          {entry.object && <span className="object">{wordsOf(entry.object, t)}</span>} <code>{entry.action}</code> <small>{t('audit.no', { no: entry.no })}</small>
        </summary>
        {open && <Whole entry={entry} />}
      </details>
    </li>
  );
}

function Whole({ entry }: { readonly entry: Written }) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/audit' });
  return (
    <>
      <dl className="content">
        <div>
          <dt>{t('audit.object')}</dt>
          <dd className="digest">
            {entry.object && `${wordsOf(entry.object, t)} `}
            <Link to="/audit" search={{ ...asked, object: entry.objectId }}>
              {entry.objectId}
            </Link>
          </dd>
        </div>
        {entry.account && (
          <div>
            <dt>{t('permission.person')}</dt>
            <dd>
              <Link to="/audit" search={{ ...asked, account: entry.account.id }}>
                {entry.account.name}
              </Link>
            </dd>
          </div>
        )}
        {entry.postId && (
          <div>
            <dt>{t('audit.post')}</dt>
            <dd className="digest">{entry.postId}</dd>
          </div>
        )}
        {entry.orgId && (
          <div>
            <dt>{t('permission.org')}</dt>
            <dd className="digest">
              {entry.org && `${entry.org.name} `}
              <Link to="/orgs" search={{ at: entry.orgId }}>
                {entry.orgId}
              </Link>
            </dd>
          </div>
        )}
        {entry.reason && (
          <div>
            <dt>{t('change.reason')}</dt>
            <dd>{entry.reason}</dd>
          </div>
        )}
        {entry.origin && (
          <div>
            <dt>{t('audit.origin')}</dt>
            <dd>{entry.origin}</dd>
          </div>
        )}
      </dl>
      <Difference before={entry.before} after={entry.after} />
      <Proof no={entry.no} />
    </>
  );
}

/** The proof that the entry is in the signed log, as a file, and how it is checked without this server. */
function Proof({ no }: { readonly no: number }) {
  const { t } = useTranslation();
  const client = useClient();
  const [told, setTold] = useState<{ readonly size?: number; readonly fault?: string; readonly code?: ReturnType<typeof errorCode> }>({});
  const [busy, setBusy] = useState(false);

  async function fetchProof(): Promise<void> {
    setBusy(true);
    const { data, error } = await client.query(AuditEntryProofDocument, { no }, { requestPolicy: 'network-only' }).toPromise();
    setBusy(false);
    const proof = data?.auditProof;
    if (!proof) {
      setTold(error ? { code: errorCode(error) } : {});
      return;
    }
    if (proof.file) {
      give(`proof-${no}.json`, new Blob([proof.file], { type: 'application/json' }));
      setTold({ size: proof.size });
    } else setTold({ fault: proof.fault ?? '' });
  }

  return (
    <div aria-live="polite">
      <Button loading={busy} onClick={() => void fetchProof()}>
        {t('audit.proof')}
      </Button>
      {told.code && <Failure code={told.code} />}
      {told.fault !== undefined && <Alert type="error" showIcon title={t('audit.notProved', { fault: told.fault })} />}
      {told.size !== undefined && (
        <div className="mark comment">
          <p>{t('audit.proved', { size: told.size })}</p>
          <p>{t('audit.check')}</p>
          <pre className="command">{`fonds verify proof proof-${no}.json --key audit.pub`}</pre>
        </div>
      )}
    </div>
  );
}
