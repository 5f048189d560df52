//! Organisations: where they stand.

use authz::Sealed;
use domain::{Id, id::noun, org::Place, tenant::Level};

use crate::{Result, Tx};

/// Finds an organisation and shows nothing of it.
pub async fn locate(tx: &mut Tx, id: Id<noun::Org>) -> Result<Option<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!("SELECT path, level FROM org WHERE tenant_id = $1 AND id = $2", tenant, id.uuid())
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(|row| Sealed::at(id, Place { org: id, path: row.path, level: Level(row.level) }, 0)))
}
