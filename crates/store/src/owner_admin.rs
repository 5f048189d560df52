//! What the operator looks up before he writes.

use domain::{Id, id::noun, tenant::TenantId};

use crate::{Owner, Result};

impl Owner {
    /// The organisation of a code.
    pub async fn org(&self, tenant: TenantId, code: &str) -> Result<Option<Id<noun::Org>>> {
        let mut tx = self.begin().await?;
        let id = sqlx::query_scalar!("SELECT id FROM org WHERE tenant_id = $1 AND code = $2", tenant.0, code)
            .fetch_optional(&mut *tx)
            .await?;
        Ok(id.map(Id::of))
    }
}
