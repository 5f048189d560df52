//! The reader's own tenant: names of levels, settings, routes.

use authz::{Permit, Sealed, act};
use domain::{
    org::OrgKind,
    record_type::{Route, TypeCode},
    tenant::{LevelName, TenantId, TenantKey, TenantSettings},
};

use crate::{Error, Result, Tx, error::touched};

/// A tenant as its members see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Name outside.
    pub key: TenantKey,
    /// Name for people.
    pub name: String,
    /// What the levels are called, the top first.
    pub levels: Vec<LevelName>,
    /// What it has set for itself.
    pub settings: TenantSettings,
}

/// The tenant that has been entered, sealed.
pub const fn locate(tx: &Tx) -> Sealed<TenantId> {
    Sealed::tenant(tx.tenant())
}

/// Reads it.
pub async fn own(tx: &mut Tx) -> Result<Tenant> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!("SELECT key, name, levels, settings FROM tenant WHERE id = $1", tenant)
        .fetch_one(tx.connection())
        .await?;
    Ok(Tenant {
        key: TenantKey::parse(&row.key).ok_or_else(|| Error::Stored("key of a tenant".to_owned()))?,
        name: row.name,
        levels: serde_json::from_value(row.levels).map_err(|error| Error::Stored(error.to_string()))?,
        settings: serde_json::from_value(row.settings).map_err(|error| Error::Stored(error.to_string()))?,
    })
}

/// The settings alone, for those who may read them.
pub async fn settings(tx: &mut Tx, may: &Permit<act::ViewTenant>) -> Result<TenantSettings> {
    let tenant = may.tenant().0;
    let settings =
        sqlx::query_scalar!("SELECT settings FROM tenant WHERE id = $1", tenant).fetch_one(tx.connection()).await?;
    serde_json::from_value(settings).map_err(|error| Error::Stored(error.to_string()))
}

/// The route of every type for which one is set, by code.
pub async fn routes(tx: &mut Tx) -> Result<Vec<(TypeCode, Route)>> {
    let tenant = tx.tenant().0;
    let rows = sqlx::query!("SELECT type, levels, kinds FROM route WHERE tenant_id = $1 ORDER BY type", tenant)
        .fetch_all(tx.connection())
        .await?;
    rows.into_iter()
        .map(|row| {
            let code = TypeCode::parse(&row.r#type).ok_or_else(|| Error::Stored(format!("type {}", row.r#type)))?;
            let kind = |kind: &String| OrgKind::parse(kind).ok_or_else(|| Error::Stored(format!("kind {kind}")));
            let kinds = row.kinds.iter().map(kind).collect::<Result<_>>()?;
            Ok((code, Route { levels: row.levels, kinds }))
        })
        .collect()
}

/// Writes the settings whole.
pub async fn set_settings(tx: &mut Tx, may: Permit<act::EditTenant>, settings: &TenantSettings) -> Result<()> {
    let tenant = may.tenant().0;
    let settings = serde_json::to_value(settings).map_err(|error| Error::Stored(error.to_string()))?;
    let done = sqlx::query!("UPDATE tenant SET settings = $2 WHERE id = $1", tenant, settings)
        .execute(tx.connection())
        .await?;
    touched("settings of a tenant", 1, &done)
}

/// Writes the route of a type. Submissions under way keep theirs: it was frozen when they were sent.
pub async fn set_route(tx: &mut Tx, may: Permit<act::EditTenant>, of_type: &TypeCode, route: &Route) -> Result<()> {
    let tenant = may.tenant().0;
    let kinds: Vec<String> = route.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "INSERT INTO route (tenant_id, type, levels, kinds) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, type) DO UPDATE SET levels = excluded.levels, kinds = excluded.kinds",
        tenant,
        of_type.as_str(),
        &route.levels,
        &kinds
    )
    .execute(tx.connection())
    .await?;
    touched("route of a type", 1, &done)
}
