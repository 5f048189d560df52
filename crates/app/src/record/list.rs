//! Lists of own records: drafts, returned, withdrawn, in review, final.

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
