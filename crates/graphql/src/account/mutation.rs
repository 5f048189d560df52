//! Inviting, shutting out; one's own language and password.

use app::{Command, account::Invite};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use domain::Locale;
use secrecy::SecretString;
use serde::Serialize;

use super::{Account, Language};
use crate::{
    id::parse,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, answer},
};

/// Commands that a person may give without a post.
macro_rules! personal_inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, async_graphql::InputObject, serde::Serialize)]
        pub(crate) struct $name {
            /// One for each operation, 8 to 128 characters: repeating it repeats the answer, not the effect.
            #[serde(skip)]
            idempotency_key: String,
            /// The post in whose name it is done; what concerns oneself needs none.
            post: Option<async_graphql::ID>,
            $($(#[$fdoc])* $field: $type,)*
        }
        impl $name {
            fn command(&self, operation: &'static str) -> app::Result<app::Command> {
                let post = self.post.as_ref().map(crate::id::parse).transpose()?;
                Ok(app::Command::personal(operation, &self.idempotency_key, post, self))
            }
        }
    )*};
}
pub(crate) use personal_inputs;

inputs! {
    /// Invite a person.
    InviteAccountInput {
        /// At which organisation.
        org: ID,
        /// What the person is called.
        name: String,
        /// What the person is to sign in with.
        login: String,
        /// Language of messages.
        #[graphql(default_with = "Language::Zh")]
        locale: Language,
        /// Where a letter with the invitation goes, beside the secret in the answer; the person can change it later.
        email: Option<String>,
    }
    /// Invite a person once more, whose invitation was lost or has expired.
    RenewInvitationInput {
        /// Whom.
        account: ID,
        /// Where a letter with the invitation goes, in place of the address on file; without it no letter goes, and the secret in
        /// the answer is handed over.
        email: Option<String>,
    }
    /// Shut a person out.
    SuspendAccountInput {
        /// Whom.
        account: ID,
        /// Why.
        reason: Option<String>,
    }
    /// Let a person in again.
    ReopenAccountInput {
        /// Whom.
        account: ID,
        /// Why.
        reason: Option<String>,
    }
}

personal_inputs! {
    /// Change one's own language.
    SetLanguageInput {
        /// To which.
        locale: Language,
    }
}

/// Change one's own password.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    /// One for each operation, 8 to 128 characters: repeating it repeats the answer, not the effect.
    idempotency_key: String,
    /// The post in whose name it is done; what concerns oneself needs none.
    post: Option<ID>,
    /// The present password.
    current_password: String,
    /// The new one: 10 to 128 characters, not containing the login.
    new_password: String,
}

/// The person after the step, if it was taken.
#[derive(Debug, SimpleObject)]
pub(crate) struct AccountPayload {
    /// The person; none where it was refused.
    account: Option<Account>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// An invitation.
#[derive(Debug, SimpleObject)]
pub(crate) struct InvitationPayload {
    /// The person; none where it was refused.
    account: Option<Account>,
    /// What the person is handed, shown in the first answer only: it is kept nowhere.
    token: Option<String>,
    /// Until when it can be accepted.
    expires_at: Option<DateTime<Utc>>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// Whether it was done.
#[derive(Debug, SimpleObject)]
pub(crate) struct ChangePasswordPayload {
    /// True where it was changed; every other session has ended then.
    changed: bool,
    /// Refusals.
    problems: Vec<Problem>,
}

fn invitation(outcome: domain::Outcome<app::account::Invitation>, locale: Locale) -> InvitationPayload {
    let (invitation, problems) = split(outcome, locale);
    let Some(invitation) = invitation else {
        return InvitationPayload { account: None, token: None, expires_at: None, problems };
    };
    InvitationPayload {
        token: invitation.token.map(|token| token.reveal().to_owned()),
        expires_at: Some(invitation.expires_at),
        account: Some(invitation.account.into()),
        problems,
    }
}

fn payload(outcome: domain::Outcome<domain::account::Account>, locale: Locale) -> AccountPayload {
    let (account, problems) = split(outcome, locale);
    AccountPayload { account: account.map(Account::from), problems }
}

/// Mutations of people.
#[derive(Debug, Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Invites a person at an organisation: an account, a login, and a secret that opens it within seven days.
    async fn invite_account(&self, ctx: &Context<'_>, input: InviteAccountInput) -> Answer<InvitationPayload> {
        answer(ctx, |request| async move {
            let command = input.command("account.invite").or_refuse(request)?;
            let org = parse(&input.org).or_refuse(request)?;
            let email = input.email.map(SecretString::from);
            let invite = Invite { org, name: input.name, login: input.login, locale: input.locale.into(), email };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::account::invite(&request.app, caller, command, invite).await.or_refuse(request)?;
            Ok(invitation(outcome, request.locale))
        })
        .await
    }

    /// Invites a person once more.
    async fn renew_invitation(&self, ctx: &Context<'_>, input: RenewInvitationInput) -> Answer<InvitationPayload> {
        answer(ctx, |request| async move {
            let command = input.command("account.renew_invitation").or_refuse(request)?;
            let id = parse(&input.account).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let email = input.email.map(SecretString::from);
            let renewed = app::account::renew(&request.app, caller, command, id, email.as_ref()).await;
            let outcome = renewed.or_refuse(request)?;
            Ok(invitation(outcome, request.locale))
        })
        .await
    }

    /// Shuts a person out: every session ends.
    async fn suspend_account(&self, ctx: &Context<'_>, input: SuspendAccountInput) -> Answer<AccountPayload> {
        answer(ctx, |request| async move {
            let command = input.command("account.suspend").or_refuse(request)?;
            let id = parse(&input.account).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let reason = input.reason.as_deref();
            let outcome = app::account::suspend(&request.app, caller, command, id, reason).await.or_refuse(request)?;
            Ok(payload(outcome, request.locale))
        })
        .await
    }

    /// Lets a person in again.
    async fn reopen_account(&self, ctx: &Context<'_>, input: ReopenAccountInput) -> Answer<AccountPayload> {
        answer(ctx, |request| async move {
            let command = input.command("account.reopen").or_refuse(request)?;
            let id = parse(&input.account).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let reason = input.reason.as_deref();
            let outcome = app::account::reopen(&request.app, caller, command, id, reason).await.or_refuse(request)?;
            Ok(payload(outcome, request.locale))
        })
        .await
    }

    /// Changes one's own language.
    async fn set_language(&self, ctx: &Context<'_>, input: SetLanguageInput) -> Answer<AccountPayload> {
        answer(ctx, |request| async move {
            let command = input.command("account.set_language").or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let locale = input.locale.into();
            let outcome = app::account::set_language(&request.app, caller, command, locale).await.or_refuse(request)?;
            Ok(payload(outcome, request.locale))
        })
        .await
    }

    /// Changes one's own password; every other session ends.
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Answer<ChangePasswordPayload> {
        answer(ctx, |request| async move {
            // The passwords are no part of what is kept of the input.
            let post = input.post.as_ref().map(parse).transpose().or_refuse(request)?;
            let command = Command::personal("account.change_password", &input.idempotency_key, post, &());
            let (old, new) = (&input.current_password, &input.new_password);
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome =
                app::account::change_password(&request.app, caller, command, old, new).await.or_refuse(request)?;
            let (changed, problems) = split(outcome, request.locale);
            Ok(ChangePasswordPayload { changed: changed.is_some(), problems })
        })
        .await
    }
}
