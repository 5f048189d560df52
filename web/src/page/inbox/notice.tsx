import { Link } from '@tanstack/react-router';
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

/** Told to whoever wrote the record: the way leads to it; all others hold its receipt. */
const OF_OWN: readonly string[] = ['RETURNED', 'APPROVED', 'FINAL'];

/** One notice, and the way to what it is about: there the right is looked at anew. Whoever goes there has read it. */
export function NoticeLine({ notice }: { readonly notice: Told }) {
  const { timeZone } = useViewer();
  const { kind, label, title, recordId } = notice;
  const receiptId = OF_OWN.includes(kind) && recordId !== null ? null : notice.receiptId;
  const words = title ?? label;
  const mark = useStep(MarkReadDocument);
  // Should it fail, it stays unread, and is seen to be.
  const open = (): void => {
    if (notice.readAt === null) void mark.take({ notices: [notice.no] });
  };
  return (
    <li data-unread={notice.readAt === null}>
      {title !== null && <strong>{label}</strong>}
      {receiptId !== null ? (
        <Link to="/receipts/$id" params={{ id: receiptId }} onClick={open}>
          {words}
        </Link>
      ) : recordId !== null ? (
        <Link to="/records/$id" params={{ id: recordId }} onClick={open}>
          {words}
        </Link>
      ) : (
        <span>{words}</span>
      )}
      {notice.org && <small>{notice.org.name}</small>}
      <time dateTime={notice.at}>{moment(notice.at, timeZone)}</time>
    </li>
  );
}
