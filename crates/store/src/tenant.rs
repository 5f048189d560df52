//! The reader's own tenant: names of levels, settings.

use domain::tenant::{LevelName, TenantKey, TenantSettings};

use crate::{Error, Result, Tx};

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
