//! For the worker: files to be examined, what became of them, unfinished ones whose time is over, bodies to be checked.

use chrono::{DateTime, Utc};
use domain::{
    Id, Problem,
    id::noun,
    tenant::{FileRules, TenantId, TenantKey, TenantSettings},
};

use crate::{Error, Result, Store, file::BodyKey, file::digest, worker::WorkerStore};

/// A file in quarantine, taken for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// Whose.
    pub tenant: TenantId,
    /// The same, by name.
    pub tenant_key: TenantKey,
    /// Which.
    pub file: Id<noun::File>,
    /// The number of this taking: what is said under an older one does not count.
    pub fence: i64,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
    /// When its last byte was durable.
    pub received_at: DateTime<Utc>,
    /// When it had gone if it had not been finished.
    pub expires_at: DateTime<Utc>,
    /// Name as given.
    pub name: String,
    /// Bytes.
    pub length: i64,
    /// SHA-256, as the client said.
    pub declared: Option<[u8; 32]>,
    /// Which attempt this is; those that failed by no fault of the file are not counted.
    pub attempts: i16,
    /// Media type, as the client said.
    pub declared_type: Option<String>,
    /// What the tenant takes.
    pub rules: FileRules,
}

/// Why a file is not settled now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// The scanner is away; its uploader is told.
    Scanner,
    /// The machine failed, and would have with every file.
    Machine,
    /// It failed over this file: the attempt counts.
    File,
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

/// What was found wrong with a copy of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyIncident<'a> {
    /// Whose.
    pub tenant: TenantId,
    /// Which body.
    pub sha256: [u8; 32],
    /// In which place.
    pub place: &'a str,
    /// `missing`, `length`, `altered`, `unreadable`.
    pub found: &'a str,
    /// It was written anew.
    pub healed: bool,
    /// A place that may have what is good is away: nothing is known of the body, and the next scrub looks at it first.
    pub open: bool,
    /// When.
    pub at: DateTime<Utc>,
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
    /// Takes the file whose turn it is, until then: tenants take turns, and in a tenant its people. None: none waits that was due at `at`.
    pub async fn take_to_examine(&self, at: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<Quarantined>> {
        let mut connection = self.bare().await?;
        let row = sqlx::query!(
            r#"SELECT tenant_id AS "tenant!", tenant_key AS "key!", id AS "id!", fence AS "fence!", name AS "name!", length AS "length!",
                      declared_sha256, created_at AS "created_at!", received_at AS "received_at!", expires_at AS "expires_at!",
                      settings AS "settings!", attempts AS "attempts!", declared_type
                 FROM sec.take_file_to_examine($1, $2)"#,
            at,
            until
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let settings: TenantSettings = serde_json::from_value(row.settings).unwrap_or_default();
        let key = TenantKey::parse(&row.key).ok_or_else(|| Error::Stored("key of a tenant".to_owned()))?;
        Ok(Some(Quarantined {
            tenant: TenantId(row.tenant),
            tenant_key: key,
            file: Id::of(row.id),
            fence: row.fence,
            created_at: row.created_at,
            received_at: row.received_at,
            expires_at: row.expires_at,
            name: row.name,
            length: row.length,
            declared: row.declared_sha256.as_deref().map(digest).transpose()?,
            attempts: row.attempts,
            declared_type: row.declared_type,
            rules: settings.files,
        }))
    }

    /// It is still being examined. False: somebody else has taken it, or it is settled.
    pub async fn hold(&self, file: &Quarantined, until: DateTime<Utc>) -> Result<bool> {
        let mut connection = self.bare().await?;
        Ok(sqlx::query_scalar!(
            r#"SELECT sec.hold_file($1, $2, $3, $4) AS "held!""#,
            file.tenant.0,
            file.file.uuid(),
            file.fence,
            until
        )
        .fetch_one(&mut *connection)
        .await?)
    }

    /// The body is durable in its places: the file is kept. False: it was settled before, or taken by somebody else.
    pub async fn keep(&self, file: &Quarantined, found: &Found, at: DateTime<Utc>) -> Result<bool> {
        let mut connection = self.bare().await?;
        let warnings = serde_json::to_value(&found.warnings).map_err(|error| Error::Stored(error.to_string()))?;
        let scan = if found.unscanned { "unscanned_size" } else { "clean" };
        Ok(sqlx::query_scalar!(
            r#"SELECT sec.keep_file($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS "done!""#,
            file.tenant.0,
            file.file.uuid(),
            file.fence,
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

    /// Not taken, with reasons. False: it was settled before, or taken by somebody else.
    pub async fn refuse(&self, file: &Quarantined, problems: &[Problem], at: DateTime<Utc>) -> Result<bool> {
        let mut connection = self.bare().await?;
        let problems = serde_json::to_value(problems).map_err(|error| Error::Stored(error.to_string()))?;
        Ok(sqlx::query_scalar!(
            r#"SELECT sec.refuse_file($1, $2, $3, $4, $5) AS "done!""#,
            file.tenant.0,
            file.file.uuid(),
            file.fence,
            problems,
            at
        )
        .fetch_one(&mut *connection)
        .await?)
    }

    /// It could not be settled now: the file stays where it is and is looked at again then.
    pub async fn delay(&self, file: &Quarantined, why: Delay, again: DateTime<Utc>) -> Result<()> {
        let mut connection = self.bare().await?;
        let waits = (why == Delay::Scanner).then_some("scanner");
        let (tenant, id, counts) = (file.tenant.0, file.file.uuid(), why == Delay::File);
        sqlx::query!("SELECT sec.delay_file($1, $2, $3, $4, $5, $6)", tenant, id, file.fence, waits, again, counts)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// These lie whole in the staging area: those whose end was never told go to be examined. Gives which.
    pub async fn receive_whole(&self, ids: &[Id<noun::File>], at: DateTime<Utc>) -> Result<Vec<Id<noun::File>>> {
        let mut connection = self.bare().await?;
        let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query_scalar!(r#"SELECT id AS "id!" FROM sec.receive_whole($1, $2) AS id"#, &ids, at)
            .fetch_all(&mut *connection)
            .await?;
        Ok(rows.into_iter().map(Id::of).collect())
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

    /// Kept files that were in nothing since before then are released, where they still are. Gives how many were looked at, and how many
    /// of them were released.
    pub async fn release(&self, at: DateTime<Utc>, before: DateTime<Utc>, limit: i32) -> Result<(i32, i32)> {
        let mut connection = self.bare().await?;
        let row = sqlx::query!(
            r#"SELECT looked AS "looked!", released AS "released!" FROM sec.release_files($1, $2, $3)"#,
            at,
            before,
            limit
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok((row.looked, row.released))
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
    pub async fn incident(&self, found: &BodyIncident<'_>) -> Result<()> {
        let mut connection = self.bare().await?;
        sqlx::query!(
            "SELECT sec.write_incident($1, $2, $3, $4, $5, $6, $7)",
            found.tenant.0,
            found.sha256.as_slice(),
            found.place,
            found.found,
            found.healed,
            found.open,
            found.at
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }
}

impl Store {
    /// A copy was found wrong by a process that only serves: it is told, and the worker's scrub looks at it first.
    pub async fn tell_incident(&self, found: &BodyIncident<'_>) -> Result<()> {
        let mut connection = self.bare().await?;
        sqlx::query!(
            "SELECT sec.tell_incident($1, $2, $3, $4, $5, $6)",
            found.tenant.0,
            found.sha256.as_slice(),
            found.place,
            found.found,
            found.healed,
            found.at
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }
}
