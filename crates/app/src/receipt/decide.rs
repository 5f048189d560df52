//! Approve or return what was received.

use authz::{Act, Permit, act};
use domain::{
    Code, Id, Outcome, Problem,
    id::{ReceiptId, noun},
    submission::{ReceiptState, Remarks, SubmissionState, Verdict},
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
        Begun::Fresh(work) => decide::<act::ApproveReceipt>(cx, work, id, Verdict::Approve, remarks).await,
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
        Begun::Fresh(work) => decide::<act::ReturnReceipt>(cx, work, id, Verdict::Return, remarks).await,
        Begun::Answered(outcome) => Ok(outcome),
    }
}

/// Either, for work that has begun.
pub async fn decide<A: Act<Of = ReceiptId>>(
    cx: &App,
    mut work: Work,
    id: ReceiptId,
    verdict: Verdict,
    remarks: Remarks,
) -> Result<Outcome<Decided>> {
    let sealed = store::receipt::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may: Permit<A> = work.policy.permit::<A>(&work.actor, sealed)?;
    let mut problems = remarks.check(verdict);
    problems.extend(aimless(cx, &mut work, &may, &remarks).await?);
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let (submission, here) = store::receipt::submission(&mut work.tx, &may).await?;
    if here != ReceiptState::Pending
        && let Some(no) = store::receipt::pending_again(&mut work.tx, &may).await?
    {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::WrongState,
            &["receipt"],
            format!("第 {} 号回执的审核已撤销，该件在本级以第 {} 号重新待审核，请打开新的一件", id.no.0, no.0),
            format!(
                "the approval of receipt {} was taken back; it waits here again as number {}: open that one",
                id.no.0, no.0
            ),
        )]));
    }
    let chain = submission.chain.clone();
    if let Err(problem) = submission.decide(id.org, verdict, work.actor.account) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let done = store::receipt::decide(&mut work.tx, may, verdict, &remarks, work.origin.as_deref()).await?;
    work.touch_step(done.record, chain);
    let answer = Decided { receipt: id, record: done.record, round: done.round, state: done.state, next: done.next };
    work.done(answer, Vec::new()).await
}

/// Comments at fields that the form does not have: nobody would find them.
async fn aimless<A: Act<Of = ReceiptId>>(
    cx: &App,
    work: &mut Work,
    may: &Permit<A>,
    remarks: &Remarks,
) -> Result<Vec<Problem>> {
    if remarks.comments.is_empty() {
        return Ok(Vec::new());
    }
    let Some((of_type, version)) = store::receipt::form(&mut work.tx, may).await? else { return Ok(Vec::new()) };
    let form = cx.catalogue.form(&mut work.tx, &of_type, Some(version)).await?.ok_or(Error::NotFound)?;
    let comments = remarks.comments.iter().enumerate().take(100);
    let aimless = comments.filter(|(_, comment)| comment.path.starts_with('/') && !form.has_field(&comment.path));
    Ok(aimless
        .map(|(at, _)| {
            Problem::new(
                Code::Invalid,
                &["comments", &at.to_string(), "path"],
                "表单没有这一栏。批注写在已有的栏目上（如 /present、/title），其余写在说明里",
                "the form has no such field: comment at one that it has (/present, /title), and say the rest in the note",
            )
        })
        .collect())
}
