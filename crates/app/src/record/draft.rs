//! Begin a draft, and save it.

use domain::{
    Code, Id, Outcome, Problem,
    canonical::content_digest,
    clock::day_in,
    id::noun,
    live::Topic,
    record::{Writing, stale},
    record_type::TypeCode,
};
use serde::{Deserialize, Serialize};

use authz::{Sealed, act};

use crate::{App, Begun, Caller, Command, Error, Result};

/// A new draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafted {
    /// Its id.
    pub record: Id<noun::Record>,
}

/// A saved draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDraft {
    /// Which.
    pub record: Id<noun::Record>,
    /// The new revision, to be named by the next save.
    pub rev: i32,
}

fn unknown_type(of_type: &TypeCode) -> Problem {
    let code = of_type.as_str();
    Problem::new(Code::UnknownType, &["ofType"], format!("没有类型 {code}"), format!("there is no type {code}"))
}

/// Begins a draft at the organisation of the acting post.
pub async fn create(
    cx: &App,
    who: &Caller,
    command: Command,
    of_type: TypeCode,
    writing: Writing,
) -> Result<Outcome<Drafted>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let place = work.actor.acting_posts().next().map(|post| post.org.clone()).ok_or(Error::NotFound)?;
    let grade = u8::try_from(writing.confidentiality).unwrap_or(u8::MAX).min(1);
    let may = work.policy.permit::<act::CreateRecord>(&work.actor, Sealed::at(place.org, place, grade))?;

    let Some(form) = cx.catalogue.form(&mut work.tx, &of_type, None).await? else {
        return Ok(Outcome::Refused(vec![unknown_type(&of_type)]));
    };
    let tenant = store::tenant::own(&mut work.tx).await?;
    let known = store::record_type::newest(&mut work.tx).await?;
    let today = day_in(tenant.settings.time_zone, work.now);
    let mut problems = writing.check(&of_type, today, |tag| known.iter().any(|(code, _)| code == tag));
    problems.extend(form.check_draft(&writing.title, &writing.content));
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let id = cx.id();
    let version = form.record_type().version;
    store::record::insert(&mut work.tx, may, id, (&of_type, version), &writing, work.origin.as_deref()).await?;
    work.done(Drafted { record: id }, Vec::new()).await
}

/// What the audit keeps of a writing. A save within ten minutes overwrites the version in place, so the entries alone tell what was
/// before: of title and content no word, because they are personal data, but whether they are others.
fn told((rev, version): (i32, i32), of: &Writing, before: Option<&Writing>) -> Result<serde_json::Value> {
    let digest = content_digest(&of.content).map_err(|error| Error::internal("content", error))?;
    let mut told = serde_json::json!({
        "rev": rev, "version": version, "content": hex::encode(digest), "occurred_on": of.occurred_on,
        "confidentiality": of.confidentiality, "tags": of.tags,
    });
    if let Some(before) = before {
        told["title_changed"] = (before.title != of.title).into();
    }
    Ok(told)
}

/// Saves a draft at the revision that was read; somebody else's save in between is told, never overwritten.
pub async fn save(
    cx: &App,
    who: &Caller,
    command: Command,
    id: Id<noun::Record>,
    rev: i32,
    writing: Writing,
) -> Result<Outcome<SavedDraft>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::record::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::EditRecord>(&work.actor, sealed)?;
    let before = store::record::fetch(&mut work.tx, &may).await?;
    if let Err(problem) = super::check_active(&before) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    if let Err(problem) = before.head.check_edit(rev) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let of_type = before.head.of_type.clone();
    let form =
        cx.catalogue.form(&mut work.tx, &of_type, Some(before.head.type_version)).await?.ok_or(Error::NotFound)?;
    let tenant = store::tenant::own(&mut work.tx).await?;
    let known = store::record_type::newest(&mut work.tx).await?;
    let today = day_in(tenant.settings.time_zone, work.now);
    let mut problems = writing.check(&of_type, today, |tag| known.iter().any(|(code, _)| code == tag));
    problems.extend(form.check_draft(&writing.title, &writing.content));
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let Some(saved) = store::record::save(&mut work.tx, may, &before, &writing).await? else {
        return Ok(Outcome::Refused(vec![stale(rev + 1)]));
    };
    work.audit(store::audit::Entry {
        action: "record.edit",
        object_kind: "record",
        object_id: id.to_string(),
        before: Some(told((rev, before.head.version), &before.writing, None)?),
        after: Some(told((saved.rev, saved.version), &writing, Some(&before.writing))?),
        ..store::audit::Entry::default()
    })
    .await?;
    work.touch([Topic::Record(id)]);
    work.done(SavedDraft { record: id, rev: saved.rev }, Vec::new()).await
}
