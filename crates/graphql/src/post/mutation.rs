//! Granting and ending.

use app::{Command, post::Grant};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use domain::Outcome;
use serde::Serialize;

use super::Post;
use crate::{
    error::Result,
    id::parse,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, Request, answer},
};

inputs! {
    /// Grant a post.
    GrantPostInput {
        /// To whom.
        account: ID,
        /// At which organisation.
        org: ID,
        /// Which role: its name in the policy.
        role: String,
        /// First day in the tenant's time zone; none: now.
        from: Option<NaiveDate>,
        /// Last day; none: without an end.
        until: Option<NaiveDate>,
    }
    /// End a post.
    EndPostInput {
        /// Which.
        id: ID,
        /// Last day in the tenant's time zone; none: it ends at this moment.
        until: Option<NaiveDate>,
        /// Why.
        reason: Option<String>,
    }
}

/// The post after the step, if it was taken.
#[derive(Debug, SimpleObject)]
pub(crate) struct PostPayload {
    /// The post; none where it was refused.
    post: Option<Post>,
    /// Refusals.
    problems: Vec<Problem>,
}

async fn payload(request: &Request, outcome: Outcome<app::post::Post>) -> Result<PostPayload> {
    let (post, problems) = split(outcome, request.locale);
    let Some(post) = post else { return Ok(PostPayload { post: None, problems }) };
    let reading = request.reading().await.or_refuse(request)?;
    Ok(PostPayload { post: Some(Post::of(post, &reading, request.locale)), problems })
}

/// Mutations of posts.
#[derive(Debug, Default)]
pub struct PostMutation;

#[Object]
impl PostMutation {
    /// Grants a post, at or below one's own organisation, of a role that one may hand on; never to oneself.
    async fn grant_post(&self, ctx: &Context<'_>, input: GrantPostInput) -> Answer<PostPayload> {
        answer(ctx, |request| async move {
            let command = input.command("post.grant").or_refuse(request)?;
            let (account, org) = (parse(&input.account).or_refuse(request)?, parse(&input.org).or_refuse(request)?);
            let grant = Grant { account, org, role: input.role, from: input.from, until: input.until };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::post::grant(&request.app, caller, command, grant).await.or_refuse(request)?;
            payload(request, outcome).await
        })
        .await
    }

    /// Ends a post, at once or with a day; its holder loses it at the next request.
    async fn end_post(&self, ctx: &Context<'_>, input: EndPostInput) -> Answer<PostPayload> {
        answer(ctx, |request| async move {
            let command = input.command("post.end").or_refuse(request)?;
            let id = parse(&input.id).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let reason = input.reason.as_deref();
            let outcome =
                app::post::end(&request.app, caller, command, id, input.until, reason).await.or_refuse(request)?;
            payload(request, outcome).await
        })
        .await
    }
}
