//! Shutting a person out and letting him in again.

use authz::{Permit, act};
use domain::{
    Code, Id, Outcome, Problem,
    account::{Account, AccountState},
    form::marked,
    id::noun,
};

use crate::{App, Begun, Caller, Command, Error, Result, Work, account::refusal};

/// Shuts a person out: every session ends, and none begins. Not oneself, and nobody who holds a post out of reach.
pub async fn suspend(
    cx: &App,
    caller: &Caller,
    command: Command,
    id: Id<noun::Account>,
    reason: Option<&str>,
) -> Result<Outcome<Account>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permit(&mut work, id).await?;
    if let Some(problem) = reason.and_then(|text| marked(&["reason"], text)) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let before = store::account::fetch(&mut work.tx, &may).await?;
    let state = before.state;
    let after = match before.suspend(work.actor.account) {
        Ok(after) => after,
        Err(problem) => return Ok(Outcome::Refused(vec![problem])),
    };
    if let Some(problem) = out_of_reach(&mut work, &may).await? {
        return Ok(Outcome::Refused(vec![problem]));
    }
    apply(work, may, state, after, "account.suspend", reason).await
}

/// Lets a person in again. Sessions of before stay ended.
pub async fn reopen(
    cx: &App,
    caller: &Caller,
    command: Command,
    id: Id<noun::Account>,
    reason: Option<&str>,
) -> Result<Outcome<Account>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permit(&mut work, id).await?;
    if let Some(problem) = reason.and_then(|text| marked(&["reason"], text)) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let before = store::account::fetch(&mut work.tx, &may).await?;
    let state = before.state;
    let has_password = store::account::has_password(&mut work.tx, &may).await?;
    let after = match before.reopen(has_password) {
        Ok(after) => after,
        Err(problem) => return Ok(Outcome::Refused(vec![problem])),
    };
    if let Some(problem) = out_of_reach(&mut work, &may).await? {
        return Ok(Outcome::Refused(vec![problem]));
    }
    apply(work, may, state, after, "account.reopen", reason).await
}

async fn permit(work: &mut Work, id: Id<noun::Account>) -> Result<Permit<act::SuspendAccount>> {
    let sealed = store::account::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let permit = work.policy.permit::<act::SuspendAccount>(&work.actor, sealed);
    permit.map_err(|_| refusal(&work.policy, &work.actor))
}

async fn out_of_reach(work: &mut Work, may: &Permit<act::SuspendAccount>) -> Result<Option<Problem>> {
    let within = store::account::within_reach(&mut work.tx, may).await?;
    Ok((!within).then(|| {
        Problem::new(
            Code::BeyondCeiling,
            &["account"],
            "此人在您的管辖范围以外任职，或是三员之一；须由上级或系统、安全管理员办理",
            "the person holds a post out of your reach, or is one of the three administrators: it is for those above, or for \
             the system or security administrator",
        )
    }))
}

async fn apply(
    mut work: Work,
    may: Permit<act::SuspendAccount>,
    before: AccountState,
    after: Account,
    action: &str,
    reason: Option<&str>,
) -> Result<Outcome<Account>> {
    store::account::apply(&mut work.tx, may, before, after.state).await?;
    work.audit(store::audit::Entry {
        action,
        object_kind: "account",
        object_id: after.id.to_string(),
        before: Some(before.as_str().into()),
        after: Some(after.state.as_str().into()),
        reason,
        ..Default::default()
    })
    .await?;
    work.done(after, Vec::new()).await
}
