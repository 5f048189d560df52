import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import { type KnotFragment, TreeBelowDocument, TreeTopDocument, TreeWayDocument } from './gen/graphql';

interface Below {
  readonly nodes: readonly KnotFragment[];
  /** Where the next page begins; none: all of them are here. */
  readonly next: string | null;
}

/** One line of the tree as it is seen: an organisation, or that there are more. */
export type Row =
  | { readonly kind: 'org'; readonly org: KnotFragment; readonly depth: number; readonly open: boolean; readonly leaf: boolean; readonly above: string | null }
  | { readonly kind: 'more'; readonly of: string; readonly after: string; readonly depth: number };

/** Lines from the top down, those that are open with theirs. */
export function flat(top: KnotFragment | null, open: ReadonlySet<string>, below: ReadonlyMap<string, Below>): readonly Row[] {
  const rows: Row[] = [];
  const put = (org: KnotFragment, depth: number, above: string | null): void => {
    const known = below.get(org.id);
    const isOpen = open.has(org.id) && known !== undefined;
    rows.push({ kind: 'org', org, depth, open: isOpen, leaf: known?.nodes.length === 0, above });
    if (!isOpen) return;
    for (const child of known.nodes) put(child, depth + 1, org.id);
    if (known.next !== null) rows.push({ kind: 'more', of: org.id, after: known.next, depth: depth + 1 });
  };
  if (top) put(top, 0, null);
  return rows;
}

interface Limbs {
  readonly rows: readonly Row[];
  readonly failed: boolean;
  readonly again: () => void;
  readonly turn: (org: string, open: boolean) => void;
  readonly more: (org: string, after: string) => void;
}

/** The tree of a day, loaded as it is opened; open down to `at` at first. */
export function useLimbs(at: string | undefined, asOf: string | null): Limbs {
  const client = useClient();
  const [top, setTop] = useState<KnotFragment | null>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [below, setBelow] = useState<ReadonlyMap<string, Below>>(new Map());
  const [failed, setFailed] = useState(false);
  const [turns, setTurns] = useState(0);
  const first = useRef(at);

  const load = useCallback(
    async (org: string, after: string | null): Promise<void> => {
      const { data } = await client.query(TreeBelowDocument, { org, after, asOf }).toPromise();
      const page = data?.org?.children;
      if (!page) {
        setFailed(true);
        return;
      }
      setBelow((now) => {
        const before = after === null ? [] : (now.get(org)?.nodes ?? []);
        const next = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
        return new Map(now).set(org, { nodes: [...before, ...page.nodes], next });
      });
    },
    [client, asOf],
  );

  useEffect(() => {
    const ended = new AbortController();
    const over = (): boolean => ended.signal.aborted;
    async function begin(): Promise<void> {
      const { data } = await client.query(TreeTopDocument, { asOf }).toPromise();
      if (over()) return;
      if (!data?.root) {
        setFailed(true);
        return;
      }
      setBelow(new Map());
      setTop(data.root);
      const way = first.current ? await client.query(TreeWayDocument, { org: first.current, asOf }).toPromise() : undefined;
      const ids = [data.root.id, ...(way?.data?.org?.ancestors ?? []).map(({ id }) => id)];
      await Promise.all([...new Set(ids)].map((id) => load(id, null)));
      if (!over()) setOpen((now) => new Set([...now, ...ids]));
    }
    void begin();
    return () => ended.abort();
  }, [client, asOf, load, turns]);

  const turn = useCallback(
    (org: string, wanted: boolean) => {
      setOpen((now) => {
        const next = new Set(now);
        if (wanted) next.add(org);
        else next.delete(org);
        return next;
      });
      if (wanted && !below.has(org)) void load(org, null);
    },
    [below, load],
  );
  const rows = useMemo(() => flat(top, open, below), [top, open, below]);
  const again = useCallback(() => {
    setFailed(false);
    setTurns((before) => before + 1);
  }, []);
  return { rows, failed, again, turn, more: useCallback((org, after) => void load(org, after), [load]) };
}
