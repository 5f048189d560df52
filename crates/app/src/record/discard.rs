//! Put a draft aside that was never sent.

use authz::act;
use domain::{Code, Id, Outcome, Problem, id::noun, live::Topic, record::RecordState};

use super::SavedDraft;
use crate::{App, Begun, Caller, Command, Error, Result};

/// Discards a draft; it is kept, but in no list.
pub async fn discard(
    cx: &App,
    who: &Caller,
    command: Command,
    id: Id<noun::Record>,
    rev: i32,
) -> Result<Outcome<SavedDraft>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::record::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::DiscardRecord>(&work.actor, sealed)?;
    let before = store::record::fetch(&mut work.tx, &may).await?;
    if let Err(problem) = super::check_active(&before) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    if before.head.state != RecordState::Draft {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::WrongState,
            &["record"],
            "只有从未报送的草稿可以废弃；已报送的记录须保留",
            "only a draft that was never submitted can be discarded; what was submitted is kept",
        )]));
    }
    if let Err(problem) = before.head.check_edit(rev) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    store::record::discard(&mut work.tx, may, rev, work.origin.as_deref()).await?;
    work.touch([Topic::Record(id)]);
    work.done(SavedDraft { record: id, rev: rev + 1 }, Vec::new()).await
}
