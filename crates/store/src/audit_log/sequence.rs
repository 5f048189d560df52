//! The sequencer's transaction: rows that wait become leaves, in one order for good. Ids are handed out before commits, so the
//! order of the log is that of sequencing, and nothing is ever looked for “after the last id”.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    audit::{Body, Salt},
    merkle::{Hash, Tile, TileId, tile},
    tenant::{TenantId, TenantKey},
};
use sqlx::PgConnection;

use super::logged::{Row, natural, read_tiles, signed, stored};
use crate::{Error, Result, error::touched, worker::WorkerStore};

/// What one round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sequenced {
    /// Rows taken; 0 also where another worker is at it.
    pub taken: u64,
    /// Of these, rows that were gone before they were in the log: an incident.
    pub lost: u64,
}

impl WorkerStore {
    /// Tenants with rows that are not in the log yet.
    pub async fn audit_waiting(&self) -> Result<Vec<(TenantId, TenantKey)>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query!(r#"SELECT tenant_id AS "id!", tenant_key AS "key!" FROM sec.audit_waiting()"#)
            .fetch_all(&mut *connection)
            .await?;
        rows.into_iter().map(|row| Ok((TenantId(row.id), key(&row.key)?))).collect()
    }

    /// Takes at most `limit` rows of a tenant into its log, the oldest first, in one transaction.
    pub async fn sequence(
        &self,
        (tenant, key): (TenantId, &TenantKey),
        limit: i64,
        chance: fn(&mut [u8]),
        at: DateTime<Utc>,
    ) -> Result<Sequenced> {
        let mut tx = self.begin(tenant).await?;
        let Some(size) = lock(&mut tx, tenant).await? else { return Ok(Sequenced::default()) };
        let (rows, lost) = take(&mut tx, tenant, limit).await?;
        let done = Sequenced { taken: rows.len() as u64 + lost.len() as u64, lost: lost.len() as u64 };
        let leaves = rows.into_iter().map(|row| leaf(row, key, chance)).collect::<Result<Vec<_>>>()?;
        if !leaves.is_empty() {
            append(&mut tx, tenant, size, &leaves).await?;
        }
        for id in lost {
            let what = "the row was gone before it was in the log";
            incident(&mut tx, tenant, ("audit.lost", &id.to_string()), what, at).await?;
        }
        tx.commit().await?;
        Ok(done)
    }
}

pub(super) fn key(text: &str) -> Result<TenantKey> {
    TenantKey::parse(text).ok_or_else(|| stored("key of a tenant"))
}

/// Size of the log, its row locked; none where another one holds it.
pub(super) async fn lock(connection: &mut PgConnection, tenant: TenantId) -> Result<Option<u64>> {
    let made = sqlx::query!("INSERT INTO audit_log (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING", tenant.0);
    made.execute(&mut *connection).await?;
    let size = sqlx::query_scalar!("SELECT size FROM audit_log WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED", tenant.0);
    size.fetch_optional(connection).await?.map(natural).transpose()
}

/// Something is wrong with a log: an entry that the auditor finds, once for each thing.
pub(super) async fn incident(
    connection: &mut PgConnection,
    tenant: TenantId,
    (action, object): (&str, &str),
    what: &str,
    at: DateTime<Utc>,
) -> Result<()> {
    let told = sqlx::query!("SELECT sec.audit_incident($1, $2, $3, $4, $5)", tenant.0, action, object, what, at);
    told.fetch_one(connection).await?;
    Ok(())
}

