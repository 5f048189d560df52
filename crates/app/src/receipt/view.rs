//! Look at a received record: the version that was received, never a later draft.

use authz::act;
use domain::{
    Id,
    id::{ReceiptId, noun},
    record::Writing,
};
use store::{file::Attachment, receipt::Receipt, record::EventRow};

use crate::{
    Error, Reader, Result,
    audit::{Look, begin_look, end_look},
};

/// A receipt that the reader may see.
pub type Held = Receipt;

/// Reads it; a withdrawn receipt shows nothing but that it was. A look at a restricted one is written down.
pub async fn view(reader: &mut Reader, id: ReceiptId) -> Result<Held> {
    let (held, look) = looked_at(reader, id).await?;
    if !begin_look(reader, look.as_ref()).await? {
        return Ok(held);
    }
    let (held, look) = looked_at(reader, id).await?;
    end_look(reader, look).await?;
    Ok(held)
}

async fn looked_at(reader: &mut Reader, id: ReceiptId) -> Result<(Held, Option<Look>)> {
    let (held, post) = open(reader, id).await?;
    let what = serde_json::json!({ "version": held.version, "receipt": id.to_string() });
    let look = Look { action: "record.read", record: held.line.record, org: id.org, post, what };
    let restricted = held.writing.as_ref().is_some_and(Writing::is_restricted);
    Ok((held, restricted.then_some(look)))
}

/// The same for what writes its own look down, with the post that permits it.
pub(crate) async fn open(reader: &mut Reader, id: ReceiptId) -> Result<(Held, Option<Id<noun::Post>>)> {
    let sealed = store::receipt::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    let may = reader.policy.permit::<act::ViewReceipt>(&reader.actor, sealed)?;
    Ok((store::receipt::fetch(&mut reader.tx, &may).await?, may.post()))
}

/// The timeline of its round; the receipt was viewed before.
pub async fn history(reader: &mut Reader, of: &Held) -> Result<Vec<EventRow>> {
    if of.writing.is_none() {
        return Ok(Vec::new());
    }
    Ok(store::record::history(&mut reader.tx, of.line.record, Some(of.line.round)).await?)
}

/// The files of the version that was received; the receipt was viewed before.
pub async fn files(reader: &mut Reader, of: &Held) -> Result<Vec<Attachment>> {
    if of.writing.is_none() {
        return Ok(Vec::new());
    }
    Ok(store::file::attachments(&mut reader.tx, of.line.record, of.version).await?)
}
