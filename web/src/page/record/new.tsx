import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { newKey } from '../../client/key';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useTitle } from '../../frame/title';
import { useViewer, writes } from '../../frame/viewer';
import { RecordTypesDocument } from './gen/graphql';

/** What shall be reported, and for which organisation. */
export function NewRecord() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const { post: asked } = useSearch({ from: '/inside/controls/records/new' });
  const mine = posts.filter(writes);
  const post = mine.find(({ id }) => id === asked) ?? mine[0];
  const [{ data, error, fetching }, again] = useQuery({ query: RecordTypesDocument });
  useTitle(t('record.new'));
  if (!post) return <Nothing words={t('record.noPost')} />;
  return (
    <>
      <h1>{t('record.new')}</h1>
      {mine.length > 1 && (
        <Segmented
          options={mine.map(({ id, org }) => ({ value: id, label: org.shortName ?? org.name }))}
          value={post.id}
          onChange={(id) => void go({ to: '/records/new', search: { post: id }, replace: true })}
        />
      )}
      {error && <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />}
      {fetching && !data && <Loading />}
      <ul className="cards">
        {data?.recordTypes?.map((type) => (
          <li key={type.code}>
            <Link to="/records/begin/$type" params={{ type: type.code }} search={{ post: post.id, draft: newKey() }}>
              {type.name}
            </Link>
            <p>{type.help}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
