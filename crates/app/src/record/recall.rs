//! Take back: a submission by its submitter, an approval by whoever gave it, while the next receipt is pending.

use authz::act;
use domain::{
    Code, Id, Outcome, Problem,
    id::{ReceiptId, noun},
    submission::{ReceiptState, SubmissionState},
};
use serde::{Deserialize, Serialize};

use crate::{App, Begun, Caller, Command, Error, Result};

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {
    /// The record.
    pub record: Id<noun::Record>,
    /// Its round.
    pub round: i32,
    /// Withdrawn, or in review again at the level whose approval was recalled.
    pub state: SubmissionState,
    /// The new receipt of that level.
    pub receipt: Option<ReceiptId>,
}

/// The submitter takes his submission back.
pub async fn recall(cx: &App, who: &Caller, command: Command, id: Id<noun::Record>) -> Result<Outcome<Recalled>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::record::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::RecallRecord>(&work.actor, sealed)?;
    let record = store::record::fetch(&mut work.tx, &may).await?;
    let Some(submission) = store::record::submission(&mut work.tx, id, record.head.round).await? else {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::WrongState,
            &["record"],
            "该记录尚未报送，无需撤回",
            "it was never submitted, so there is nothing to recall",
        )]));
    };
    if submission.state == SubmissionState::InReview && submission.position > 1 {
        let decided = Problem::new(
            Code::TooLate,
            &["record"],
            "上级已审核通过，不能撤回；如需修改，请联系上级退回",
            "a level above has approved it; ask it to return the record",
        );
        return Ok(Outcome::Refused(vec![decided]));
    }
    let chain = submission.chain.clone();
    if let Err(problem) = submission.recall(work.actor.account) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let done = store::record::recall(&mut work.tx, may, id, work.origin.as_deref()).await?;
    work.touch_step(id, chain);
    work.done(Recalled { record: id, round: done.round, state: done.state, receipt: done.receipt }, Vec::new()).await
}

/// A reviewer takes his approval back; his organisation receives the submission anew.
pub async fn recall_approval(cx: &App, who: &Caller, command: Command, id: ReceiptId) -> Result<Outcome<Recalled>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::receipt::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::RecallReceipt>(&work.actor, sealed)?;
    let (submission, state) = store::receipt::submission(&mut work.tx, &may).await?;
    let last = submission.position.checked_sub(2).and_then(|at| submission.route.get(at)) == Some(&id.org);
    if state != ReceiptState::Approved || !last {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::TooLate,
            &["receipt"],
            "只有在上一级尚未审核时，才能撤销本级的审核通过",
            "an approval can be recalled only while the next level has not decided",
        )]));
    }
    let (record, chain) = (submission.record, submission.chain.clone());
    if let Err(problem) = submission.recall(work.actor.account) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let done = store::record::recall(&mut work.tx, may, record, work.origin.as_deref()).await?;
    work.touch_step(record, chain);
    work.done(Recalled { record, round: done.round, state: done.state, receipt: done.receipt }, Vec::new()).await
}
