//! Files on their way in, and the files of a version.

use authz::{Permit, act};
use chrono::{DateTime, Utc};
use domain::{
    Id, Problem,
    file::{Attached, FileRole, FileState, Wanted},
    id::noun,
    tenant::TenantId,
};

use crate::{Error, Result, Tx, error::touched, record::Saved};

/// A file of one's own organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Which.
    pub id: Id<noun::File>,
    /// For which organisation.
    pub org: Id<noun::Org>,
    /// By whom.
    pub account: Id<noun::Account>,
    /// Name as given.
    pub name: String,
    /// Bytes.
    pub length: i64,
    /// `Upload-Metadata` as it was given.
    pub metadata: Option<String>,
    /// Where it stands.
    pub state: FileState,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
    /// When it goes, if it is not finished.
    pub expires_at: DateTime<Utc>,
    /// Whether it waits for the scanner.
    pub waits: bool,
    /// Media type by content, once kept.
    pub media_type: Option<String>,
    /// PRONOM identifier, where known.
    pub puid: Option<String>,
    /// Whether it was too large to be scanned.
    pub unscanned: bool,
    /// What it is read and verified by, once kept.
    pub body: Option<BodyKey>,
    /// Why it was refused; warnings of one that was kept.
    pub problems: Vec<Problem>,
}

/// Where a body is, and what it is verified by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyKey {
    /// Whose.
    pub tenant: TenantId,
    /// SHA-256.
    pub sha256: [u8; 32],
    /// SHA-256 of the list of digests of its pieces.
    pub chunks: [u8; 32],
    /// Bytes.
    pub length: i64,
}

/// A file to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Its id.
    pub id: Id<noun::File>,
    /// Name as given.
    pub name: String,
    /// Bytes.
    pub length: i64,
    /// Media type, as the client says.
    pub media_type: Option<String>,
    /// SHA-256, as the client says.
    pub sha256: Option<[u8; 32]>,
    /// `Upload-Metadata` as it was given.
    pub metadata: Option<String>,
    /// When it goes, if it is not finished.
    pub expires_at: DateTime<Utc>,
}

/// What the quotas said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Whether it was begun.
    pub begun: bool,
    /// What the person has used.
    pub person: i64,
    /// What the organisation has used.
    pub org: i64,
}

/// An attachment with what it is read by.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// As the receipt vouches for it.
    pub attached: Attached,
    /// Which file.
    pub file: Id<noun::File>,
    /// PRONOM identifier, where known.
    pub puid: Option<String>,
    /// It was too large for the scanner.
    pub unscanned: bool,
    /// Where its body is.
    pub body: BodyKey,
}

pub(crate) fn digest(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Stored("a digest of another length".to_owned()))
}

fn body(tenant: TenantId, sha256: Option<Vec<u8>>, chunks: Option<Vec<u8>>, length: i64) -> Result<Option<BodyKey>> {
    let (Some(sha256), Some(chunks)) = (sha256, chunks) else { return Ok(None) };
    Ok(Some(BodyKey { tenant, sha256: digest(&sha256)?, chunks: digest(&chunks)?, length }))
}

fn role(text: &str) -> Result<FileRole> {
    FileRole::parse(text).ok_or_else(|| Error::Stored(format!("role of a file {text}")))
}

/// Announces a file, where the quotas hold it.
pub async fn begin(
    tx: &mut Tx,
    may: &Permit<act::CreateRecord>,
    file: &Announced,
    quotas: (i64, i64),
    origin: Option<&str>,
) -> Result<Begun> {
    let at = tx.at();
    let row = sqlx::query!(
        r#"SELECT begun AS "begun!", person_used AS "person!", org_used AS "org!"
             FROM sec.begin_file($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"#,
        file.id.uuid(),
        may.of().uuid(),
        file.name,
        file.length,
        file.media_type,
        file.sha256.as_ref().map(<[u8; 32]>::as_slice),
        file.expires_at,
        at,
        quotas.0,
        quotas.1,
        origin,
        file.metadata
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Begun { begun: row.begun, person: row.person, org: row.org })
}

/// A file that one is uploading, or has; none of another person.
pub async fn own(tx: &mut Tx, id: Id<noun::File>) -> Result<Option<File>> {
    let who = tx.who();
    Ok(of_org(tx, id).await?.filter(|file| file.account == who))
}

/// Does a restricted version of a record have this file?
pub async fn is_restricted(tx: &mut Tx, id: Id<noun::File>) -> Result<bool> {
    let tenant = tx.tenant();
    let restricted = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM attachment a
                           JOIN record_version v ON v.tenant_id = a.tenant_id AND v.record_id = a.record_id AND v.version = a.version
                          WHERE a.tenant_id = $1 AND a.file_id = $2 AND v.confidentiality > 0) AS "restricted!""#,
        tenant.0,
        id.uuid()
    );
    Ok(restricted.fetch_one(tx.connection()).await?)
}

