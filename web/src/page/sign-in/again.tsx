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
  // The browser's own dialog: a library's locks the page by a style that the page's policy refuses.
  return (
    <dialog
      className="sheet ask"
      aria-labelledby="again"
      ref={(box) => (box?.open === false ? box.showModal() : undefined)}
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="again">{t('signIn.again')}</h2>
      <p>{t('signIn.nothingLost')}</p>
      <SignInForm login={login} entered={() => void entered()} />
    </dialog>
  );
}