/// The oldest rows that wait, and the numbers of those that are gone. They wait no longer once their leaf is there.
async fn take(connection: &mut PgConnection, tenant: TenantId, limit: i64) -> Result<(Vec<(Row, Body)>, Vec<i64>)> {
    let found = sqlx::query!(
        r#"SELECT p.audit_id, a.id AS "id?", a.at AS "at?", a.account_id, a.post_id, a.org_id, a.action AS "action?",
                  a.object_kind AS "object_kind?", a.object_id AS "object_id?", a.before, a.after, a.reason, a.origin
             FROM (SELECT audit_id FROM audit_pending WHERE tenant_id = $1 ORDER BY audit_id LIMIT $2) AS p
             LEFT JOIN audit a ON a.tenant_id = $1 AND a.id = p.audit_id ORDER BY p.audit_id"#,
        tenant.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    let (mut rows, mut lost) = (Vec::with_capacity(found.len()), Vec::new());
    for row in found {
        let (Some(id), Some(at), Some(action), Some(object_kind), Some(object_id)) =
            (row.id, row.at, row.action, row.object_kind, row.object_id)
        else {
            lost.push(row.audit_id);
            continue;
        };
        let (account_id, post_id, org_id) = (row.account_id, row.post_id, row.org_id);
        let (reason, origin) = (row.reason, row.origin);
        let body = Body { before: row.before, after: row.after };
        rows.push((Row { id, at, account_id, post_id, org_id, action, object_kind, object_id, reason, origin }, body));
    }
    Ok((rows, lost))
}

/// A leaf that is to be written.
struct Fresh {
    audit_id: i64,
    hash: Hash,
    digest: [u8; 32],
    salt: [u8; 32],
}

fn leaf((row, body): (Row, Body), tenant: &TenantKey, chance: fn(&mut [u8])) -> Result<Fresh> {
    let mut salt = [0; 32];
    chance(&mut salt);
    let audit_id = row.id;
    let digest = body.digest(&Salt(salt))?;
    let hash = row.entry(tenant, digest).leaf_hash()?;
    Ok(Fresh { audit_id, hash, digest: digest.0, salt })
}

async fn append(connection: &mut PgConnection, tenant: TenantId, size: u64, leaves: &[Fresh]) -> Result<()> {
    let unfinished = read_tiles(connection, tenant.0, &tile::unfinished(size).into_iter().collect()).await?;
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf.hash).collect();
    let grown =
        tile::append(size, &unfinished, &hashes).map_err(|unfit| Error::Stored(format!("audit log: {unfit}")))?;
    let bytes = |of: fn(&Fresh) -> &[u8; 32]| leaves.iter().map(|leaf| of(leaf).to_vec()).collect::<Vec<_>>();
    let ids: Vec<i64> = leaves.iter().map(|leaf| leaf.audit_id).collect();
    let written = sqlx::query!(
        "INSERT INTO audit_leaf (tenant_id, index, audit_id, hash, body_digest, salt)
         SELECT $1, $2 + n - 1, audit_id, hash, digest, salt
           FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[]) WITH ORDINALITY AS u(audit_id, hash, digest, salt, n)",
        tenant.0,
        signed(size)?,
        &ids,
        &bytes(|leaf| &leaf.hash.0),
        &bytes(|leaf| &leaf.digest),
        &bytes(|leaf| &leaf.salt)
    )
    .execute(&mut *connection)
    .await?;
    let count = leaves.len() as u64;
    touched("leaves of the audit log", count, &written)?;
    write_tiles(connection, tenant, &grown).await?;
    let grown = sqlx::query!(
        "UPDATE audit_log SET size = $2 WHERE tenant_id = $1 AND size = $3",
        tenant.0,
        signed(size + count)?,
        signed(size)?
    )
    .execute(connection)
    .await?;
    touched("size of the audit log", 1, &grown)
}

async fn write_tiles(connection: &mut PgConnection, tenant: TenantId, tiles: &BTreeMap<TileId, Tile>) -> Result<()> {
    let levels: Vec<i16> = tiles.keys().map(|id| id.level.into()).collect();
    let indexes = tiles.keys().map(|id| signed(id.index)).collect::<Result<Vec<_>>>()?;
    let hashes: Vec<Vec<u8>> = tiles.values().map(Tile::bytes).collect();
    let written = sqlx::query!(
        "INSERT INTO audit_tile AS t (tenant_id, level, index, hashes)
         SELECT $1, u.level, u.index, u.hashes FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS u(level, index, hashes)
         ON CONFLICT (tenant_id, level, index) DO UPDATE SET hashes = EXCLUDED.hashes
          WHERE substring(EXCLUDED.hashes FOR length(t.hashes)) = t.hashes",
        tenant.0,
        &levels,
        &indexes,
        &hashes
    )
    .execute(connection)
    .await?;
    touched("tiles of the audit log", tiles.len() as u64, &written)
}