/// A file of one's own organisations.
pub async fn of_org(tx: &mut Tx, id: Id<noun::File>) -> Result<Option<File>> {
    Ok(many(tx, &[id]).await?.pop())
}

/// Files of one's own organisations, by id; those that are not there are left out.
pub async fn many(tx: &mut Tx, ids: &[Id<noun::File>]) -> Result<Vec<File>> {
    let tenant = tx.tenant();
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        "SELECT id, org_id, account_id, name, length, state, created_at, expires_at, waits, media_type, puid, scan, sha256, chunks, problems, metadata
           FROM file WHERE tenant_id = $1 AND id = ANY ($2)",
        tenant.0,
        &ids
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(File {
                id: Id::of(row.id),
                org: Id::of(row.org_id),
                account: Id::of(row.account_id),
                name: row.name,
                length: row.length,
                metadata: row.metadata,
                state: FileState::parse(&row.state).ok_or_else(|| Error::Stored("state of a file".to_owned()))?,
                created_at: row.created_at,
                expires_at: row.expires_at,
                waits: row.waits.is_some(),
                media_type: row.media_type,
                puid: row.puid,
                unscanned: row.scan.as_deref() == Some("unscanned_size"),
                body: body(tenant, row.sha256, row.chunks, row.length)?,
                problems: serde_json::from_value(row.problems).unwrap_or_default(),
            })
        })
        .collect()
}

/// One's own unfinished and waiting files, the newest first.
pub async fn open(tx: &mut Tx, limit: u32) -> Result<Vec<Id<noun::File>>> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let rows = sqlx::query_scalar!(
        "SELECT id FROM file WHERE tenant_id = $1 AND account_id = $2 AND state IN ('receiving','examining') ORDER BY id DESC LIMIT $3",
        tenant,
        who,
        i64::from(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Id::of).collect())
}

/// A writer comes: gives its number, higher than any before. None: there is nothing to write any more.
pub async fn take(tx: &mut Tx, id: Id<noun::File>) -> Result<Option<u64>> {
    let at = tx.at();
    let fence = sqlx::query_scalar!("SELECT sec.take_file($1, $2)", id.uuid(), at).fetch_one(tx.connection()).await?;
    fence.map(|fence| u64::try_from(fence).map_err(|_| Error::Stored("a negative fence".to_owned()))).transpose()
}

