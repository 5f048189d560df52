//! Look for what was done.

use authz::act;

use super::{Entry, Place, Search};
use crate::{Error, Reader, Result};

/// A page of the trail, newest first, of entries before a place; one more than `limit` tells that others follow.
pub async fn search(reader: &mut Reader, search: &Search, before: Option<Place>, limit: u32) -> Result<Vec<Entry>> {
    let scope = reader.policy.scope::<act::ViewAudit>(&reader.actor);
    if !scope.whole_tenant() {
        return Err(Error::Forbidden);
    }
    Ok(store::audit_log::find(&mut reader.tx, &scope, search, before, i64::from(limit) + 1).await?)
}
