import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { InboxPageDocument, MarkReadDocument } from './gen/graphql';
import { NoticeLine } from './notice';

/** What one was told, the newest first. */
export function InboxPage() {
  const { t } = useTranslation();
  useTitle(t('place.inbox'));
  const [pages, setPages] = useState<readonly (string | null)[]>([null]);
  const [{ fetching: marking }, mark] = useMutation(MarkReadDocument);
  const [top, setTop] = useState<number | null>(null);
  return (
    <>
      <h1>{t('place.inbox')}</h1>
      {top !== null && (
        <Button
          loading={marking}
          onClick={() => void mark({ input: { idempotencyKey: newKey(), notices: [], upTo: top } })}
        >
          {t('inbox.allRead')}
        </Button>
      )}
      {pages.map((after, n) => (
        <Page
          key={after ?? ''}
          after={after}
          last={n === pages.length - 1}
          newest={n === 0 ? setTop : undefined}
          more={(cursor) => setPages([...pages, cursor])}
        />
      ))}
    </>
  );
}

interface PageProps {
  readonly after: string | null;
  readonly last: boolean;
  readonly newest: ((no: number) => void) | undefined;
  readonly more: (cursor: string) => void;
}

function Page({ after, last, newest, more }: PageProps) {
  const { t } = useTranslation();
  const [{ data, error, fetching }, again] = useQuery({
    query: InboxPageDocument,
    variables: { unreadOnly: false, after },
  });
  const first = data?.inbox?.nodes[0]?.no;
  if (first !== undefined && newest) queueMicrotask(() => newest(first));
  if (error && !data?.inbox) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const inbox = data?.inbox;
  if (!inbox) return null;
  if (inbox.nodes.length === 0) return after === null ? <Nothing words={t('inbox.nothing')} /> : null;
  const { hasNextPage, endCursor } = inbox.pageInfo;
  return (
    <>
      <ul className="lines">
        {inbox.nodes.map((notice) => (
          <NoticeLine key={notice.no} notice={notice} />
        ))}
      </ul>
      {last && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}
