//! The operator's way in: as `fonds_owner`, for what no signed-in person can do. A tenant is made here, its catalogue
//! brought up to date, its tree imported ([`crate::import`]).

use authz::Role;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Id,
    id::noun,
    org::OrgKind,
    record_type::{Route, TypeCode},
    tenant::{LevelName, TenantId, TenantKey, TenantSettings},
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Executor, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{Error, Result, error::touched};

/// Connections as the owner of the tables. Cheap to clone; never part of a serving process.
#[derive(Debug, Clone)]
pub struct Owner {
    pool: PgPool,
}

/// A tenant that is to be made.
#[derive(Debug, Clone)]
pub struct NewTenant<'a> {
    /// Name outside.
    pub key: &'a TenantKey,
    /// Name for people.
    pub name: &'a str,
    /// What the levels are called, the top first.
    pub levels: &'a [LevelName],
    /// Settings.
    pub settings: &'a TenantSettings,
    /// The built-in roles.
    pub roles: &'a [Role],
    /// Code, version and body of every record type.
    pub types: &'a [(TypeCode, i32, serde_json::Value)],
    /// The way up of every type.
    pub routes: &'a [(TypeCode, Route)],
    /// The topmost organisation.
    pub root: NewRoot<'a>,
}

/// The topmost organisation of a new tenant.
#[derive(Debug, Clone, Copy)]
pub struct NewRoot<'a> {
    /// Its id.
    pub id: Id<noun::Org>,
    /// Id of its first version.
    pub version: Id<noun::OrgVersion>,
    /// Kind.
    pub kind: OrgKind,
    /// Code.
    pub code: &'a str,
    /// Full name.
    pub name: &'a str,
    /// Short name.
    pub short_name: Option<&'a str>,
    /// First day.
    pub established_on: NaiveDate,
}

/// What bringing the catalogue up to date came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// Versions that were added.
    pub added: Vec<(TypeCode, i32)>,
    /// Versions that the tenant has with another body; they were left alone, because records were written with them.
    pub differing: Vec<(TypeCode, i32)>,
}

impl Owner {
    /// Connects by an address that is allowed to become `fonds_owner`.
    pub async fn connect(admin_url: &SecretString) -> Result<Self> {
        let options: PgConnectOptions = admin_url.expose_secret().parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(sqlx::raw_sql("SET ROLE fonds_owner; SET jit = off")).await?;
                    Ok(())
                })
            })
            .connect_with(options.application_name("fonds-owner"))
            .await?;
        Ok(Self { pool })
    }

    /// A transaction as the owner; nothing has been entered.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        Ok(self.pool.begin().await?)
    }

    /// The tenant of a key.
    pub async fn tenant(&self, key: &TenantKey) -> Result<Option<TenantId>> {
        let id = sqlx::query_scalar!("SELECT id FROM tenant WHERE key = $1", key.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(id.map(TenantId))
    }

    /// What the tenant calls its levels.
    pub async fn levels(&self, tenant: TenantId) -> Result<Vec<LevelName>> {
        let levels =
            sqlx::query_scalar!("SELECT levels FROM tenant WHERE id = $1", tenant.0).fetch_one(&self.pool).await?;
        serde_json::from_value(levels).map_err(|error| Error::Stored(error.to_string()))
    }

    /// Waits for what is under way and closes.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Makes a tenant with its roles, catalogue, routes and topmost organisation. A key in use: `Error::Constraint`.
    pub async fn create_tenant(&self, new: &NewTenant<'_>, at: DateTime<Utc>) -> Result<TenantId> {
        let json =
            |value: serde_json::Result<serde_json::Value>| value.map_err(|error| Error::Stored(error.to_string()));
        let (levels, settings) = (json(serde_json::to_value(new.levels))?, json(serde_json::to_value(new.settings))?);
        let mut tx = self.begin().await?;
        let tenant = sqlx::query_scalar!(
            "INSERT INTO tenant (key, name, levels, settings, next_org) VALUES ($1, $2, $3, $4, 2) RETURNING id",
            new.key.as_str(),
            new.name,
            levels,
            settings
        )
        .fetch_one(&mut *tx)
        .await?;
        let tenant = TenantId(tenant);
        insert_roles(&mut tx, tenant, new.roles).await?;
        insert_types(&mut tx, tenant, new.types).await?;
        insert_routes(&mut tx, tenant, new.routes).await?;
        insert_root(&mut tx, tenant, &new.root, at).await?;
        tx.commit().await?;
        Ok(tenant)
    }

    /// Adds the versions of record types that the tenant does not have yet, and routes where it has none.
    pub async fn sync_catalogue(
        &self,
        tenant: TenantId,
        types: &[(TypeCode, i32, serde_json::Value)],
        routes: &[(TypeCode, Route)],
    ) -> Result<Catalogue> {
        let mut tx = self.begin().await?;
        let catalogue = insert_types(&mut tx, tenant, types).await?;
        insert_routes(&mut tx, tenant, routes).await?;
        tx.commit().await?;
        Ok(catalogue)
    }
}

