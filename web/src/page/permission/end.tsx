import { Button, Input } from 'antd';
import { type SubmitEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Said } from '../../frame/said';
import { useStep } from '../../frame/step';
import { grants, useViewer } from '../../frame/viewer';
import { EndPostDocument, type HeldPostFragment } from './gen/graphql';

/** Ends a post, at once or with a day; its holder loses it at the next request. Asked before it is done. */
export function EndPost({ post, ended }: { readonly post: HeldPostFragment; readonly ended: () => void }) {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const [open, setOpen] = useState(false);
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const { take, data, error, fetching } = useStep(EndPostDocument);
  const box = useRef<HTMLDialogElement>(null);
  // Closed before it goes: the browser then gives the focus back to what opened it.
  const shut = (): void => {
    box.current?.close();
    setOpen(false);
  };
  const acting = posts.find(grants);
  if (!acting) return null;
  const what = t('permission.endSure', { name: post.account?.name, role: post.roleName, org: post.org?.name });

  async function go(): Promise<void> {
    const answer = await take({ post: acting?.id ?? '', id: post.id, until: until === '' ? null : until, reason: reason.trim() === '' ? null : reason.trim() });
    if (!answer?.endPost?.post) return;
    shut();
    ended();
  }

  return (
    <>
      <Button size="small" danger title={what} onClick={() => setOpen(true)}>
        {t('permission.end')}
      </Button>
      {/* The browser's own: a library's locks the page by a style that the page's policy refuses. */}
      {open && (
        <dialog
          aria-label={what}
          className="sheet ask"
          ref={(shown) => {
            box.current = shown;
            if (shown?.open === false) shown.showModal();
          }}
          onClose={shut}
        >
          <form
            className="stack"
            onSubmit={(event: SubmitEvent) => {
              event.preventDefault();
              void go();
            }}
          >
            <h2>{what}</h2>
            <label className="month">
              {t('permission.endDay')}
              <input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
            </label>
            <label className="month">
              {t('change.reason')}
              <Input value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
            </label>
            <Said error={error} problems={data?.endPost?.problems ?? []} />
            <p className="ways">
              <Button htmlType="submit" type="primary" danger loading={fetching}>
                {t('permission.end')}
              </Button>
              <Button onClick={shut}>{t('permission.leave')}</Button>
            </p>
          </form>
        </dialog>
      )}
    </>
  );
}
