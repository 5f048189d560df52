//! Do the folded figures say what the submissions say?

use domain::{Id, id::noun, tenant::TenantKey};
use sqlx::{Connection, PgConnection};

use crate::{Error, Result};

/// A folded cell that differs from what its submissions give. Numbers: submissions, then the measures m1 to m12.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In which tenant.
    pub tenant: String,
    /// For which organisation.
    pub org: Id<noun::Org>,
    /// What it is called today.
    pub org_name: String,
    /// Below which one it was counted; the zero id at the top.
    pub up: Id<noun::Org>,
    /// Record type, `*` for all.
    pub kind: String,
    /// Month `yyyymm`, or year `yyyy00`.
    pub month: i32,
    /// State of the submissions.
    pub state: String,
    /// As the submissions give it.
    pub expected: Vec<i64>,
    /// As folded and pending give it.
    pub found: Vec<i64>,
}

/// Recomputes every folded cell of one tenant, or of all, in one snapshot a tenant. The address must be allowed to become
/// `fonds_owner`. None: there is no such tenant.
pub async fn verify(admin_url: &str, tenant: Option<&TenantKey>) -> Result<Option<Vec<Difference>>> {
    let mut connection = PgConnection::connect(admin_url).await?;
    sqlx::query!("SET ROLE fonds_owner").execute(&mut connection).await?;
    let key = tenant.map(TenantKey::as_str);
    let tenants = sqlx::query!("SELECT id, key FROM tenant WHERE key = $1 OR $1::text IS NULL ORDER BY id", key)
        .fetch_all(&mut connection)
        .await?;
    if tenants.is_empty() && tenant.is_some() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for tenant in tenants {
        let rows = sqlx::query!(
            r#"SELECT v.org_id AS "org!", coalesce(o.name, '') AS "name!", v.up_id AS "up!", v.type AS "kind!", v.month AS "month!",
                      v.state AS "state!", v.expected AS "expected!", v.found AS "found!"
                 FROM sec.verify_rollups($1) v LEFT JOIN org o ON o.tenant_id = $1 AND o.id = v.org_id
                ORDER BY v.org_id, v.up_id, v.type, v.month, v.state"#,
            tenant.id
        )
        .fetch_all(&mut connection)
        .await?;
        all.extend(rows.into_iter().map(|row| Difference {
            tenant: tenant.key.clone(),
            org: Id::of(row.org),
            org_name: row.name,
            up: Id::of(row.up),
            kind: row.kind,
            month: row.month,
            state: row.state,
            expected: row.expected,
            found: row.found,
        }));
    }
    connection.close().await.map_err(Error::from)?;
    Ok(Some(all))
}