async fn insert_roles(tx: &mut Transaction<'static, Postgres>, tenant: TenantId, roles: &[Role]) -> Result<()> {
    for role in roles {
        let done = sqlx::query!(
            "INSERT INTO role (tenant_id, name, base, duty, zh, en) VALUES ($1, $2, $3, $4, $5, $6)",
            tenant.0,
            role.name.as_str(),
            role.base.as_str(),
            role.duty.map(authz::Duty::as_str),
            role.zh,
            role.en
        )
        .execute(&mut **tx)
        .await?;
        touched("built-in role", 1, &done)?;
    }
    Ok(())
}

async fn insert_types(
    tx: &mut Transaction<'static, Postgres>,
    tenant: TenantId,
    types: &[(TypeCode, i32, serde_json::Value)],
) -> Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    for (code, version, body) in types {
        let done = sqlx::query!(
            "INSERT INTO record_type (tenant_id, code, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            tenant.0,
            code.as_str(),
            version,
            body
        )
        .execute(&mut **tx)
        .await?;
        if done.rows_affected() == 1 {
            catalogue.added.push((code.clone(), *version));
            continue;
        }
        let same = sqlx::query_scalar!(
            r#"SELECT body = $4 AS "same!" FROM record_type WHERE tenant_id = $1 AND code = $2 AND version = $3"#,
            tenant.0,
            code.as_str(),
            version,
            body
        )
        .fetch_one(&mut **tx)
        .await?;
        if !same {
            catalogue.differing.push((code.clone(), *version));
        }
    }
    Ok(catalogue)
}

async fn insert_routes(
    tx: &mut Transaction<'static, Postgres>,
    tenant: TenantId,
    routes: &[(TypeCode, Route)],
) -> Result<()> {
    for (code, route) in routes {
        let kinds: Vec<String> = route.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        sqlx::query!(
            "INSERT INTO route (tenant_id, type, levels, kinds) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            tenant.0,
            code.as_str(),
            &route.levels,
            &kinds
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn insert_root(
    tx: &mut Transaction<'static, Postgres>,
    tenant: TenantId,
    root: &NewRoot<'_>,
    at: DateTime<Utc>,
) -> Result<()> {
    let done = sqlx::query!(
        "INSERT INTO org (tenant_id, id, label, path, level, kind, code, name, short_name, established_on)
         VALUES ($1, $2, 1, '1/', 1, $3, $4, $5, $6, $7)",
        tenant.0,
        root.id.uuid(),
        root.kind.as_str(),
        root.code,
        root.name,
        root.short_name,
        root.established_on
    )
    .execute(&mut **tx)
    .await?;
    touched("topmost organisation", 1, &done)?;
    let done = sqlx::query!(
        "INSERT INTO org_version (tenant_id, id, org_id, level, kind, code, name, short_name, valid_from, recorded_at, change)
         VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, 'establish')",
        tenant.0,
        root.version.uuid(),
        root.id.uuid(),
        root.kind.as_str(),
        root.code,
        root.name,
        root.short_name,
        root.established_on,
        at
    )
    .execute(&mut **tx)
    .await?;
    touched("first version of the topmost organisation", 1, &done)
}
