import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { session } from '../../client/session';
import { ViewerDocument } from '../../frame/gen/graphql';
import { SignInForm } from './form';

/** Over the page that was open: nothing of it is lost. Somebody else begins anew: the page and its answers were another person's. */
export default function SignInAgain({ account, login }: { readonly account: string; readonly login: string }) {
  const { t } = useTranslation();
  const client = useClient();
  async function entered(): Promise<void> {
    const { data } = await client.query(ViewerDocument, {}, { requestPolicy: 'network-only' }).toPromise();
    // What waits for the session is asked again only in the name of the same person.
    if (data?.viewer?.account?.id === account) session.set('open');
    else window.location.assign('/');
  }
  return (
    <Modal open title={t('signIn.again')} footer={null} closable={false} keyboard={false} mask={{ closable: false }}>
      <p>{t('signIn.nothingLost')}</p>
      <SignInForm login={login} entered={() => void entered()} />
    </Modal>
  );
}
