//! The trail, for the audit administrator: who did what to what, when and why. Nothing in it can be changed.

use authz::act;
pub use store::audit_log::{Entry, Search};

use crate::{Error, Reader, Result};

/// A page of the trail, newest first, of entries numbered below `before`; one more than `limit` tells that others follow.
pub async fn search(reader: &mut Reader, search: &Search, before: Option<i64>, limit: u32) -> Result<Vec<Entry>> {
    let scope = reader.policy.scope::<act::ViewAudit>(&reader.actor);
    if !scope.whole_tenant() {
        return Err(Error::Forbidden);
    }
    Ok(store::audit_log::find(&mut reader.tx, &scope, search, before, i64::from(limit) + 1).await?)
}
