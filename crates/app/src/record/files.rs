//! The files of a draft: the whole set in its order, and reading it.

use authz::act;
use domain::{
    Id, Outcome,
    file::{FileState, Wanted, check_set, not_kept},
    id::noun,
    live::Topic,
    record::stale,
};
use sha2::{Digest as _, Sha256};
use store::file::Attachment;

use super::{Record, SavedDraft};
use crate::{App, Begun, Caller, Command, Error, Reader, Result};

/// Makes these the files of a draft, at the revision that was read.
pub async fn arrange_files(
    cx: &App,
    who: &Caller,
    command: Command,
    id: Id<noun::Record>,
    rev: i32,
    files: Vec<Wanted>,
) -> Result<Outcome<SavedDraft>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::record::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::EditRecord>(&work.actor, sealed)?;
    let before = store::record::fetch(&mut work.tx, &may).await?;
    if let Err(problem) = before.head.check_edit(rev) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let mut problems = check_set(&files);
    if problems.is_empty() {
        let ids: Vec<_> = files.iter().map(|wanted| wanted.file).collect();
        store::file::pin(&mut work.tx, &ids).await?;
        let found = store::file::many(&mut work.tx, &ids).await?;
        for (at, wanted) in files.iter().enumerate() {
            let file = found.iter().find(|file| file.id == wanted.file && file.org == before.head.org);
            let state = file.map(|file| file.state);
            if state != Some(FileState::Kept) {
                problems.push(not_kept(at, state));
            }
        }
    }
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let was = store::file::attachments(&mut work.tx, id, before.head.version).await?;
    let Some(saved) = store::record::save(&mut work.tx, may, &before, &before.writing).await? else {
        return Ok(Outcome::Refused(vec![stale(rev + 1)]));
    };
    store::file::arrange(&mut work.tx, id, saved, &files).await?;
    let is = store::file::attachments(&mut work.tx, id, saved.version).await?;
    work.audit(store::audit::Entry {
        action: "record.files",
        object_kind: "record",
        object_id: id.to_string(),
        before: Some(serde_json::json!({"rev": rev, "version": before.head.version, "files": told(&was)})),
        after: Some(serde_json::json!({"rev": saved.rev, "version": saved.version, "files": told(&is)})),
        ..store::audit::Entry::default()
    })
    .await?;
    work.touch([Topic::Record(id)]);
    work.done(SavedDraft { record: id, rev: saved.rev }, Vec::new()).await
}

/// What the audit keeps of a set of files, in its order. Names are personal data: by their digests whoever has one can check it.
fn told(files: &[Attachment]) -> Vec<serde_json::Value> {
    let told = |file: &Attachment| {
        serde_json::json!({"file": file.file.to_string(), "role": file.attached.role,
            "name": hex::encode(Sha256::digest(&file.attached.name)), "sha256": file.attached.sha256})
    };
    files.iter().map(told).collect()
}

/// The files of the newest version of an own record, which was viewed before.
pub async fn files(reader: &mut Reader, of: &Record) -> Result<Vec<Attachment>> {
    Ok(store::file::attachments(&mut reader.tx, of.head.id, of.head.version).await?)
}
