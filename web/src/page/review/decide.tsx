import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { useStore } from '../../client/store';
import { useAsk } from '../../frame/ask';
import { Said } from '../../frame/said';
import { shortcuts } from '../../frame/shortcuts';
import { useStep } from '../../frame/step';
import { type Post, reviews, useViewer } from '../../frame/viewer';
import { type Comments, written } from './comment';
import { ApproveDocument, ReturnItDocument } from './gen/graphql';
import { decided } from './kept';
import { usePressKeys } from './keys';
import { type Next, useNext } from './next';
import type { Held } from './receipt';
import { type Reasons, Return } from './return';

interface DecideProps {
  readonly receipt: Held['receipt'];
  readonly comments: Comments;
  readonly returning: boolean;
  readonly setReturning: (returning: boolean) => void;
}

/** What is decided of it by whoever reviews here, and the way on in the queue that he came from. */
export function Decide(props: DecideProps) {
  const { posts } = useViewer();
  const { post: asked } = useSearch({ from: '/inside/controls/receipts/$id' });
  const mine = posts.filter((one) => reviews(one) && one.org.id === props.receipt.org?.id);
  const post = mine.find(({ id }) => id === asked) ?? mine[0];
  return post ? <Decision {...props} post={post} /> : null;
}

/** By the mouse, or by keys: A approves and asks once more, R returns and asks why, N leaves it for the next. */
function Decision({ receipt, comments, returning, setReturning, post }: DecideProps & { readonly post: Post }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { asked, ask } = useAsk();
  const client = useClient();
  const go = useNavigate();
  const came = useSearch({ from: '/inside/controls/receipts/$id' });
  const pending = receipt.state === 'PENDING';
  const queue = came.queue ?? 'TO_REVIEW';
  const next = useNext(pending || came.queue ? { org: post.org.id, queue, after: came.after ?? null, no: receipt.no } : null);
  const approve = useStep(ApproveDocument);
  const giveBack = useStep(ReturnItDocument);
  // Kept while he thinks again: what was written is not lost by Escape.
  const [why, setWhy] = useState<Reasons>({ reasons: [], note: '' });
  usePressKeys();

  const onward = (to: Next) => ({ to: '/receipts/$id', params: { id: to.id }, search: { queue, post: post.id, after: to.after ?? undefined } }) as const;
  const list = { to: '/review', search: { queue, post: post.id } } as const;

  function settled(problems: readonly { readonly severity: string }[] | undefined, words: string): void {
    if (!problems || problems.some(({ severity }) => severity === 'REFUSAL')) return;
    void message.success(words);
    decided(client, receipt.id);
    void go(next ? onward(next) : list);
  }
  const input = { post: post.id, receipt: receipt.id };
  const approveIt = (): Promise<void> =>
    approve.take({ ...input, comments: [], note: null }).then((data) => settled(data?.approveReceipt?.problems, t('review.done')));
  const returnIt = (): Promise<void> =>
    giveBack
      .take({ ...input, reasons: [...why.reasons], comments: [...written(comments)], note: why.note.trim() === '' ? null : why.note.trim() })
      .then((data) => settled(data?.returnReceipt?.problems, t('review.returned')));

  return (
    <section className="sheet decide" aria-label={t('review.decide')}>
      {asked}
      <Said error={approve.error ?? giveBack.error} problems={[...(approve.data?.approveReceipt?.problems ?? []), ...(giveBack.data?.returnReceipt?.problems ?? [])]} />
      {pending && returning ? (
        <Return why={why} setWhy={setWhy} count={written(comments).length} busy={giveBack.fetching} give={() => void returnIt()} leave={() => setReturning(false)} />
      ) : (
        <p className="ways">
          {pending && (
            <>
              <Button type="primary" data-key="a" loading={approve.fetching} onClick={() => ask(t('review.approveThis'), approveIt)}>
                {t('review.approve')} <Key of="A" />
              </Button>
              <Button data-key="r" onClick={() => setReturning(true)}>
                {t('review.return')} <Key of="R" />
              </Button>
            </>
          )}
          {next && (
            <Link className="do" data-key="n" {...onward(next)}>
              {t('review.next')} <Key of="N" />
            </Link>
          )}
          <Link className="do" {...list}>
            {t('review.back')}
          </Link>
        </p>
      )}
    </section>
  );
}

function Key({ of }: { readonly of: string }) {
  return useStore(shortcuts) ? <kbd aria-hidden>{of}</kbd> : null;
}
