import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Line, SIGNS, standing, STATES, total } from './matrix';

/** In the order of a bar. */
const SHARES = ['FINAL', 'IN_REVIEW', 'RETURNED'] as const;

/** All children at one glance, each in its place: how what it sent stands, by colour and by sign. A tile opens the child. */
export function StateMap({ org, lines }: { readonly org: string; readonly lines: readonly Line[] }) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/figures' });
  const below = lines.filter(({ id }) => id !== org);
  return (
    <ul className="map" aria-label={t('figures.map')}>
      {below.map(({ id, name, sum }) => {
        const how = standing(sum);
        const words = STATES.filter((state) => sum[state] > 0).map((state) => `${t(`state.of.${state}`)} ${String(sum[state])}`);
        return (
          <li key={id}>
            <Link className={`cell ${how}`} to="/figures" search={{ ...asked, org: id, child: undefined, column: undefined }} title={[name, ...words].join('\n')}>
              <strong>{name}</strong>
              <span className="sr">{words.length > 0 ? words.join(' ') : t('figures.standing.none')}</span>
              <span aria-hidden>
                {total(sum)}
                {sum.RETURNED > 0 && <span>{` ${SIGNS.returned}${String(sum.RETURNED)}`}</span>}
                {sum.IN_REVIEW > 0 && <span>{` ${SIGNS.waiting}${String(sum.IN_REVIEW)}`}</span>}
                {(how === 'done' || how === 'none') && ` ${SIGNS[how]}`}
              </span>
              <span aria-hidden className="shares">
                {SHARES.map((state) => sum[state] > 0 && <i key={state} className={state} style={{ flexGrow: sum[state] }} />)}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
