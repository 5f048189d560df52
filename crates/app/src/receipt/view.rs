//! Look at a received record: the version that was received, never a later draft.

use authz::act;
use domain::id::ReceiptId;
use store::{file::Attachment, receipt::Receipt, record::EventRow};

use crate::{Error, Reader, Result};

/// A receipt that the reader may see.
pub type Held = Receipt;

/// Reads it; a withdrawn receipt shows nothing but that it was.
pub async fn view(reader: &mut Reader, id: ReceiptId) -> Result<Held> {
    let sealed = store::receipt::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    let may = reader.policy.permit::<act::ViewReceipt>(&reader.actor, sealed)?;
    Ok(store::receipt::fetch(&mut reader.tx, &may).await?)
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
