import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { Failure, Loading } from '../../frame/state';
import { useViewer } from '../../frame/viewer';
import { PostsAtDocument, RolesInWordsDocument } from './gen/graphql';

const DUTIES = ['system', 'security', 'audit'] as const;

/** The three administrators, who cannot be one person: who they are, and what each of them may do. */
export function Three() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const top = posts.find(({ org }) => org.level === 1)?.org.id;
  const [{ data, error, fetching }] = useQuery({ query: RolesInWordsDocument });
  const [{ data: held }] = useQuery({ query: PostsAtDocument, variables: { org: top ?? '', after: null, endedToo: false }, pause: !top });
  if (error && !data) return <Failure code={errorCode(error)} />;
  if (fetching && !data) return <Loading />;
  const roles = data?.roles ?? [];
  return (
    <>
      <p>{t('permission.apart')}</p>
      <div className="beside">
        {DUTIES.map((duty) => {
          const of = roles.filter((role) => role.duty === duty);
          const names = (held?.posts?.nodes ?? []).filter(({ role }) => of.some(({ name }) => name === role)).map(({ account }) => account?.name ?? '');
          return (
            <section key={duty} className="sheet">
              <h2>{of.map(({ label }) => label).join('、')}</h2>
              <p>
                <strong>{top ? (names.length > 0 ? names.join('、') : t('permission.nobody')) : t('permission.notToldHere')}</strong>
              </p>
              <ul>
                {of.flatMap(({ words }) => words).map((words) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </>
  );
}
