import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Input, Tag } from 'antd';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { errorCode } from '../../client/graphql';
import { useAsk } from '../../frame/ask';
import { moment } from '../../frame/moment';
import { Said } from '../../frame/said';
import { Failure, Loading, Nothing } from '../../frame/state';
import { useStep } from '../../frame/step';
import { invites, type Post, shutsOut, useViewer } from '../../frame/viewer';
import { OrgPick } from '../../pick/org';
import { InviteAgainDocument, LetInDocument, PeopleOfDocument, type PeopleOfQuery, ShutOutDocument } from './gen/graphql';
import { Invitation, type Invited, Invite } from './invite';

type Person = NonNullable<PeopleOfQuery['accounts']>['nodes'][number];

/** Who is known at an organisation: invited, let in, shut out. */
export function People() {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const go = useNavigate();
  const asked = useSearch({ from: '/inside/controls/permissions' });
  const [turns, setTurns] = useState(0);
  const org = asked.org ?? posts.find(shutsOut)?.org.id;
  const inviting = posts.filter(invites);
  const again = (): void => setTurns(turns + 1);
  if (!org) return <Nothing words={t('people.none')} />;
  return (
    <>
      <div className="filters">
        <OrgPick words={t('permission.atOrg')} value={org} put={(next) => void go({ to: '/permissions', search: { view: 'people', org: next } })} />
      </div>
      <Pages key={`${org} ${String(turns)}`} org={org} again={again} />
      {inviting.length > 0 && <Invite key={org} posts={inviting} org={org} invited={again} />}
    </>
  );
}

function Pages({ org, again }: { readonly org: string; readonly again: () => void }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return cursors.map((after, n) => (
    <Page key={after ?? ''} org={org} after={after} again={again} more={n === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined} />
  ));
}

interface PageProps {
  readonly org: string;
  readonly after: string | null;
  readonly again: () => void;
  readonly more: ((cursor: string) => void) | undefined;
}

function Page({ org, after, again, more }: PageProps) {
  const { t } = useTranslation();
  const { posts } = useViewer();
  const [{ data, error, fetching }, look] = useQuery({ query: PeopleOfDocument, variables: { org, after }, requestPolicy: 'cache-and-network' });
  const acting = posts.find(shutsOut);
  if (error && !data?.accounts) return <Failure code={errorCode(error)} again={() => look({ requestPolicy: 'network-only' })} />;
  if (fetching && !data) return <Loading />;
  const people = data?.accounts;
  if (!people || !acting) return null;
  if (people.nodes.length === 0) return after === null ? <Nothing words={t('people.none')} /> : null;
  const { hasNextPage, endCursor } = people.pageInfo;
  return (
    <>
      <table className="rows cards-small">
        <thead>
          <tr>
            <th>{t('permission.person')}</th>
            <th>{t('people.state')}</th>
            <th>{t('people.since')}</th>
            <th>{t('permission.steps')}</th>
          </tr>
        </thead>
        <tbody>
          {people.nodes.map((person) => (
            <Row key={person.id} person={person} acting={acting} inviting={posts.find(invites)} again={again} />
          ))}
        </tbody>
      </table>
      {more && hasNextPage && endCursor && <Button onClick={() => more(endCursor)}>{t('state.more')}</Button>}
    </>
  );
}

interface RowProps {
  readonly person: Person;
  readonly acting: Post;
  readonly inviting: Post | undefined;
  readonly again: () => void;
}

function Row({ person, acting, inviting, again }: RowProps) {
  const { t } = useTranslation();
  const { account, timeZone } = useViewer();
  const { asked, ask } = useAsk();
  const shut = useStep(ShutOutDocument);
  const open = useStep(LetInDocument);
  const renew = useStep(InviteAgainDocument);
  const [invited, setInvited] = useState<Invited | null>(null);
  const [address, setAddress] = useState<string | null>(null);
  const input = { post: acting.id, account: person.id };
  const error = shut.error ?? open.error ?? renew.error;
  const problems = [shut.data?.suspendAccount, open.data?.reopenAccount, renew.data?.renewInvitation].flatMap((answer) => answer?.problems ?? []);
  // What was refused is said in this line: it is read anew only when it was done.
  const settled = (answer: { readonly problems: readonly unknown[] } | null | undefined): void => {
    if (answer?.problems.length === 0) again();
  };
  return (
    <tr>
      <td className="main">
        <Link to="/permissions" search={{ view: 'who', account: person.id }}>
          {person.name}
        </Link>
        {invited && <Invitation {...invited} />}
        <Said error={error} problems={problems} />
      </td>
      <td>
        <Tag>{t(`people.of.${person.state}`)}</Tag>
      </td>
      <td data-of={t('people.since')}>{moment(person.createdAt, timeZone)}</td>
      <td>
        <span className="ways">
          {asked}
          {person.state === 'INVITED' && inviting && address === null && (
            <Button size="small" onClick={() => setAddress('')}>
              {t('people.again')}
            </Button>
          )}
          {person.state === 'INVITED' && inviting && address !== null && (
            <form
              className="ways"
              onSubmit={(event: SubmitEvent) => {
                event.preventDefault();
                const email = address.trim() === '' ? null : address.trim();
                void renew.take({ post: inviting.id, account: person.id, email }).then((data) => {
                  const answer = data?.renewInvitation;
                  if (!answer?.token || !answer.expiresAt) return;
                  setInvited({ name: person.name, token: answer.token, until: answer.expiresAt });
                  setAddress(null);
                });
              }}
            >
              <label className="month">
                {t('people.newEmail')}
                <Input type="email" size="small" value={address} maxLength={200} autoComplete="off" onChange={(event) => setAddress(event.target.value)} />
                <small>{t('people.newEmailHint')}</small>
              </label>
              <Button size="small" htmlType="submit" type="primary">
                {t('people.again')}
              </Button>
            </form>
          )}
          {person.state === 'SUSPENDED' && (
            <Button
              size="small"
              onClick={() =>
                ask(t('people.letInSure', { name: person.name }), () => open.take(input).then((data) => settled(data?.reopenAccount)))
              }
            >
              {t('people.letIn')}
            </Button>
          )}
          {person.state !== 'SUSPENDED' && person.id !== account.id && (
            <Button
              size="small"
              danger
              onClick={() =>
                ask(t('people.shutOutSure', { name: person.name }), () => shut.take(input).then((data) => settled(data?.suspendAccount)), true)
              }
            >
              {t('people.shutOut')}
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}
