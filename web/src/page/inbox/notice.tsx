import { Link } from '@tanstack/react-router';
import { moment } from '../../frame/moment';
import { useViewer } from '../../frame/viewer';

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

/** One notice, and the way to what it is about: there the right is looked at anew. */
export function NoticeLine({ notice }: { readonly notice: Told }) {
  const { timeZone } = useViewer();
  const { label, title, receiptId, recordId } = notice;
  const words = title ?? label;
  return (
    <li data-unread={notice.readAt === null}>
      {title !== null && <strong>{label}</strong>}
      {receiptId !== null ? (
        <Link to="/receipts/$id" params={{ id: receiptId }}>
          {words}
        </Link>
      ) : recordId !== null ? (
        <Link to="/records/$id" params={{ id: recordId }}>
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
