//! The lists of a committee, and the counts that stand over them.

use authz::act;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Id,
    id::{ReceiptNo, noun},
};
use store::receipt::{Counts, Line, Which};

use crate::{Error, Reader, Result};

/// Since before which instant a pending review is overdue.
async fn overdue_before(reader: &mut Reader) -> Result<DateTime<Utc>> {
    let tenant = store::tenant::own(&mut reader.tx).await?;
    Ok(reader.now - TimeDelta::days(i64::from(tenant.settings.review_days)))
}

/// A page of receipts; one more than `limit` tells that others follow.
pub async fn list(
    reader: &mut Reader,
    org: Id<noun::Org>,
    which: Queue,
    after: Option<ReceiptNo>,
    limit: u32,
) -> Result<Vec<Line>> {
    let scope = reader.policy.scope::<act::ViewReceipt>(&reader.actor);
    if !scope.org_ids().contains(&org) {
        return Err(Error::NotFound);
    }
    let which = match which {
        Queue::Held => Which::Held,
        Queue::ToReview => Which::Pending,
        Queue::Overdue => Which::Overdue(overdue_before(reader).await?),
    };
    Ok(store::receipt::page(&mut reader.tx, &scope, org, which, after, limit + 1).await?)
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Everything held.
    Held,
    /// Waiting for a decision.
    ToReview,
    /// Waiting for longer than the tenant allows.
    Overdue,
}

/// How many there are in each list of an organisation.
pub async fn counts(reader: &mut Reader, org: Id<noun::Org>) -> Result<Counts> {
    let records = reader.policy.scope::<act::ViewRecord>(&reader.actor);
    let receipts = reader.policy.scope::<act::ViewReceipt>(&reader.actor);
    let submit = reader.policy.scope::<act::SubmitRecord>(&reader.actor);
    let before = overdue_before(reader).await?;
    store::receipt::counts(&mut reader.tx, (&records, &submit, &receipts), org, before).await?.ok_or(Error::NotFound)
}
