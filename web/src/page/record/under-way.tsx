import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../client/store';
import { UNDER_WAY } from '../../file/upload';
import type { Desk } from './desk';
import { desks } from './open-desks';

/** Files that are still on their way to a draft whose page was left: they go on, and this leads back. */
export default function UnderWay() {
  const all = useStore(desks);
  return all.map((one) => <Line key={one.begin.local} desk={one} />);
}

function Line({ desk }: { readonly desk: Desk }) {
  const { t } = useTranslation();
  const { id, writing } = useStore(desk.draft);
  const count = useStore(desk.uploads.all).filter(({ going }) => UNDER_WAY.includes(going)).length;
  const here = useRouterState({ select: ({ location }) => location.pathname });
  if (count === 0 || id === null || here === `/records/${id}/edit` || here === `/records/begin/${desk.begin.ofType}`) return null;
  return (
    <p className="away">
      <Link to="/records/$id/edit" params={{ id }} search={{ post: desk.begin.post, step: 1 }}>
        {t('frame.uploading', { count, title: writing.title })}
      </Link>
    </p>
  );
}
