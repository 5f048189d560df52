import { useState } from 'react';
import { type AnyVariables, useQuery, type UseQueryArgs, type UseQueryResponse } from 'urql';

/** A query that keeps what it has found while a later look at the same fails: what somebody reads is not taken from under his eyes. */
export function useFound<Data = unknown, Variables extends AnyVariables = AnyVariables>(args: UseQueryArgs<Variables, Data>): UseQueryResponse<Data, Variables> {
  const [state, again] = useQuery<Data, Variables>(args);
  const key = state.operation?.key;
  const [kept, setKept] = useState<{ readonly key: number | undefined; readonly data: Data }>();
  if (state.data !== undefined && kept?.data !== state.data) setKept({ key, data: state.data });
  const data = state.data ?? (kept && kept.key === key && state.error?.networkError ? kept.data : undefined);
  return [{ ...state, ...(data === undefined ? {} : { data }) }, again];
}
