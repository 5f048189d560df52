//! Figures of a subtree, exact at their moment, and the records behind a number.

use authz::{Sealed, act};
use domain::{
    Id,
    id::{ReceiptId, ReceiptNo, noun},
};

pub use store::figure::{ALL_TYPES, Cell, Drill, Question};

use crate::{Error, Reader, Result};

/// Reads the figures of an organisation that is the reader's own or below.
pub async fn read(reader: &mut Reader, org: Id<noun::Org>, question: &Question) -> Result<Vec<Cell>> {
    let may = permit(reader, org).await?;
    Ok(store::figure::read(&mut reader.tx, &may, question).await?)
}

/// The records behind a number that the reader may see, and how many there are elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drilled {
    /// Receipts held, the newest first; one more than asked tells that others follow.
    pub receipts: Vec<ReceiptId>,
    /// The number itself.
    pub total: i64,
    /// How many of them the organisation holds; capped at 10,000.
    pub held: i64,
}

/// Drills a number of an organisation.
pub async fn drill(
    reader: &mut Reader,
    org: Id<noun::Org>,
    of: &Drill,
    after: Option<ReceiptNo>,
    limit: u32,
) -> Result<Drilled> {
    let may = permit(reader, org).await?;
    let question =
        Question { months: of.months, types: vec![of.of_type.clone()], by_child: of.child.is_some(), by_month: false };
    let cells = store::figure::read(&mut reader.tx, &may, &question).await?;
    let total =
        cells.iter().filter(|cell| cell.state == of.state && cell.child == of.child).map(|cell| cell.count).sum();
    let scope = reader.policy.scope::<act::ViewReceipt>(&reader.actor);
    let receipts = store::figure::drill(&mut reader.tx, &scope, org, of, after, limit + 1).await?;
    let held = store::figure::drill_count(&mut reader.tx, &scope, org, of).await?;
    Ok(Drilled { receipts, total, held })
}

async fn permit(reader: &mut Reader, org: Id<noun::Org>) -> Result<authz::Permit<act::ViewFigure>> {
    let sealed: Sealed<Id<noun::Org>> = store::org::locate(&mut reader.tx, org).await?.ok_or(Error::NotFound)?;
    Ok(reader.policy.permit::<act::ViewFigure>(&reader.actor, sealed)?)
}
