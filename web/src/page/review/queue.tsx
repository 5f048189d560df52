import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Checkbox, Progress, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { useAsk } from '../../frame/ask';
import { moment } from '../../frame/moment';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { type Post, reviews, useViewer } from '../../frame/viewer';
import { RecordTypesDocument } from '../record/gen/graphql';
import { type ReceiptQueue, ReviewQueueDocument } from './gen/graphql';
import { useRowKeys } from './keys';
import { type Item, useMany } from './many';

const QUEUES: readonly ReceiptQueue[] = ['TO_REVIEW', 'OVERDUE', 'HELD'];
/** As many as one request takes. */
const MOST = 100;

/** What waits here: one after the other, or many at once with an answer for each. */
export function ReviewQueue() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const { queue = 'TO_REVIEW', post: asked } = useSearch({ from: '/inside/review' });
  useTitle(t('place.review'));
  const mine = posts.filter(reviews);
  const post = mine.find(({ id }) => id === asked) ?? mine[0];
  if (!post) return <Nothing words={t('review.noPost')} />;
  return (
    <>
      <h1>{t('place.review')}</h1>
      {mine.length > 1 && (
        <Segmented
          options={mine.map(({ id, org }) => ({ value: id, label: org.shortName ?? org.name }))}
          value={post.id}
          onChange={(id) => void go({ to: '/review', search: { queue, post: id } })}
        />
      )}
      <Segmented
        options={QUEUES.map((one) => ({ value: one, label: t(`review.queue.${one}`) }))}
        value={queue}
        onChange={(next) => void go({ to: '/review', search: { queue: next, post: post.id } })}
      />
      <Rows key={`${post.id} ${queue}`} post={post} queue={queue} />
    </>
  );
}

function Rows({ post, queue }: { readonly post: Post; readonly queue: ReceiptQueue }) {
  const { t } = useTranslation();
  const { asked, ask } = useAsk();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { results, going, failed, approve } = useMany(post.id);
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  useRowKeys();
  const toggle = (ids: readonly string[], on: boolean): void => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on && next.size < MOST) next.add(id);
      else if (!on) next.delete(id);
    }
    setChosen(next);
  };
  const all = (): Promise<void> => approve([...chosen]).then((left) => setChosen(new Set(left)));
  return (
    <>
      {asked}
      {queue !== 'HELD' && (
        <div className="ways" aria-live="polite">
          <Button
            type="primary"
            disabled={chosen.size === 0}
            loading={going !== null}
            onClick={() => ask(t('review.approveSure', { count: chosen.size }), all)}
          >
            {t('review.approveMany', { count: chosen.size })}
          </Button>
          <span className="keys">{t('review.keys')}</span>
        </div>
      )}
      {going && <Progress percent={Math.floor((going.done / going.of) * 100)} aria-label={t('review.going')} />}
      {failed && <Failure code={failed} again={() => void all()} />}
      {cursors.map((after, n) => (
        <Page
          key={after ?? ''}
          post={post}
          queue={queue}
          after={after}
          chosen={chosen}
          results={results}
          toggle={toggle}
          more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined}
        />
      ))}
    </>
  );
}

interface PageProps {
  readonly post: Post;
  readonly queue: ReceiptQueue;
  readonly after: string | null;
  readonly chosen: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, Item>;
  readonly toggle: (ids: readonly string[], on: boolean) => void;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ post, queue, after, chosen, results, toggle, more }: PageProps) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const [{ data, error, fetching }, again] = useQuery({
    query: ReviewQueueDocument,
    variables: { org: post.org.id, queue, after },
  });
  const [{ data: types }] = useQuery({ query: RecordTypesDocument, requestPolicy: 'cache-first' });
  if (error && !data?.receipts) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const receipts = data?.receipts;
  if (!receipts) return null;
  if (receipts.nodes.length === 0) return after === null ? <Nothing words={t('review.nothing')} /> : null;
  const ids = receipts.nodes.map(({ id }) => id);
  const names = new Map(types?.recordTypes?.map(({ code, name }) => [code, name]));
  const { hasNextPage, endCursor } = receipts.pageInfo;
  return (
    <>
      <table className="rows cards-small">
        <thead>
          <tr>
            {queue !== 'HELD' && (
              <th>
                <Checkbox
                  aria-label={t('review.all')}
                  checked={ids.every((id) => chosen.has(id))}
                  onChange={(event) => toggle(ids, event.target.checked)}
                />
              </th>
            )}
            <th>{t('review.no')}</th>
            <th>{t('record.title')}</th>
            <th>{t('review.type')}</th>
            <th>{t('review.from')}</th>
            <th>{t('review.received')}</th>
          </tr>
        </thead>
        <tbody>
          {receipts.nodes.map((receipt) => {
            const result = results.get(receipt.id);
            return (
              <tr key={receipt.id}>
                {queue !== 'HELD' && (
                  <td className="pick">
                    <Checkbox
                      aria-label={t('review.choose', { no: receipt.no })}
                      checked={chosen.has(receipt.id)}
                      disabled={result?.approved === true}
                      onChange={(event) => toggle([receipt.id], event.target.checked)}
                    />
                  </td>
                )}
                <td data-of={t('review.no')}>{receipt.no}</td>
                <td className="main">
                  <Link to="/receipts/$id" params={{ id: receipt.id }}>
                    {receipt.title ?? t('review.untitled')}
                  </Link>
                  {result && (
                    <p className={result.approved ? 'mark comment' : 'mark error'} role="status">
                      {result.approved ? t('review.done') : (result.message ?? result.problems.map(({ message }) => message).join(' '))}
                    </p>
                  )}
                </td>
                <td>{names.get(receipt.type) ?? receipt.type}</td>
                <td>{receipt.origin?.shortName ?? receipt.origin?.name}</td>
                <td>{moment(receipt.receivedAt, timeZone)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}
