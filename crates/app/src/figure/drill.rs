//! The submissions behind a number: every reader of the number learns how many; whoever may open them, which.

use authz::act;
use domain::{Id, id::noun};
use store::figure::{Drill, Line, MOST, Place, Reach};

use crate::{Reader, Result};

/// The submissions behind a number that the reader may open at its organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drilled {
    /// A page of them: own ones first, then received ones, each the newest month first and none twice; one more than asked
    /// tells that others follow.
    pub lines: Vec<Line>,
    /// The number itself.
    pub total: i64,
    /// How many the list has; capped at 10,000.
    pub held: i64,
    /// How many more count, but cannot be opened here; none where the list is longer than is counted.
    pub elsewhere: Option<i64>,
}

/// Drills a number of an organisation.
pub async fn drill(
    reader: &mut Reader,
    org: Id<noun::Org>,
    of: &Drill,
    after: Option<Place>,
    limit: u32,
) -> Result<Drilled> {
    let may = super::permit(reader, org).await?;
    let records = reader.policy.scope::<act::ViewRecord>(&reader.actor);
    let receipts = reader.policy.scope::<act::ViewReceipt>(&reader.actor);
    let reach = Reach::at(org, &records, &receipts);
    let tx = &mut reader.tx;
    let numbers = store::figure::numbers(tx, &may, reach, of).await?;
    let wanted = limit + 1;
    let (mut lines, after) = match after {
        None => (store::figure::own(tx, reach, of, None, wanted).await?, None),
        Some(Place::Own(month, record, round)) => {
            (store::figure::own(tx, reach, of, Some((month, record, round)), wanted).await?, None)
        }
        Some(Place::Received(month, no)) => (Vec::new(), Some((month, no))),
    };
    let left = wanted.saturating_sub(u32::try_from(lines.len()).unwrap_or(wanted));
    if left > 0 {
        lines.extend(store::figure::received(tx, reach, of, after, left).await?);
    }
    let most = i64::from(MOST);
    let counted = numbers.own < most && numbers.received < most;
    let held = numbers.own + numbers.received;
    let elsewhere = counted.then(|| (numbers.total - held).max(0));
    Ok(Drilled { lines, total: numbers.total, held: held.min(most), elsewhere })
}
