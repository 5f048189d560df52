//! Look at files: one's own on their way in, and those of a record that one may read. The decision is the record's.

use authz::act;
use domain::{
    Id,
    id::{ReceiptId, noun},
};

use super::{Attachment, File};
use crate::{
    Error, Reader, Result,
    audit::{Look, begin_look, end_look},
};

/// Files that the reader himself is uploading.
pub async fn open(reader: &mut Reader) -> Result<Vec<File>> {
    let scope = reader.policy.scope::<act::CreateRecord>(&reader.actor);
    let ids = store::file::open(&mut reader.tx, 100).await?;
    let mut files = store::file::many(&mut reader.tx, &ids).await?;
    files.retain(|file| scope.org_ids().contains(&file.org));
    files.sort_by_key(|file| std::cmp::Reverse(file.id));
    Ok(files)
}

/// A file that the reader has uploaded himself.
pub async fn own(reader: &mut Reader, id: Id<noun::File>) -> Result<File> {
    let scope = reader.policy.scope::<act::CreateRecord>(&reader.actor);
    let file = store::file::own(&mut reader.tx, id).await?;
    file.filter(|file| scope.org_ids().contains(&file.org)).ok_or(Error::NotFound)
}

/// A file of a version of an own record. A look at a restricted one is written down.
pub async fn of_record(reader: &mut Reader, id: Id<noun::Record>, version: i32, n: i16) -> Result<Attachment> {
    let (file, look) = open_own(reader, id, version, n).await?;
    if !begin_look(reader, look.as_ref()).await? {
        return Ok(file);
    }
    let (file, look) = open_own(reader, id, version, n).await?;
    end_look(reader, look).await?;
    Ok(file)
}

async fn open_own(
    reader: &mut Reader,
    id: Id<noun::Record>,
    version: i32,
    n: i16,
) -> Result<(Attachment, Option<Look>)> {
    let sealed = store::record::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    let may = reader.policy.permit::<act::ViewRecord>(&reader.actor, sealed)?;
    let file = numbered(store::file::attachments(&mut reader.tx, *may.of(), version).await?, n)?;
    let restricted = store::record::is_restricted(&mut reader.tx, id, version).await?;
    let what = serde_json::json!({ "version": version, "n": n, "file": file.file.to_string() });
    let look = may.org().map(|org| Look { action: "file.read", record: id, org, post: may.post(), what });
    Ok((file, look.filter(|_| restricted)))
}

/// A file of a received record: of the version that was received, never of a later draft; none once it was withdrawn. A look at a
/// restricted one is written down.
pub async fn of_receipt(reader: &mut Reader, id: ReceiptId, n: i16) -> Result<Attachment> {
    let (file, look) = open_held(reader, id, n).await?;
    if !begin_look(reader, look.as_ref()).await? {
        return Ok(file);
    }
    let (file, look) = open_held(reader, id, n).await?;
    end_look(reader, look).await?;
    Ok(file)
}

async fn open_held(reader: &mut Reader, id: ReceiptId, n: i16) -> Result<(Attachment, Option<Look>)> {
    let (held, post) = crate::receipt::open(reader, id).await?;
    let writing = held.writing.as_ref().ok_or(Error::NotFound)?;
    let (record, version) = (held.line.record, held.version);
    let file = numbered(store::file::attachments(&mut reader.tx, record, version).await?, n)?;
    let what =
        serde_json::json!({ "version": version, "receipt": id.to_string(), "n": n, "file": file.file.to_string() });
    let look = Look { action: "file.read", record, org: id.org, post, what };
    Ok((file, writing.is_restricted().then_some(look)))
}

fn numbered(files: Vec<Attachment>, n: i16) -> Result<Attachment> {
    files.into_iter().find(|file| file.attached.n == n).ok_or(Error::NotFound)
}
