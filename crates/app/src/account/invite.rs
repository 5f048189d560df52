//! Inviting: an account with a login and a secret that is shown once and opens it within seven days.

use authz::{Permit, act};
use chrono::{DateTime, Utc};
use domain::{
    Code, Id, Locale, Outcome, Problem,
    account::{Account, AccountState, INVITED_FOR, parse_login, parse_person},
    id::noun,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use store::account::Invited;

use crate::{App, Begun, Caller, Command, Error, Result, Work, account::refusal, notice::address, session::Token};

/// Who is to be invited.
#[derive(Debug, Clone, Serialize)]
pub struct Invite {
    /// Where.
    pub org: Id<noun::Org>,
    /// What the person is called.
    pub name: String,
    /// What the person is to sign in with.
    pub login: String,
    /// Language of messages.
    pub locale: Locale,
    /// Where a letter with the invitation goes; none: the secret is handed over by whoever invites.
    #[serde(skip)]
    pub email: Option<SecretString>,
}

/// An invitation, with its secret in the first answer only.
#[derive(Debug, Serialize, Deserialize)]
pub struct Invitation {
    /// The person.
    pub account: Account,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
    /// What the person is handed; none where a repeated request is answered, because it is kept nowhere.
    #[serde(skip)]
    pub token: Option<Token>,
}

/// Invites a person at an organisation.
pub async fn invite(cx: &App, caller: &Caller, command: Command, invite: Invite) -> Result<Outcome<Invitation>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permit(&mut work, invite.org).await?;
    let mut problems = Vec::new();
    let mut parsed = |result: Result<String, Problem>| result.map_err(|problem| problems.push(problem)).ok();
    let (name, login) = (parsed(parse_person(&invite.name)), parsed(parse_login(&invite.login)));
    if store::post::place(&mut work.tx, invite.org).await?.is_some_and(|(_, active)| !active) {
        problems.push(Problem::new(Code::Closed, &["org"], "该党组织已撤销", "the organisation is closed"));
    }
    let email = invite.email.as_ref().map(address::parse).transpose();
    let email = email.map_err(|problem| problems.push(problem)).ok().flatten().flatten();
    let (Some(name), Some(login), true) = (name, login, problems.is_empty()) else {
        return Ok(Outcome::Refused(problems));
    };
    let new = Invited { id: cx.id(), name: &name, login: &login, locale: invite.locale };
    let account = match store::account::insert(&mut work.tx, &may, new).await {
        Ok(account) => account,
        Err(store::Error::Constraint(name)) if name == "credential_tenant_id_login_key" => {
            return Ok(Outcome::Refused(vec![Problem::new(
                Code::Taken,
                &["login"],
                "该登录名不可用，请换一个",
                "this login is not available, choose another",
            )]));
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(email) = &email {
        store::invitation::set_address(&mut work.tx, account.id, email).await?;
    }
    hand_out(cx, work, may, account, "account.invite").await
}

/// Invites once more, where an invitation was lost or has expired. With an address the letter goes there, and it replaces the one on file;
/// without one no letter goes: the one on file may be a stranger's, mistyped, which is why the invitation was lost.
pub async fn renew(
    cx: &App,
    caller: &Caller,
    command: Command,
    id: Id<noun::Account>,
    email: Option<&SecretString>,
) -> Result<Outcome<Invitation>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::account::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let seen = work.policy.permit::<act::ViewAccount>(&work.actor, sealed)?;
    let account = store::account::fetch(&mut work.tx, &seen).await?;
    let may = permit(&mut work, account.home_org).await?;
    if account.state != AccountState::Invited {
        let problem =
            Problem::new(Code::WrongState, &["account"], "此人不在待接受邀请状态", "the person has no open invitation");
        return Ok(Outcome::Refused(vec![problem]));
    }
    let email = match email.map(address::parse).transpose() {
        Ok(email) => email.flatten(),
        Err(problem) => return Ok(Outcome::Refused(vec![problem])),
    };
    store::invitation::end(&mut work.tx, account.id).await?;
    let Some(email) = email else {
        return hand_out(cx, work, may, account, "account.renew_invitation").await;
    };
    store::invitation::readdress(&mut work.tx, account.id, &email).await?;
    hand_out(cx, work, may, account, "account.readdress_invitation").await
}

async fn permit(work: &mut Work, org: Id<noun::Org>) -> Result<Permit<act::InviteAccount>> {
    let sealed = store::org::locate(&mut work.tx, org).await?.ok_or(Error::NotFound)?;
    let permit = work.policy.permit::<act::InviteAccount>(&work.actor, sealed);
    permit.map_err(|_| refusal(&work.policy, &work.actor))
}

async fn hand_out(
    cx: &App,
    mut work: Work,
    may: Permit<act::InviteAccount>,
    account: Account,
    action: &str,
) -> Result<Outcome<Invitation>> {
    let token = Token::mint(cx, &work.actor.tenant_key)?;
    let expires_at = work.now + INVITED_FOR;
    store::invitation::insert(&mut work.tx, may, account.id, token.entry(), expires_at).await?;
    work.audit(store::audit::Entry {
        action,
        object_kind: "account",
        object_id: account.id.to_string(),
        after: Some(serde_json::json!({"home_org": account.home_org.to_string(), "expires_at": expires_at})),
        ..Default::default()
    })
    .await?;
    work.done(Invitation { account, expires_at, token: Some(token) }, Vec::new()).await
}
