import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { ViewerDocument } from '../../frame/gen/graphql';
import { SignInForm } from './form';

/** Over the page that was open: nothing of it is lost. */
export default function SignInAgain({ login }: { readonly login: string }) {
  const { t } = useTranslation();
  const client = useClient();
  return (
    <Modal open title={t('signIn.again')} footer={null} closable={false} keyboard={false} mask={{ closable: false }}>
      <p>{t('signIn.nothingLost')}</p>
      <SignInForm login={login} entered={() => void client.query(ViewerDocument, {}, { requestPolicy: 'network-only' }).toPromise()} />
    </Modal>
  );
}
