import { CaretDownOutlined, CaretRightOutlined } from '@ant-design/icons';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../client/store';
import { Failure, Loading } from '../../frame/state';
import { textSize } from '../../frame/text-size';
import { useLimbs } from './limbs';

interface BranchesProps {
  readonly at: string | undefined;
  readonly asOf: string | null;
  readonly choose: (org: string) => void;
}

/** The tree: only the lines that are seen are drawn. By keys: up and down, right opens, left closes or goes up, Enter shows. */
export function Branches({ at, asOf, choose }: BranchesProps) {
  const { t } = useTranslation();
  const { rows, failed, again, turn, more } = useLimbs(at, asOf);
  const large = useStore(textSize) === 'large';
  const box = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<number | null>(null);
  const chosen = useMemo(() => rows.findIndex((row) => row.kind === 'org' && row.org.id === at), [rows, at]);
  const here = Math.min(held ?? Math.max(chosen, 0), rows.length - 1);
  // eslint-disable-next-line react-hooks/incompatible-library -- the rows are drawn anew with each scroll, which is what is wanted
  const drawn = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => (large ? 52 : 40), overscan: 12 });

  if (failed) return <Failure code="UNAVAILABLE" again={again} />;
  if (rows.length === 0) return <Loading />;

  function go(to: number): void {
    const next = Math.max(0, Math.min(to, rows.length - 1));
    setHeld(next);
    drawn.scrollToIndex(next);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${String(next)}"]`)?.focus());
  }

  function press(event: KeyboardEvent): void {
    const row = rows[here];
    if (!row) return;
    const steps: Partial<Record<string, () => void>> = {
      ArrowDown: () => go(here + 1),
      ArrowUp: () => go(here - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => {
        if (row.kind === 'org' && !row.leaf) {
          if (row.open) go(here + 1);
          else turn(row.org.id, true);
        }
      },
      ArrowLeft: () => {
        if (row.kind === 'org' && row.open) turn(row.org.id, false);
        else if (row.kind === 'org' && row.above !== null) go(rows.findIndex((one) => one.kind === 'org' && one.org.id === row.above));
      },
      Enter: () => (row.kind === 'org' ? choose(row.org.id) : more(row.of, row.after)),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  }

  return (
    <div ref={box} className="tree" role="tree" aria-label={t('tree.tree')} onKeyDown={press}>
      <div role="presentation" style={{ height: drawn.getTotalSize(), position: 'relative' }}>
        {drawn.getVirtualItems().map(({ index, start, size, key }) => {
          const row = rows[index];
          if (!row) return null;
          const place = { position: 'absolute', top: 0, left: 0, right: 0, height: size, transform: `translateY(${String(start)}px)`, paddingLeft: `${String(row.depth * 1.1 + 0.4)}rem` } as const;
          const common = { 'data-index': index, role: 'treeitem', tabIndex: index === here ? 0 : -1, 'aria-level': row.depth + 1, style: place, onFocus: () => setHeld(index) } as const;
          if (row.kind === 'more') {
            return (
              <div key={key} {...common} aria-selected={false} className="limb" onClick={() => more(row.of, row.after)}>
                {t('state.more')}
              </div>
            );
          }
          const { org, open, leaf } = row;
          return (
            <div
              key={key}
              {...common}
              {...(leaf ? {} : { 'aria-expanded': open })}
              aria-selected={org.id === at}
              className="limb"
              title={org.name}
              onClick={() => choose(org.id)}
            >
              <span
                aria-hidden
                className="turn"
                onClick={(event) => {
                  event.stopPropagation();
                  if (!leaf) turn(org.id, !open);
                }}
              >
                {leaf ? '·' : open ? <CaretDownOutlined /> : <CaretRightOutlined />}
              </span>
              <span className={org.state === 'CLOSED' ? 'closed' : ''}>{org.shortName ?? org.name}</span>
              <small>{org.kindName}</small>
            </div>
          );
        })}
      </div>
    </div>
  );
}
