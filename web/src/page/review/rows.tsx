import { Link } from '@tanstack/react-router';
import { Button, Checkbox, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { moment } from '../../frame/moment';
import { Failure, Loading, Nothing } from '../../frame/state';
import { type Post, useViewer } from '../../frame/viewer';
import { RecordTypesDocument } from '../record/gen/graphql';
import { type ReceiptQueue, ReviewQueueDocument, type ReviewQueueQuery } from './gen/graphql';
import type { Start } from './kept';
import type { Item } from './many';

type Receipt = NonNullable<ReviewQueueQuery['receipts']>['nodes'][number];

interface PageProps {
  readonly post: Post;
  readonly queue: ReceiptQueue;
  readonly after: string | null;
  /** The number with which the next page begins behind it: what has moved up here since stands there already. */
  readonly upTo: number | null;
  readonly chosen: ReadonlySet<string>;
  readonly decided: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, Item>;
  readonly toggle: (ids: readonly string[], on: boolean) => void;
  readonly more: ((start: Start) => void) | undefined;
}

/** A page of a queue. */
export function Page(props: PageProps) {
  const { post, queue, after, upTo, decided, results, more } = props;
  const { t } = useTranslation();
  const [{ data, error, fetching }, again] = useQuery({ query: ReviewQueueDocument, variables: { org: post.org.id, queue, after } });
  if (error && !data?.receipts) return <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const found = data?.receipts;
  if (!found) return null;
  const within = ({ no }: Receipt): boolean => upTo === null || (queue === 'HELD' ? no >= upTo : no <= upTo);
  const waits = ({ id }: Receipt): boolean => queue === 'HELD' || !decided.has(id) || results.has(id);
  const receipts = found.nodes.filter((one) => within(one) && waits(one));
  const { hasNextPage, endCursor } = found.pageInfo;
  const last = found.nodes.at(-1);
  return (
    <>
      {receipts.length > 0 && <Rows {...props} receipts={receipts} />}
      {receipts.length === 0 && after === null && !hasNextPage && <Nothing words={t(queue === 'HELD' ? 'review.nothingHeld' : 'review.nothing')} />}
      {more && hasNextPage && endCursor && last && <Button onClick={() => more({ after: endCursor, no: last.no })}>{t('state.more')}</Button>}
    </>
  );
}

function Rows({ post, queue, after, chosen, results, toggle, receipts }: PageProps & { readonly receipts: readonly Receipt[] }) {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const [{ data: types }] = useQuery({ query: RecordTypesDocument, requestPolicy: 'cache-first' });
  const names = new Map(types?.recordTypes?.map(({ code, name }) => [code, name]));
  const held = queue === 'HELD';
  const done = (id: string): boolean => results.get(id)?.approved === true;
  const open = receipts.map(({ id }) => id).filter((id) => !done(id));
  const some = open.some((id) => chosen.has(id));
  const every = some && open.every((id) => chosen.has(id));
  return (
    <table className="rows cards-small">
      <thead>
        <tr>
          {!held && (
            <th>
              <Checkbox
                aria-label={t('review.all')}
                checked={every}
                indeterminate={some && !every}
                disabled={open.length === 0}
                onChange={(event) => toggle(open, event.target.checked)}
              />
            </th>
          )}
          <th>{t('review.no')}</th>
          <th>{t('record.title')}</th>
          {held && <th>{t('review.stands')}</th>}
          <th>{t('review.type')}</th>
          <th>{t('review.from')}</th>
          <th>{t('review.received')}</th>
        </tr>
      </thead>
      <tbody>
        {receipts.map(({ id, no, title, state, type, origin, receivedAt }) => (
          <tr key={id}>
            {!held && (
              <td className="pick">
                <Checkbox
                  aria-label={t('review.choose', { no })}
                  checked={chosen.has(id)}
                  disabled={done(id)}
                  onChange={(event) => toggle([id], event.target.checked)}
                />
              </td>
            )}
            <td data-of={t('review.no')}>{no}</td>
            <td className="main">
              <Link to="/receipts/$id" params={{ id }} search={{ queue, post: post.id, after: after ?? undefined }}>
                {title ?? t('review.untitled')}
              </Link>
              <Result of={results.get(id)} />
            </td>
            {held && (
              <td>
                <Tag className={`standing ${state}`}>{t(`review.state.${state}`)}</Tag>
              </td>
            )}
            <td>{names.get(type) ?? type}</td>
            <td>{origin?.shortName ?? origin?.name}</td>
            <td>{moment(receivedAt, timeZone)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What became of it, where many were approved. */
function Result({ of }: { readonly of: Item | undefined }) {
  const { t } = useTranslation();
  if (!of) return null;
  return (
    <p className={of.approved ? 'mark comment' : 'mark error'} role="status">
      {of.approved ? t('review.done') : (of.message ?? of.problems.map(({ message }) => message).join(' '))}
    </p>
  );
}
