import { useEffect, useMemo, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { type CellFragment, type FiguresInput, FurtherFiguresDocument } from './gen/graphql';

/** As many types does one question take. */
const MOST_TYPES = 20;

/** Types in as many parts as there must be questions; one at least. */
export function parted(types: readonly string[]): readonly (readonly string[])[] {
  const parts = Array.from({ length: Math.ceil(types.length / MOST_TYPES) }, (_, n) => types.slice(n * MOST_TYPES, (n + 1) * MOST_TYPES));
  return parts.length > 0 ? parts : [[]];
}

interface Further {
  /** Nothing before all parts were answered. */
  readonly cells: readonly CellFragment[] | null;
  readonly error: CombinedError | undefined;
}

const NONE: readonly CellFragment[] = [];

/** The cells of the types after the first part; asked for anew whenever the first part has been answered anew. */
export function useFurther(input: FiguresInput, types: readonly (readonly string[])[], answered: unknown): Further {
  const client = useClient();
  const asked = useMemo(() => JSON.stringify(types.map((part) => ({ ...input, types: part }))), [input, types]);
  const [found, setFound] = useState<Further & { readonly asked: string }>();
  useEffect(() => {
    const inputs = JSON.parse(asked) as FiguresInput[];
    if (!answered || inputs.length === 0) return;
    const ended = new AbortController();
    void Promise.all(inputs.map((one) => client.query(FurtherFiguresDocument, { input: one }, { requestPolicy: 'network-only' }).toPromise())).then((answers) => {
      if (ended.signal.aborted) return;
      const error = answers.find((answer) => answer.error)?.error;
      setFound({ asked, error, cells: error ? null : answers.flatMap(({ data }) => data?.figures ?? []) });
    });
    return () => ended.abort();
  }, [client, asked, answered]);
  if (types.length === 0) return { cells: NONE, error: undefined };
  return found?.asked === asked ? found : { cells: null, error: undefined };
}
