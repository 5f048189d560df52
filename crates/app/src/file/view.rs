//! Look at files: one's own on their way in, and those of a record that one may read. The decision is the record's.

use authz::act;
use domain::{
    Id,
    file::{FileAddress, FileState},
    id::{ReceiptId, noun},
};

use super::{BodyKey, File, Preview};
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

/// May the reader still write this upload of his?
pub async fn may_write(reader: &mut Reader, id: Id<noun::File>) -> Result<()> {
    let file = own(reader, id).await?;
    if file.state == FileState::Receiving { Ok(()) } else { Err(Error::NotFound) }
}

/// What is read at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which file.
    pub file: Id<noun::File>,
    /// Name as given.
    pub name: String,
    /// Media type, by content.
    pub media_type: String,
    /// Where its body is.
    pub body: BodyKey,
}

/// The file at an address: of a record that one may read, as it was received; none once it was withdrawn. A look at a restricted
/// one is written down.
pub async fn find(reader: &mut Reader, address: FileAddress) -> Result<Found> {
    let (found, look) = reach(reader, address).await?;
    if !begin_look(reader, look.as_ref()).await? {
        return Ok(found);
    }
    let (found, look) = reach(reader, address).await?;
    end_look(reader, look).await?;
    Ok(found)
}

async fn reach(reader: &mut Reader, address: FileAddress) -> Result<(Found, Option<Look>)> {
    match address {
        FileAddress::Record(id, version, n) => {
            let sealed = store::record::locate_version(&mut reader.tx, id, version).await?.ok_or(Error::NotFound)?;
            let may = reader.policy.permit::<act::ViewRecord>(&reader.actor, sealed)?;
            let found = numbered(reader, *may.of(), version, n).await?;
            let restricted = store::record::is_restricted(&mut reader.tx, id, version).await?;
            let what = serde_json::json!({ "version": version, "n": n, "file": found.file.to_string() });
            let look = may.org().map(|org| Look { action: "file.read", record: id, org, post: may.post(), what });
            Ok((found, look.filter(|_| restricted)))
        }
        FileAddress::Receipt(id, n) => held(reader, id, n).await,
        FileAddress::Own(id) => {
            let file = own(reader, id).await?;
            let (media_type, body) = file.media_type.zip(file.body).ok_or(Error::NotFound)?;
            Ok((Found { file: id, name: file.name, media_type, body }, None))
        }
    }
}

/// Of the version that was received, never of a later draft.
async fn held(reader: &mut Reader, id: ReceiptId, n: i16) -> Result<(Found, Option<Look>)> {
    let (held, post) = crate::receipt::open(reader, id).await?;
    let writing = held.writing.as_ref().ok_or(Error::NotFound)?;
    let (record, version) = (held.line.record, held.version);
    let found = numbered(reader, record, version, n).await?;
    let what =
        serde_json::json!({ "version": version, "receipt": id.to_string(), "n": n, "file": found.file.to_string() });
    let look = Look { action: "file.read", record, org: id.org, post, what };
    Ok((found, writing.is_restricted().then_some(look)))
}

async fn numbered(reader: &mut Reader, record: Id<noun::Record>, version: i32, n: i16) -> Result<Found> {
    let files = store::file::attachments(&mut reader.tx, record, version).await?;
    let file = files.into_iter().find(|file| file.attached.n == n).ok_or(Error::NotFound)?;
    let (name, media_type) = (file.attached.name, file.attached.media_type);
    Ok(Found { file: file.file, name, media_type, body: file.body })
}

/// A picture of the file at an address: of a page from 1, or with 0 the thumbnail.
pub async fn preview(reader: &mut Reader, address: FileAddress, page: i16) -> Result<Preview> {
    let found = find(reader, address).await?;
    // What has become a restricted record's is looked at there, where looks are written down.
    if matches!(address, FileAddress::Own(id) if store::file::is_restricted(&mut reader.tx, id).await?) {
        return Err(Error::NotFound);
    }
    let previews = store::preview::of_files(&mut reader.tx, &[found.file]).await?;
    previews.into_iter().find(|preview| preview.page == page).ok_or(Error::NotFound)
}

/// The pictures of files that the reader has reached, by file and page.
pub async fn previews(reader: &mut Reader, files: &[Id<noun::File>]) -> Result<Vec<Preview>> {
    Ok(store::preview::of_files(&mut reader.tx, files).await?)
}
