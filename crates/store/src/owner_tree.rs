//! The tree as the operator sees it: for the demo's people and records.

use domain::{
    Id,
    id::noun,
    org::Place,
    tenant::{Level, TenantId},
};

use crate::{Owner, Result};

/// An organisation of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// Its superior.
    pub parent: Option<Id<noun::Org>>,
    /// Code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// What it is called for short; the full name where it has none.
    pub short_name: String,
}

impl Owner {
    /// The organisation of a code and everything below it, by level, then code.
    pub async fn subtree(&self, tenant: TenantId, code: &str) -> Result<Vec<Node>> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query!(
            r#"SELECT o.id, o.parent_id, o.path, o.level, o.code, o.name, coalesce(o.short_name, o.name) AS "short_name!"
                 FROM org top JOIN org o ON o.tenant_id = top.tenant_id AND o.path >= top.path AND o.path < top.path || 'g'
                WHERE top.tenant_id = $1 AND top.code = $2 AND o.state = 'active' ORDER BY o.level, o.code"#,
            tenant.0,
            code
        )
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Node {
                place: Place { org: Id::of(row.id), path: row.path, level: Level(row.level) },
                parent: row.parent_id.map(Id::of),
                code: row.code,
                name: row.name,
                short_name: row.short_name,
            })
            .collect())
    }

    /// How many records the tenant has.
    pub async fn record_count(&self, tenant: TenantId) -> Result<i64> {
        let mut tx = self.begin().await?;
        Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "n!" FROM record WHERE tenant_id = $1"#, tenant.0)
            .fetch_one(&mut *tx)
            .await?)
    }

    /// Does anybody hold a post at the organisation?
    pub async fn is_staffed(&self, tenant: TenantId, org: Id<noun::Org>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let some = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM post WHERE tenant_id = $1 AND org_id = $2) AS "some!""#,
            tenant.0,
            org.uuid()
        );
        Ok(some.fetch_one(&mut *tx).await?)
    }
}
