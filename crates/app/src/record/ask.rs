//! Ask the others of one's organisation to confirm what nobody above reviews.

use authz::{Action, Object, Subject, TenantPolicy, act};
use domain::{
    Id, Outcome,
    id::noun,
    live::Topic,
    submission::{check_request, nobody_else},
};
use store::{
    Tx,
    record::{Confirmer, Record},
};

use super::{
    SavedDraft,
    submit::{Ready, ready},
};
use crate::{App, Begun, Caller, Command, Error, Reader, Result};

/// Asks for the confirmation of a draft at the revision that was read: by its writer, against whose own confirmation nothing else
/// speaks. Asked before for this revision, it is as it was.
pub async fn ask_confirmation(
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
    let may = work.policy.permit::<act::SubmitRecord>(&work.actor, sealed)?;
    let record = store::record::fetch(&mut work.tx, &may).await?;
    let Ready { routed, warnings, .. } = match ready(cx, &mut work.tx, &record, rev).await? {
        Ok(ready) => ready,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    if let Err(problem) = check_request(&routed, record.author, work.actor.account) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    if asked_of(&mut work.tx, &work.policy, &record).await?.is_empty() {
        return Ok(Outcome::Refused(vec![nobody_else()]));
    }
    store::record::ask(&mut work.tx, may, rev, work.origin.as_deref()).await?;
    work.touch([Topic::Record(id)]);
    work.done(SavedDraft { record: id, rev }, warnings).await
}

/// Who may confirm it now beside its writer, where another person confirms; the record was viewed before.
pub async fn confirmers(reader: &mut Reader, of: &Record) -> Result<Vec<Id<noun::Account>>> {
    let open = of.org_active && of.head.state.is_open();
    if !open || !super::view::routed(reader, of).await?.stops.is_empty() {
        return Ok(Vec::new());
    }
    asked_of(&mut reader.tx, &reader.policy, of).await
}

/// Everybody but the writer who may read and send it under a post at its organisation.
async fn asked_of(tx: &mut Tx, policy: &TenantPolicy, of: &Record) -> Result<Vec<Id<noun::Account>>> {
    let grade = u8::try_from(of.writing.confidentiality).unwrap_or(u8::MAX);
    let confirms = |Confirmer { account, post }: &Confirmer| {
        let posts = std::slice::from_ref(post);
        let subject = Subject { tenant: policy.tenant(), account: *account, posts, acting: Some(post.id) };
        let may = |action| policy.decide(subject, action, Object::at(&post.org).confidential(grade));
        *account != of.author && may(Action::ViewRecord) && may(Action::SubmitRecord)
    };
    let mut all: Vec<_> = store::record::holders(tx, of.head.org)
        .await?
        .iter()
        .filter(|one| confirms(one))
        .map(|one| one.account)
        .collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}
