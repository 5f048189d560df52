import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../../frame/ask';
import { Push, Told } from '../../frame/plain';
import { useViewer } from '../../frame/viewer';
import { forget, left, placeOf } from './kept';

/** Drafts that the server does not have whole: they wait in this browser, and go on from here. */
export function LeftHere() {
  const { t } = useTranslation();
  const { account } = useViewer();
  const { asked, ask } = useAsk();
  const [drafts, setDrafts] = useState<Awaited<ReturnType<typeof left>>>([]);
  useEffect(() => {
    let gone = false;
    void left(account.id).then((found) => gone || setDrafts(found));
    return () => {
      gone = true;
    };
  }, [account.id]);
  if (drafts.length === 0) return null;
  const discard = async (local: string): Promise<void> => {
    await forget(placeOf(account.id, local));
    setDrafts((now) => now.filter((one) => one.local !== local));
  };
  return (
    <>
      {asked}
      <Told type="warning" title={t('record.leftHere', { count: drafts.length })}>
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
              <Push look="link" onClick={() => ask(t('record.forgetSure', { title: writing.title }), () => discard(local), true)}>
                {t('record.forget')}
              </Push>
            </li>
          ))}
        </ul>
      </Told>
    </>
  );
}
