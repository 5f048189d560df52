//! Granting: by whoever may hand on that role, at or below his own organisation, never to himself.

use authz::{RoleName, act};
use chrono::NaiveDate;
use domain::{Code, Id, Outcome, Problem, account::AccountState, id::noun, post::Term};
use serde::Serialize;
use store::post::{Granted, Post};

use crate::{App, Begun, Caller, Command, Error, Result, Work, account::refusal};

/// What is to be granted. Days are those of the tenant's time zone.
#[derive(Debug, Clone, Serialize)]
pub struct Grant {
    /// To whom.
    pub account: Id<noun::Account>,
    /// Where.
    pub org: Id<noun::Org>,
    /// Which role.
    pub role: String,
    /// First day; none: now.
    pub from: Option<NaiveDate>,
    /// Last day; none: without an end.
    pub until: Option<NaiveDate>,
}

/// Grants a post.
pub async fn grant(cx: &App, caller: &Caller, command: Command, grant: Grant) -> Result<Outcome<Post>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::org::locate(&mut work.tx, grant.org).await?.ok_or(Error::NotFound)?;
    let may =
        work.policy.permit::<act::GrantPost>(&work.actor, sealed).map_err(|_| refusal(&work.policy, &work.actor))?;
    let mut problems = standing(&mut work, &grant).await?;
    let zone = store::tenant::own(&mut work.tx).await?.settings.time_zone;
    let term = Term::grant(grant.from, grant.until, zone, work.now).map_err(|wrong| problems.extend(wrong)).ok();
    let policy = work.policy.clone();
    let role = RoleName::parse(&grant.role).and_then(|name| policy.role(&name));
    match role {
        None => problems.push(Problem::new(Code::Invalid, &["role"], "没有这个角色", "there is no such role")),
        Some(role) if !policy.may_grant(&may, grant.account, &role.name) => problems.push(beyond(&work, &grant)),
        Some(_) => {}
    }
    let (Some(term), Some(role), true) = (term, role, problems.is_empty()) else {
        return Ok(Outcome::Refused(problems));
    };
    let granted = Granted { id: cx.id(), account: grant.account, role: &role.name, duty: role.duty, term };
    if store::post::overlaps(&mut work.tx, &may, &granted).await? {
        let zh = "此人在该党组织已有同一职务，任期重叠";
        let en = "the person holds this role here already at that time";
        return Ok(Outcome::Refused(vec![Problem::new(Code::Taken, &["role"], zh, en)]));
    }
    let post = match store::post::insert(&mut work.tx, may, &granted).await {
        Ok(post) => post,
        Err(store::Error::Constraint(name)) if name == "post_three_administrators" => {
            return Ok(Outcome::Refused(vec![three_administrators()]));
        }
        Err(error) => return Err(error.into()),
    };
    work.audit(store::audit::Entry {
        action: "post.grant",
        object_kind: "post",
        object_id: post.id.to_string(),
        after: Some(super::list::told(&post)),
        ..Default::default()
    })
    .await?;
    work.done(post, Vec::new()).await
}

/// What stands in the way at the organisation or the person.
async fn standing(work: &mut Work, grant: &Grant) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    if store::post::place(&mut work.tx, grant.org).await?.is_some_and(|(_, active)| !active) {
        problems.push(Problem::new(Code::Closed, &["org"], "该党组织已撤销", "the organisation is closed"));
    }
    let sealed = store::account::locate(&mut work.tx, grant.account).await?.ok_or(Error::NotFound)?;
    let seen = work.policy.permit::<act::ViewAccount>(&work.actor, sealed)?;
    let person = store::account::fetch(&mut work.tx, &seen).await?;
    if person.state == AccountState::Suspended {
        problems.push(Problem::new(Code::WrongState, &["account"], "该账号已停用", "the account is suspended"));
    }
    Ok(problems)
}

fn beyond(work: &Work, grant: &Grant) -> Problem {
    if grant.account == work.actor.account {
        return Problem::new(Code::BeyondCeiling, &["account"], "不得给自己授予职务", "nobody grants himself a post");
    }
    Problem::new(
        Code::BeyondCeiling,
        &["role"],
        "以您当前的职务不能授予这个角色",
        "with the post that you act in you may not grant this role",
    )
}

fn three_administrators() -> Problem {
    Problem::new(
        Code::ThreeAdministrators,
        &["account"],
        "系统、安全、审计三员不得由同一人担任",
        "system, security and audit administrator are never one person",
    )
}
