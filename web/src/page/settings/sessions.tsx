import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { moment } from '../../frame/moment';
import { Said } from '../../frame/said';
import { Failure, Loading } from '../../frame/state';
import { useStep } from '../../frame/step';
import { useViewer } from '../../frame/viewer';
import { agentOf } from './agent';
import { EndSessionDocument, SessionsDocument } from './gen/graphql';

/** Where one is signed in; what is not one's own is ended here. */
export function Sessions() {
  const { t } = useTranslation();
  const { account, timeZone } = useViewer();
  const [{ data, error, fetching }, again] = useQuery({ query: SessionsDocument, variables: { account: account.id }, requestPolicy: 'cache-and-network' });
  const end = useStep(EndSessionDocument);
  const open = data?.sessions?.filter(({ endedAt }) => endedAt === null) ?? [];
  return (
    <section className="sheet">
      <h2>{t('settings.sessions')}</h2>
      {error && !data && <Failure code={errorCode(error)} again={() => again({ requestPolicy: 'network-only' })} />}
      {fetching && !data && <Loading />}
      <Said error={end.error} problems={end.data?.endSession?.problems ?? []} />
      <ul className="lines">
        {open.map((session) => (
          <li key={session.id}>
            {session.kind === 'BROWSER' ? <Browser agent={session.label} /> : <strong>{session.label}</strong>}
            <small>{t(`settings.kind.${session.kind}`)}</small>
            <time dateTime={session.createdAt}>{t('settings.since', { at: moment(session.createdAt, timeZone) })}</time>
            {session.present ? (
              <small>{t('settings.here')}</small>
            ) : (
              <Button onClick={() => void end.take({ session: session.id }).then(() => again({ requestPolicy: 'network-only' }))}>
                {t('settings.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** In plain words; what the browser said of itself is there for whoever wants to know it. */
function Browser({ agent }: { readonly agent: string }) {
  const { t } = useTranslation();
  const { browser, version, system } = agentOf(agent);
  const known = [browser && [t(`agent.browser.${browser}`), version].filter(Boolean).join(' '), system && t(`agent.system.${system}`)].filter(Boolean);
  return <strong title={agent}>{known.length > 0 ? known.join(' · ') : t('agent.unknown')}</strong>;
}
