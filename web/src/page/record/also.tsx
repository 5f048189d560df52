import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { RecordTypesDocument } from './gen/graphql';

/** The further types that a meeting counts for. */
export function AlsoFor({ tags }: { readonly tags: readonly string[] }) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: RecordTypesDocument, pause: tags.length === 0, requestPolicy: 'cache-first' });
  if (tags.length === 0) return null;
  const names = new Map(data?.recordTypes?.map(({ code, name }) => [code, name]));
  return <span>{t('record.alsoFor', { types: tags.map((tag) => names.get(tag) ?? tag).join('、') })}</span>;
}
