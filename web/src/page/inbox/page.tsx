import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useInbox } from '../../frame/inbox';
import { Said } from '../../frame/said';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useStep } from '../../frame/step';
import { useTitle } from '../../frame/title';
import { MarkReadDocument } from './gen/graphql';
import { NoticeLine } from './notice';
import { useNotices } from './notices';

/** What one was told, the newest first. */
export function InboxPage() {
  const { t } = useTranslation();
  useTitle(t('place.inbox'));
  const { notices, failed, again, more, read } = useNotices();
  const unread = useInbox()?.unread ?? 0;
  const mark = useStep(MarkReadDocument);
  const top = notices?.[0]?.no;
  const allRead = unread === 0 && notices?.every(({ readAt }) => readAt !== null) === true;

  async function readAll(upTo: number): Promise<void> {
    const answer = await mark.take({ notices: [], upTo });
    if (answer?.markNoticesRead?.problems.length === 0) read(upTo);
  }
  return (
    <>
      <h1>{t('place.inbox')}</h1>
      {top !== undefined && (
        <Button loading={mark.fetching} disabled={allRead} onClick={() => void readAll(top)}>
          {t('inbox.allRead')}
        </Button>
      )}
      <Said error={mark.error} problems={mark.data?.markNoticesRead?.problems ?? []} />
      {notices === null && (failed ? <Failure code={failed} again={again} /> : <Loading />)}
      {notices?.length === 0 && <Nothing words={t('inbox.nothing')} />}
      {notices && notices.length > 0 && (
        <ul className="lines">
          {notices.map((notice) => (
            <NoticeLine key={notice.no} notice={notice} />
          ))}
        </ul>
      )}
      {more && <Button onClick={more}>{t('state.more')}</Button>}
    </>
  );
}
