//! Ending a post: at once, or with a day. Whoever can give a role can take it.

use authz::act;
use chrono::NaiveDate;
use domain::{Code, Id, Outcome, Problem, form::marked, id::noun};
use store::post::Post;

use crate::{App, Begun, Caller, Command, Error, Result, Work};

/// Ends a post; `until` is its last day in the tenant's time zone, none ends it at this moment.
pub async fn end(
    cx: &App,
    caller: &Caller,
    command: Command,
    id: Id<noun::Post>,
    until: Option<NaiveDate>,
    reason: Option<&str>,
) -> Result<Outcome<Post>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::post::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let Ok(may) = work.policy.permit::<act::EndPost>(&work.actor, sealed) else {
        return Err(unseen(&mut work, id).await?);
    };
    if let Some(problem) = reason.and_then(|text| marked(&["reason"], text)) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let before = store::post::fetch(&mut work.tx, &may).await?;
    if !work.policy.may_end(&may, &before.role) {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::BeyondCeiling,
            &["id"],
            "以您当前的职务不能终止这个角色的职务",
            "with the post that you act in you may not end a post of this role",
        )]));
    }
    let zone = store::tenant::own(&mut work.tx).await?.settings.time_zone;
    let term = match before.term.end(until, zone, work.now) {
        Ok(term) => term,
        Err(problem) => return Ok(Outcome::Refused(vec![problem])),
    };
    store::post::end(&mut work.tx, may, term.to).await?;
    let after = Post { term, ended_by: Some(work.actor.account), ..before.clone() };
    work.audit(store::audit::Entry {
        action: "post.end",
        object_kind: "post",
        object_id: id.to_string(),
        before: Some(super::list::told(&before)),
        after: Some(super::list::told(&after)),
        reason,
        ..Default::default()
    })
    .await?;
    work.done(after, Vec::new()).await
}

/// Whoever sees the post is told that he may not end it.
async fn unseen(work: &mut Work, id: Id<noun::Post>) -> Result<Error> {
    let sealed = store::post::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let seen = work.policy.permit::<act::ViewPost>(&work.actor, sealed).is_ok();
    Ok(if seen { Error::Forbidden } else { Error::NotFound })
}
