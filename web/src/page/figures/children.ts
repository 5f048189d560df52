import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { FurtherChildrenDocument, type FiguresOfQuery } from './gen/graphql';

type Children = NonNullable<NonNullable<FiguresOfQuery['org']>['children']>;
type Child = Children['nodes'][number];

const NONE: readonly Child[] = [];
/** More than this many lines nobody reads; an organisation has tens of children, a large one hundreds. */
const MOST = 2000;

/** All children of an organisation, page by page after the first one; `whole` once there is no further. */
export function useChildren(org: string, first: Children | null | undefined): { readonly children: readonly Child[]; readonly whole: boolean } {
  const client = useClient();
  const [further, setFurther] = useState<{ readonly after: string; readonly nodes: readonly Child[]; readonly whole: boolean }>();
  const after = first?.pageInfo.hasNextPage ? first.pageInfo.endCursor : undefined;
  useEffect(() => {
    if (!after) return;
    const stop = new AbortController();
    void (async () => {
      let cursor: string | null | undefined = after;
      const nodes: Child[] = [];
      while (!stop.signal.aborted && cursor && nodes.length < MOST) {
        const { data } = await client.query(FurtherChildrenDocument, { org, after: cursor }).toPromise();
        const page: Children | null | undefined = data?.org?.children;
        if (!page) return;
        nodes.push(...page.nodes);
        cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
      }
      if (!stop.signal.aborted) setFurther({ after, nodes, whole: !cursor });
    })();
    return () => {
      stop.abort();
    };
  }, [client, org, after]);
  const rest = further && further.after === after ? further : undefined;
  return { children: [...(first?.nodes ?? NONE), ...(rest?.nodes ?? NONE)], whole: !after || (rest?.whole ?? false) };
}
