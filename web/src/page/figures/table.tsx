import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ALL } from './behind';
import { type Column, type Counts, footer, type Line, pressing, SIGNS, signs, standing, STATES, total } from './matrix';

interface TableProps {
  readonly org: string;
  readonly lines: readonly Line[];
  readonly columns: readonly Column[];
  /** Are these all children? Then the sums are those of the organisation, and open what is behind them. */
  readonly whole: boolean;
}

/** Children and what they have sent. A number opens what is behind it, a name the child's own matrix. */
export function Table({ org, lines, columns, whole }: TableProps) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/figures' });
  const sums = footer(lines, columns);
  const below = [...columns.map(({ key, name }, n) => ({ key, name, counts: sums.cells[n] })), { key: '*', name: t('figures.sum'), counts: sums.sum }];
  return (
    <div className="scroll" role="region" aria-label={t('figures.matrix')} tabIndex={0}>
      <table className="matrix">
        <thead>
          <tr>
            <th scope="col">{t('figures.name')}</th>
            {columns.map(({ key, name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">{t('figures.sum')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row">
                {line.id === org ? (
                  line.name
                ) : (
                  <Link to="/figures" search={{ ...asked, org: line.id, child: undefined, column: undefined }}>
                    {line.name}
                  </Link>
                )}
              </th>
              {line.cells.map((counts, n) => {
                const column = columns[n];
                return column && <Cell key={column.key} counts={counts} child={line.id} column={column.key} names={[line.name, column.name]} />;
              })}
              <Sum counts={line.sum} child={line.id} column="*" names={[line.name, t('figures.sum')]} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('figures.sum')}</th>
            {below.map(
              ({ key, name, counts }) =>
                counts &&
                (whole ? (
                  <Sum key={key} counts={counts} child={ALL} column={key} names={[t('figures.sum'), name]} />
                ) : (
                  <td key={key} className="number">
                    {total(counts)}
                  </td>
                )),
            )}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

interface CellProps {
  readonly counts: Counts;
  readonly child: string;
  readonly column: string;
  readonly names: readonly [string, string];
}

/** What is said of a cell where it is not seen. */
function useWords(counts: Counts): readonly string[] {
  const { t } = useTranslation();
  return STATES.filter((state) => counts[state] > 0).map((state) => `${t(`state.of.${state}`)} ${String(counts[state])}`);
}

function Cell({ counts, child, column, names }: CellProps) {
  const asked = useSearch({ from: '/inside/controls/figures' });
  const words = useWords(counts);
  const how = standing(counts);
  const all = total(counts);
  if (all === 0) return <td className="cell none number">0</td>;
  return (
    <td className={`cell ${how} number`}>
      <Link to="/figures" search={{ ...asked, child, column, state: pressing(counts) }} title={words.join('\n')} resetScroll={false}>
        <span className="sr">{names.join(' · ')} </span>
        {all} <span aria-hidden>{SIGNS[how]}</span>
        <span className="sr"> {words.join(' ')}</span>
      </Link>
    </td>
  );
}

/** A sum has no colour of one of its parts: beside it stands how many wait and how many were returned, each a way to these. */
function Sum({ counts, child, column, names }: CellProps) {
  const { t } = useTranslation();
  const asked = useSearch({ from: '/inside/controls/figures' });
  const words = useWords(counts);
  const all = total(counts);
  if (all === 0) return <td className="cell none number">0</td>;
  const beside = signs(counts);
  return (
    <td className="sum number">
      <Link to="/figures" search={{ ...asked, child, column, state: STATES.find((state) => counts[state] > 0) }} title={words.join('\n')} resetScroll={false}>
        <span className="sr">{names.join(' · ')} </span>
        {all}
        <span className="sr"> {words.join(' ')}</span>
      </Link>
      {beside.map(({ how, state, count }) => (
        <Link
          key={state}
          className={how}
          to="/figures"
          search={{ ...asked, child, column, state }}
          title={`${t(`state.of.${state}`)} ${String(count)}`}
          aria-label={[...names, t(`state.of.${state}`), count].join(' ')}
          resetScroll={false}
        >
          {SIGNS[how]}
          {how !== 'done' && count}
        </Link>
      ))}
    </td>
  );
}
