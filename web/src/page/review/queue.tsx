import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Progress, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { useStore } from '../../client/store';
import { useAsk } from '../../frame/ask';
import { useSeenMany } from '../../frame/seen';
import { shortcuts } from '../../frame/shortcuts';
import { Failure, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { type Post, reviews, useViewer } from '../../frame/viewer';
import type { ReceiptQueue } from './gen/graphql';
import { decided as settle, keptOf } from './kept';
import { useRowKeys } from './keys';
import { useMany } from './many';
import { Page } from './rows';

const QUEUES: readonly ReceiptQueue[] = ['TO_REVIEW', 'OVERDUE', 'HELD'];
/** As many are chosen at once: more nobody has looked at. */
const MOST = 100;

/** What waits here: one after the other, or many at once with an answer for each. */
export function ReviewQueue() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const { queue = 'TO_REVIEW', post: asked } = useSearch({ from: '/inside/controls/review' });
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
  const client = useClient();
  const kept = keptOf(client, post.id, queue);
  const { chosen, pages, decided } = useStore(kept);
  const seen = useSeenMany();
  const { results, going, failed, approve, stop } = useMany(post.id, (ids) => {
    settle(client, ...ids);
    seen(ids);
  });
  const keys = useStore(shortcuts);
  useRowKeys();
  const choose = (next: ReadonlySet<string>): void => kept.set({ ...kept.get(), chosen: next });
  const toggle = (ids: readonly string[], on: boolean): void => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on && next.size < MOST) next.add(id);
      else if (!on) next.delete(id);
    }
    choose(next);
  };
  const all = (): Promise<void> => approve([...chosen]).then((left) => choose(new Set(left)));
  return (
    <>
      {asked}
      {queue !== 'HELD' && (
        <div className="ways" aria-live="polite">
          <Button
            type="primary"
            disabled={chosen.size === 0}
            loading={going !== null}
            onClick={() => ask(t('review.approveSure', { count: chosen.size }), () => void all())}
          >
            {t('review.approveMany', { count: chosen.size })}
          </Button>
          {chosen.size >= MOST && <span className="mark warning">{t('review.most', { count: MOST })}</span>}
          {keys && <span className="keys">{t('review.keys')}</span>}
        </div>
      )}
      {going && (
        <div className="going">
          <Progress percent={Math.floor((going.done / going.of) * 100)} aria-label={t('review.going')} />
          <Button onClick={stop} disabled={going.stopping}>
            {t(going.stopping ? 'review.stopping' : 'review.stop')}
          </Button>
        </div>
      )}
      {failed && <Failure code={failed} again={() => void all()} />}
      {pages.map(({ after }, n) => (
        <Page
          key={after ?? ''}
          post={post}
          queue={queue}
          after={after}
          upTo={pages[n + 1]?.no ?? null}
          chosen={chosen}
          decided={decided}
          results={results}
          toggle={toggle}
          more={n === pages.length - 1 ? (start) => kept.set({ ...kept.get(), pages: [...pages, start] }) : undefined}
        />
      ))}
    </>
  );
}
