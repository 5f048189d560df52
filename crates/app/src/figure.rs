//! Figures of a subtree, exact at their moment, and the submissions behind a number.

mod drill;

use authz::{Permit, Sealed, act};
use domain::{Id, id::noun};

pub use drill::{Drilled, drill};
pub use store::figure::{ALL_TYPES, Cell, Drill, Line, Place, Question};

use crate::{Error, Reader, Result};

/// Reads the figures of an organisation that is the reader's own or below.
pub async fn read(reader: &mut Reader, org: Id<noun::Org>, question: &Question) -> Result<Vec<Cell>> {
    let may = permit(reader, org).await?;
    let mut cells = store::figure::read(&mut reader.tx, &may, question).await?;
    // Own before the children, then as they were founded; within them by type, month and state.
    cells.sort_by(|one, other| key(one).cmp(&key(other)));
    Ok(cells)
}

fn key(cell: &Cell) -> (Option<Id<noun::Org>>, &str, Option<i32>, &str) {
    (cell.child, &cell.of_type, cell.month, cell.state.as_str())
}

async fn permit(reader: &mut Reader, org: Id<noun::Org>) -> Result<Permit<act::ViewFigure>> {
    let sealed: Sealed<Id<noun::Org>> = store::org::locate(&mut reader.tx, org).await?.ok_or(Error::NotFound)?;
    Ok(reader.policy.permit::<act::ViewFigure>(&reader.actor, sealed)?)
}
