//! For the worker: files to be examined, what became of them, unfinished ones whose time is over, bodies to be checked.

use chrono::{DateTime, Utc};
use domain::{
    Id, Problem,
    id::noun,
    tenant::{FileRules, TenantId, TenantKey, TenantSettings},
};

use crate::{Error, Result, file::BodyKey, file::digest, worker::WorkerStore};

/// A file in quarantine.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// Whose.
    pub tenant: TenantId,
    /// The same, by name.
    pub tenant_key: TenantKey,
    /// Which.
    pub file: Id<noun::File>,
    /// Name as given.
    pub name: String,
    /// Bytes.
    pub length: i64,
    /// SHA-256, as the client said.
    pub declared: Option<[u8; 32]>,
    /// What the tenant takes.
    pub rules: FileRules,
}

/// What the examination found of a file that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// SHA-256.
    pub sha256: [u8; 32],
    /// SM3.
    pub sm3: [u8; 32],
    /// SHA-256 of the list of digests of its pieces.
    pub chunks: [u8; 32],
    /// Media type by content.
    pub media_type: String,
    /// PRONOM identifier, where known.
    pub puid: Option<String>,
    /// Too large for the scanner.
    pub unscanned: bool,
    /// Said, not refused.
    pub warnings: Vec<Problem>,
}

/// A body whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Where it is, and what it is verified by.
    pub body: BodyKey,
    /// SM3.
    pub sm3: [u8; 32],
}

impl WorkerStore {
    /// What is to be examined, the oldest first.
    pub async fn to_examine(&self, limit: i32) -> Result<Vec<Quarantined>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query!(
            r#"SELECT tenant_id AS "tenant!", tenant_key AS "key!", id AS "id!", name AS "name!", length AS "length!", declared_sha256,
                      settings AS "settings!" FROM sec.files_to_examine($1)"#,
            limit
        )
        .fetch_all(&mut *connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let settings: TenantSettings = serde_json::from_value(row.settings).unwrap_or_default();
                Ok(Quarantined {
                    tenant: TenantId(row.tenant),
                    tenant_key: TenantKey::parse(&row.key)
                        .ok_or_else(|| Error::Stored("key of a tenant".to_owned()))?,
                    file: Id::of(row.id),
                    name: row.name,
                    length: row.length,
                    declared: row.declared_sha256.as_deref().map(digest).transpose()?,
                    rules: settings.files,
                })
            })
            .collect()
    }

    /// The body is durable in its places: the file is kept. False: it was settled before.
    pub async fn keep(&self, tenant: TenantId, file: Id<noun::File>, found: &Found, at: DateTime<Utc>) -> Result<bool> {
        let mut connection = self.bare().await?;
        let warnings = serde_json::to_value(&found.warnings).map_err(|error| Error::Stored(error.to_string()))?;
        let scan = if found.unscanned { "unscanned_size" } else { "clean" };
        Ok(sqlx::query_scalar!(
            r#"SELECT sec.keep_file($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS "done!""#,
            tenant.0,
            file.uuid(),
            found.sha256.as_slice(),
            found.sm3.as_slice(),
            found.chunks.as_slice(),
            found.media_type,
            found.puid,
            scan,
            warnings,
            at
        )
        .fetch_one(&mut *connection)
        .await?)
    }

    /// Not taken, with reasons. False: it was settled before.
    pub async fn refuse(
        &self,
        tenant: TenantId,
        file: Id<noun::File>,
        problems: &[Problem],
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut connection = self.bare().await?;
        let problems = serde_json::to_value(problems).map_err(|error| Error::Stored(error.to_string()))?;
        Ok(sqlx::query_scalar!(
            r#"SELECT sec.refuse_file($1, $2, $3, $4) AS "done!""#,
            tenant.0,
            file.uuid(),
            problems,
            at
        )
        .fetch_one(&mut *connection)
        .await?)
    }

    /// It could not be settled now: the file stays where it is, behind the others, and says so where the scanner is away.
    pub async fn delay(
        &self,
        tenant: TenantId,
        file: Id<noun::File>,
        for_scanner: bool,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut connection = self.bare().await?;
        let waits = for_scanner.then_some("scanner");
        sqlx::query!("SELECT sec.delay_file($1, $2, $3, $4)", tenant.0, file.uuid(), waits, at)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// Unfinished uploads whose time is over end; gives which.
    pub async fn expire(&self, at: DateTime<Utc>, limit: i32) -> Result<Vec<(TenantId, Id<noun::File>)>> {
        let mut connection = self.bare().await?;
        let rows =
            sqlx::query!(r#"SELECT tenant_id AS "tenant!", id AS "id!" FROM sec.expire_files($1, $2)"#, at, limit)
                .fetch_all(&mut *connection)
                .await?;
        Ok(rows.into_iter().map(|row| (TenantId(row.tenant), Id::of(row.id))).collect())
    }

    /// Which of these staged files are still wanted.
    pub async fn wanted(&self, ids: &[Id<noun::File>]) -> Result<Vec<Id<noun::File>>> {
        let mut connection = self.bare().await?;
        let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query_scalar!(r#"SELECT id AS "id!" FROM sec.files_wanted($1) AS id"#, &ids)
            .fetch_all(&mut *connection)
            .await?;
        Ok(rows.into_iter().map(Id::of).collect())
    }

    /// Bodies that were not read whole since, the longest ago first.
    pub async fn to_check(&self, before: DateTime<Utc>, limit: i32) -> Result<Vec<Due>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query!(
            r#"SELECT tenant_id AS "tenant!", sha256 AS "sha256!", sm3 AS "sm3!", chunks AS "chunks!", length AS "length!"
                 FROM sec.bodies_to_check($1, $2)"#,
            before,
            limit
        )
        .fetch_all(&mut *connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let body = BodyKey {
                    tenant: TenantId(row.tenant),
                    sha256: digest(&row.sha256)?,
                    chunks: digest(&row.chunks)?,
                    length: row.length,
                };
                Ok(Due { body, sm3: digest(&row.sm3)? })
            })
            .collect()
    }

    /// Every copy was read whole; `damaged`: no good one was found.
    pub async fn checked(&self, body: &BodyKey, damaged: bool, at: DateTime<Utc>) -> Result<()> {
        let mut connection = self.bare().await?;
        sqlx::query!("SELECT sec.body_checked($1, $2, $3, $4)", body.tenant.0, body.sha256.as_slice(), damaged, at)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// A copy was found wrong.
    pub async fn incident(
        &self,
        (tenant, sha256): (TenantId, [u8; 32]),
        place: &str,
        found: &str,
        healed: bool,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut connection = self.bare().await?;
        sqlx::query!(
            "SELECT sec.write_incident($1, $2, $3, $4, $5, $6)",
            tenant.0,
            sha256.as_slice(),
            place,
            found,
            healed,
            at
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }
}
