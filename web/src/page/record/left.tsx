import { Link } from '@tanstack/react-router';
import { Alert } from 'antd';
import { entries } from 'idb-keyval';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Content } from '../../form/schema';
import { useViewer } from '../../frame/viewer';
import type { Confidentiality } from './gen/graphql';

/** What a person writes. */
export interface Writing {
  readonly title: string;
  readonly occurredOn: string;
  /** Types that the same meeting counts for as well. */
  readonly tags: readonly string[];
  readonly confidentiality: Confidentiality;
  readonly content: Content;
}

/** What was sent and has no answer: it is sent again just so, under the same key, before anything newer. */
export interface Sent {
  readonly writing: Writing;
  readonly key: string;
}

/** Kept in the browser until the server has it. */
export interface Kept {
  /** None: the server does not know of it. */
  readonly id: string | null;
  readonly rev: number | null;
  readonly post: string;
  readonly ofType: string;
  readonly writing: Writing;
  readonly sent: Sent | null;
}

/** Where one of this person's drafts is kept; by its name here before it has an id. */
export const placeOf = (account: string, name: string): string => `draft:${account}:${name}`;

async function left(account: string): Promise<readonly (Kept & { local: string })[]> {
  const own = placeOf(account, '');
  const all = await entries<IDBValidKey, Kept>();
  return all.flatMap(([key, kept]) => (typeof key === 'string' && key.startsWith(own) ? [{ ...kept, local: key.slice(own.length) }] : []));
}

/** Drafts that the server does not have whole: they wait in this browser, and go on from here. */
export function LeftHere() {
  const { t } = useTranslation();
  const { account } = useViewer();
  const [drafts, setDrafts] = useState<Awaited<ReturnType<typeof left>>>([]);
  useEffect(() => {
    let gone = false;
    void left(account.id).then((found) => gone || setDrafts(found));
    return () => {
      gone = true;
    };
  }, [account.id]);
  if (drafts.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t('record.leftHere', { count: drafts.length })}
      description={
        <ul className="lines">
          {drafts.map(({ id, local, post, ofType, writing }) => (
            <li key={local}>
              {id === null ? (
                <Link to="/records/begin/$type" params={{ type: ofType }} search={{ post, draft: local }}>
                  {writing.title}
                </Link>
              ) : (
                <Link to="/records/$id/edit" params={{ id }} search={{ post }}>
                  {writing.title}
                </Link>
              )}
              <time dateTime={writing.occurredOn}>{writing.occurredOn}</time>
            </li>
          ))}
        </ul>
      }
    />
  );
}
