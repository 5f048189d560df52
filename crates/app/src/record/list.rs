//! Lists of own records: drafts, returned, withdrawn, in review, final; and what waits to be confirmed.

use authz::act;
use domain::{Id, id::noun, record::RecordState};
use store::record::Line;

use crate::{Error, Reader, Result};

/// A page of own records in one state, the newest first; one more than `limit` tells that others follow.
pub async fn list(
    reader: &mut Reader,
    org: Id<noun::Org>,
    state: RecordState,
    after: Option<Id<noun::Record>>,
    limit: u32,
) -> Result<Vec<Line>> {
    let scope = reader.policy.scope::<act::ViewRecord>(&reader.actor);
    if !scope.org_ids().contains(&org) {
        return Err(Error::NotFound);
    }
    Ok(store::record::page(&mut reader.tx, &scope, org, state, after, limit + 1).await?)
}

/// A page of what waits for the reader to confirm it, the newest first; one more than `limit` tells that others follow.
pub async fn to_confirm(
    reader: &mut Reader,
    org: Id<noun::Org>,
    after: Option<Id<noun::Record>>,
    limit: u32,
) -> Result<Vec<Line>> {
    let view = reader.policy.scope::<act::ViewRecord>(&reader.actor);
    if !view.org_ids().contains(&org) {
        return Err(Error::NotFound);
    }
    let submit = reader.policy.scope::<act::SubmitRecord>(&reader.actor);
    Ok(store::record::to_confirm(&mut reader.tx, (&view, &submit), org, after, limit + 1).await?)
}
