//! The tenant's catalogue of record types and the routes that they take.

use domain::{
    org::OrgKind,
    record_type::{Route, TypeCode},
};

use crate::{Error, Result, Tx, record::code};

/// One version of a type.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRow {
    /// Code.
    pub code: TypeCode,
    /// Version.
    pub version: i32,
    /// The file, whole.
    pub body: serde_json::Value,
}

/// One type in one version; the newest where none is named.
pub async fn fetch(tx: &mut Tx, of_type: &TypeCode, version: Option<i32>) -> Result<Option<TypeRow>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT code, version, body FROM record_type
          WHERE tenant_id = $1 AND code = $2 AND ($3::int IS NULL OR version = $3) ORDER BY version DESC LIMIT 1",
        tenant,
        of_type.as_str(),
        version
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| Ok(TypeRow { code: code(&row.code)?, version: row.version, body: row.body })).transpose()
}

/// Codes and newest versions.
pub async fn newest(tx: &mut Tx) -> Result<Vec<(TypeCode, i32)>> {
    let tenant = tx.tenant().0;
    let rows = sqlx::query!(
        r#"SELECT code, max(version) AS "version!" FROM record_type WHERE tenant_id = $1 GROUP BY code ORDER BY code"#,
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(|row| Ok((code(&row.code)?, row.version))).collect()
}

/// The route of a type in this tenant; empty where none is set.
pub async fn route(tx: &mut Tx, of_type: &TypeCode) -> Result<Route> {
    let tenant = tx.tenant().0;
    let row =
        sqlx::query!("SELECT levels, kinds FROM route WHERE tenant_id = $1 AND type = $2", tenant, of_type.as_str())
            .fetch_optional(tx.connection())
            .await?;
    row.map_or_else(|| Ok(Route { levels: Vec::new(), kinds: Vec::new() }), |row| read(row.levels, &row.kinds))
}

/// All routes of the tenant.
pub async fn routes(tx: &mut Tx) -> Result<Vec<(TypeCode, Route)>> {
    let tenant = tx.tenant().0;
    let rows =
        sqlx::query!("SELECT type AS of_type, levels, kinds FROM route WHERE tenant_id = $1 ORDER BY type", tenant)
            .fetch_all(tx.connection())
            .await?;
    rows.into_iter().map(|row| Ok((code(&row.of_type)?, read(row.levels, &row.kinds)?))).collect()
}

fn read(levels: Vec<i16>, kinds: &[String]) -> Result<Route> {
    let kinds = kinds.iter().map(|kind| OrgKind::parse(kind).ok_or_else(|| Error::Stored(format!("kind {kind}"))));
    Ok(Route { levels, kinds: kinds.collect::<Result<_>>()? })
}
