import type { TFunction } from 'i18next';
import type { AuditedObjectFragment } from './gen/graphql';

/** Kinds that entries are about. */
const KINDS = ['record', 'file', 'org', 'account', 'post', 'session', 'webhook', 'policy', 'tenant', 'record_type', 'audit'] as const;

/** What an object is, in words: its kind, what the auditor may know of its name, whose it is and where it stands. */
export function wordsOf({ kind, name, what, account, org, receipt }: AuditedObjectFragment, t: TFunction): string {
  const known = KINDS.find((one) => one === kind);
  const noun = known ? t(`audit.kind.${known}`) : kind;
  return [
    // Of a record its type says more than that it is one; an organisation and a person are called by their names alone.
    kind === 'record' && what ? what : noun,
    kind === 'record' ? name && t('audit.titled', { name }) : name,
    kind === 'record' ? undefined : what,
    account?.name,
    org?.name,
    receipt && t('audit.receiptNo', { org: receipt.org?.shortName ?? receipt.org?.name ?? '', no: receipt.no }),
  ]
    .filter(Boolean)
    .join(' · ');
}
