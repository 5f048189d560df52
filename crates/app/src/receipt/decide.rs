//! Approve or return what was received.

use authz::{Act, Permit, act};
use domain::{
    Id, Outcome,
    id::{ReceiptId, noun},
    submission::{Remarks, SubmissionState, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::{App, Begun, Caller, Command, Error, Result, Work};

/// What a decision came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The receipt that was decided.
    pub receipt: ReceiptId,
    /// The record.
    pub record: Id<noun::Record>,
    /// Its round.
    pub round: i32,
    /// Where the submission stands now.
    pub state: SubmissionState,
    /// The receipt of the next level, if there is one; only its number and place.
    pub next: Option<ReceiptId>,
}

/// Approves: on to the next level of the route, or final.
pub async fn approve(
    cx: &App,
    who: &Caller,
    command: Command,
    id: ReceiptId,
    remarks: Remarks,
) -> Result<Outcome<Decided>> {
    match cx.begin(who, command).await? {
        Begun::Fresh(work) => decide::<act::ApproveReceipt>(work, id, Verdict::Approve, remarks).await,
        Begun::Answered(outcome) => Ok(outcome),
    }
}

/// Returns to the branch, with reasons.
pub async fn give_back(
    cx: &App,
    who: &Caller,
    command: Command,
    id: ReceiptId,
    remarks: Remarks,
) -> Result<Outcome<Decided>> {
    match cx.begin(who, command).await? {
        Begun::Fresh(work) => decide::<act::ReturnReceipt>(work, id, Verdict::Return, remarks).await,
        Begun::Answered(outcome) => Ok(outcome),
    }
}

/// Either, for work that has begun.
pub async fn decide<A: Act<Of = ReceiptId>>(
    mut work: Work,
    id: ReceiptId,
    verdict: Verdict,
    remarks: Remarks,
) -> Result<Outcome<Decided>> {
    let sealed = store::receipt::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may: Permit<A> = work.policy.permit::<A>(&work.actor, sealed)?;
    let problems = remarks.check(verdict);
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let (submission, _) = store::receipt::submission(&mut work.tx, &may).await?;
    let chain = submission.chain.clone();
    if let Err(problem) = submission.decide(id.org, verdict, work.actor.account) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let done = store::receipt::decide(&mut work.tx, may, verdict, &remarks, work.origin.as_deref()).await?;
    work.touch_step(done.record, chain);
    let answer = Decided { receipt: id, record: done.record, round: done.round, state: done.state, next: done.next };
    work.done(answer, Vec::new()).await
}