/// Every byte is durable: it goes to be examined. False: it was not being received.
pub async fn receive(tx: &mut Tx, id: Id<noun::File>, origin: Option<&str>) -> Result<bool> {
    let at = tx.at();
    Ok(sqlx::query_scalar!(r#"SELECT sec.receive_file($1, $2, $3) AS "done!""#, id.uuid(), at, origin)
        .fetch_one(tx.connection())
        .await?)
}

/// Given up before it was received whole. False: it was not being received.
pub async fn abandon(tx: &mut Tx, id: Id<noun::File>, origin: Option<&str>) -> Result<bool> {
    let at = tx.at();
    Ok(sqlx::query_scalar!(r#"SELECT sec.abandon_file($1, $2, $3) AS "done!""#, id.uuid(), at, origin)
        .fetch_one(tx.connection())
        .await?)
}

/// Files that are about to be attached: from now on nobody releases them.
pub async fn pin(tx: &mut Tx, ids: &[Id<noun::File>]) -> Result<()> {
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    sqlx::query!("SELECT sec.pin_files($1)", &ids).execute(tx.connection()).await?;
    Ok(())
}

/// The files of a version, in their order.
pub async fn attachments(tx: &mut Tx, record: Id<noun::Record>, version: i32) -> Result<Vec<Attachment>> {
    Ok(attachments_of(tx, &[(record, version)]).await?.into_iter().map(|(_, attachment)| attachment).collect())
}

/// The files of several versions: one statement.
pub async fn attachments_of(
    tx: &mut Tx,
    versions: &[(Id<noun::Record>, i32)],
) -> Result<Vec<((Id<noun::Record>, i32), Attachment)>> {
    let tenant = tx.tenant();
    let records: Vec<_> = versions.iter().map(|(record, _)| record.uuid()).collect();
    let numbers: Vec<_> = versions.iter().map(|(_, version)| *version).collect();
    let rows = sqlx::query!(
        r#"SELECT a.record_id, a.version, a.n, a.file_id, a.role, a.name, a.length, a.media_type, a.puid, a.unscanned, a.sha256, a.chunks
             FROM unnest($2::uuid[], $3::int[]) AS asked(record_id, version)
             JOIN attachment a ON a.tenant_id = $1 AND a.record_id = asked.record_id AND a.version = asked.version
            ORDER BY a.record_id, a.version, a.n"#,
        tenant.0,
        &records,
        &numbers
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let key =
                BodyKey { tenant, sha256: digest(&row.sha256)?, chunks: digest(&row.chunks)?, length: row.length };
            let attached = Attached {
                n: row.n,
                role: role(&row.role)?,
                name: row.name,
                length: row.length,
                media_type: row.media_type,
                sha256: hex::encode(key.sha256),
            };
            let (file, puid, unscanned) = (Id::of(row.file_id), row.puid, row.unscanned);
            let attachment = Attachment { attached, file, puid, unscanned, body: key };
            Ok(((Id::of(row.record_id), row.version), attachment))
        })
        .collect()
}

/// Takes over the files of the version before.
pub(crate) async fn carry(tx: &mut Tx, record: Id<noun::Record>, from: i32, to: i32) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "INSERT INTO attachment (tenant_id, record_id, version, n, org_id, file_id, role, name, length, media_type, puid, unscanned, sha256, chunks)
         SELECT tenant_id, record_id, $4, n, org_id, file_id, role, name, length, media_type, puid, unscanned, sha256, chunks
           FROM attachment WHERE tenant_id = $1 AND record_id = $2 AND version = $3",
        tenant,
        record.uuid(),
        from,
        to
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Makes these the files of the version that was just saved.
pub async fn arrange(tx: &mut Tx, record: Id<noun::Record>, saved: Saved, files: &[Wanted]) -> Result<()> {
    let (tenant, record, version) = (tx.tenant().0, record.uuid(), saved.version);
    sqlx::query!(
        "DELETE FROM attachment WHERE tenant_id = $1 AND record_id = $2 AND version = $3",
        tenant,
        record,
        version
    )
    .execute(tx.connection())
    .await?;
    let ids: Vec<_> = files.iter().map(|wanted| wanted.file.uuid()).collect();
    let roles: Vec<_> = files.iter().map(|wanted| wanted.role.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "INSERT INTO attachment (tenant_id, record_id, version, n, org_id, file_id, role, name, length, media_type, puid, unscanned, sha256, chunks)
         SELECT $1, $2, $3, asked.n, f.org_id, f.id, asked.role, f.name, f.length, f.media_type, f.puid, f.scan IS NOT DISTINCT FROM 'unscanned_size', f.sha256, f.chunks
           FROM unnest($4::uuid[], $5::text[]) WITH ORDINALITY AS asked(file_id, role, n)
           JOIN file f ON f.tenant_id = $1 AND f.id = asked.file_id AND f.state = 'kept'",
        tenant,
        record,
        version,
        &ids,
        &roles
    )
    .execute(tx.connection())
    .await?;
    touched("the files of a version", files.len() as u64, &done)
}
