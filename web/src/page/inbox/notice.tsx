import { Link } from '@tanstack/react-router';
import { aboutOf } from '../../frame/inbox';
import { moment } from '../../frame/moment';
import { useStep } from '../../frame/step';
import { useViewer } from '../../frame/viewer';
import { MarkReadDocument } from './gen/graphql';

interface Told {
  readonly no: number;
  readonly kind: string;
  readonly label: string;
  readonly at: string;
  readonly readAt: string | null;
  readonly recordId: string | null;
  readonly receiptId: string | null;
  readonly title: string | null;
  readonly org: { readonly id: string; readonly name: string } | null;
}

/** One notice, and the way to what it is about: there the right is looked at anew. Whoever goes there has read it. */
export function NoticeLine({ notice }: { readonly notice: Told }) {
  const { timeZone } = useViewer();
  const { label, title } = notice;
  const about = aboutOf(notice);
  const words = title ?? label;
  const mark = useStep(MarkReadDocument);
  // Should it fail, it stays unread, and is seen to be.
  const open = (): void => {
    if (notice.readAt === null) void mark.take({ notices: [notice.no] });
  };
  return (
    <li data-unread={notice.readAt === null}>
      {title !== null && <strong>{label}</strong>}
      {about === null ? (
        <span>{words}</span>
      ) : 'receipt' in about ? (
        <Link to="/receipts/$id" params={{ id: about.receipt }} onClick={open}>
          {words}
        </Link>
      ) : (
        <Link to="/records/$id" params={{ id: about.record }} onClick={open}>
          {words}
        </Link>
      )}
      {notice.org && <small>{notice.org.name}</small>}
      <time dateTime={notice.at}>{moment(notice.at, timeZone)}</time>
    </li>
  );
}
