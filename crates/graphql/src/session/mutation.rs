//! Making tokens, ending sessions.

use app::session::NewToken;
use async_graphql::{Context, ID, Object, SimpleObject};
use domain::{Id, id::noun};

use super::Session;
use crate::{
    account::personal_inputs,
    id::parse,
    problem::{Problem, split},
    request::{Answer, Refuse as _, Request, answer},
};

personal_inputs! {
    /// Make a token for a program that acts as oneself.
    CreateTokenInput {
        /// What it is called.
        label: String,
        /// Days until it ends by itself, 1 to 365.
        days: i32,
        /// May it ask for the schema? The system and the security administrator may say yes.
        #[graphql(default)]
        introspect: bool,
    }
    /// End a session: one's own, or anybody's as security administrator.
    EndSessionInput {
        /// Which.
        session: ID,
    }
    /// End every session of one's own, and every token.
    SignOutEverywhereInput {}
}

/// A token made.
#[derive(Debug, SimpleObject)]
pub(crate) struct CreateTokenPayload {
    /// Its session; none where it was refused.
    session: Option<Session>,
    /// Its text, shown in the first answer only: it is kept nowhere.
    token: Option<String>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// A session ended.
#[derive(Debug, SimpleObject)]
pub(crate) struct EndSessionPayload {
    /// The session; none where it was refused.
    session: Option<Session>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// Sessions ended.
#[derive(Debug, SimpleObject)]
pub(crate) struct SignOutEverywherePayload {
    /// How many.
    ended: Option<u64>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// The session that asks; none where it is the one that has just ended.
async fn present(request: &Request) -> Option<Id<noun::Session>> {
    Some(request.reading().await.ok()?.actor.session)
}

fn node(session: app::session::Session, present: Option<Id<noun::Session>>) -> Session {
    let present = present.unwrap_or(session.id);
    Session::of(session, present)
}

/// Mutations of sessions.
#[derive(Debug, Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Makes a token for a program that acts as oneself, for a year at the most.
    async fn create_token(&self, ctx: &Context<'_>, input: CreateTokenInput) -> Answer<CreateTokenPayload> {
        answer(ctx, |request| async move {
            let command = input.command("session.create_token").or_refuse(request)?;
            let new = NewToken { label: input.label, days: input.days, introspect: input.introspect };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::session::create(&request.app, caller, command, new).await.or_refuse(request)?;
            let (made, problems) = split(outcome, request.locale);
            let Some(made) = made else { return Ok(CreateTokenPayload { session: None, token: None, problems }) };
            let token = made.token.map(|token| token.reveal().to_owned());
            let session = Some(node(made.session, present(request).await));
            Ok(CreateTokenPayload { session, token, problems })
        })
        .await
    }

    /// Ends a session at once.
    async fn end_session(&self, ctx: &Context<'_>, input: EndSessionInput) -> Answer<EndSessionPayload> {
        answer(ctx, |request| async move {
            let command = input.command("session.end").or_refuse(request)?;
            let id = parse(&input.session).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::session::end(&request.app, caller, command, id).await.or_refuse(request)?;
            let (session, problems) = split(outcome, request.locale);
            let present = present(request).await;
            Ok(EndSessionPayload { session: session.map(|session| node(session, present)), problems })
        })
        .await
    }

    /// Ends every session and token of one's own, the present one among them.
    async fn sign_out_everywhere(
        &self,
        ctx: &Context<'_>,
        input: SignOutEverywhereInput,
    ) -> Answer<SignOutEverywherePayload> {
        answer(ctx, |request| async move {
            let command = input.command("session.sign_out_everywhere").or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::session::sign_out_everywhere(&request.app, caller, command).await.or_refuse(request)?;
            let (ended, problems) = split(outcome, request.locale);
            Ok(SignOutEverywherePayload { ended: ended.map(|ended| ended.0), problems })
        })
        .await
    }
}
