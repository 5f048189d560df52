import { useMemo } from 'react';
import { useQuery } from 'urql';
import { people, roll } from '../../form/known';
import type { Content, GroupSchema } from '../../form/schema';
import { LastWritingDocument, LatelyDocument, RecordFormDocument } from './gen/graphql';

/** The roster of members and the general meeting: where a branch names its people. */
const ROLLS = ['DYMC', 'ZBDH'] as const;

interface Last {
  readonly occurredOn: string;
  readonly content: Content;
  readonly form: GroupSchema;
}

/** What this organisation has sent lately: the last one of the same type, and the people who are named in it and in its rolls. */
export function useLately({ org, type }: { readonly org: string; readonly type: string }): { readonly last: Last | undefined; readonly known: readonly string[] } {
  const [{ data }] = useQuery({ query: LatelyDocument, variables: { org }, pause: org === '', requestPolicy: 'cache-first' });
  const newest = useMemo(() => {
    const all = [...(data?.final?.nodes ?? []), ...(data?.sent?.nodes ?? [])].sort((one, other) => other.occurredOn.localeCompare(one.occurredOn));
    return (code: string): string | undefined => all.find((line) => line.type === code)?.id;
  }, [data]);
  const last = useLast(newest(type));
  const [roster, meeting] = [useLast(newest(ROLLS[0])), useLast(newest(ROLLS[1]))];
  const known = useMemo(() => roll(...[last, roster, meeting].map((one) => (one ? people(one.form, one.content) : []))), [last, roster, meeting]);
  return { last, known };
}

function useLast(id: string | undefined): Last | undefined {
  const [{ data }] = useQuery({ query: LastWritingDocument, variables: { id: id ?? '' }, pause: id === undefined, requestPolicy: 'cache-first' });
  const record = data?.record;
  const [{ data: type }] = useQuery({
    query: RecordFormDocument,
    variables: { code: record?.type ?? '', version: record?.typeVersion ?? null },
    pause: !record,
    requestPolicy: 'cache-first',
  });
  const form = type?.recordType?.form;
  return useMemo(() => (record && form ? { occurredOn: record.occurredOn, content: record.content as Content, form: form as GroupSchema } : undefined), [record, form]);
}
