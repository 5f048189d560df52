//! One entry as it stands in the log, the tiles beside it, and where a receipt's entry is.

use std::collections::{BTreeMap, BTreeSet};

use authz::{Scope, act};
use chrono::{DateTime, Utc};
use domain::{
    Id,
    audit::{self, Body, BodyDigest, Salt},
    id::ReceiptId,
    merkle::{Hash, Tile, TileId},
    tenant::TenantKey,
};
use sqlx::PgConnection;

use crate::{Error, Result, Tx};

/// An entry with what the log keeps of it: as it is stored, right or wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Number in the log, from 0.
    pub index: u64,
    /// Stored hash of the leaf.
    pub hash: Hash,
    /// The entry.
    pub entry: audit::Entry,
    /// What the object was and became; none where it was destroyed.
    pub body: Option<(Salt, Body)>,
}

/// An audit row, without the log.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) account_id: Option<uuid::Uuid>,
    pub(super) post_id: Option<uuid::Uuid>,
    pub(super) org_id: Option<uuid::Uuid>,
    pub(super) action: String,
    pub(super) object_kind: String,
    pub(super) object_id: String,
    pub(super) reason: Option<String>,
    pub(super) origin: Option<String>,
}

impl Row {
    pub(super) fn entry(self, tenant: &TenantKey, body_digest: BodyDigest) -> audit::Entry {
        audit::Entry {
            tenant: tenant.clone(),
            id: self.id,
            at: self.at,
            account: self.account_id.map(Id::of),
            post: self.post_id.map(Id::of),
            org: self.org_id.map(Id::of),
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            reason: self.reason,
            origin: self.origin,
            body_digest,
        }
    }
}

/// An audit row beside its leaf, as both are stored.
pub(super) struct Found {
    pub(super) index: i64,
    pub(super) hash: Vec<u8>,
    pub(super) body_digest: Vec<u8>,
    pub(super) salt: Option<Vec<u8>>,
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) account_id: Option<uuid::Uuid>,
    pub(super) post_id: Option<uuid::Uuid>,
    pub(super) org_id: Option<uuid::Uuid>,
    pub(super) action: String,
    pub(super) object_kind: String,
    pub(super) object_id: String,
    pub(super) before: Option<serde_json::Value>,
    pub(super) after: Option<serde_json::Value>,
    pub(super) reason: Option<String>,
    pub(super) origin: Option<String>,
}

impl Found {
    pub(super) fn logged(self, tenant: &TenantKey) -> Result<Logged> {
        let digest = <[u8; 32]>::try_from(self.body_digest).map_err(|_| stored("digest of a body"))?;
        let salt = self.salt.map(<[u8; 32]>::try_from).transpose().map_err(|_| stored("salt of a body"))?;
        let body = Body { before: self.before, after: self.after };
        let row = Row {
            id: self.id,
            at: self.at,
            account_id: self.account_id,
            post_id: self.post_id,
            org_id: self.org_id,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            reason: self.reason,
            origin: self.origin,
        };
        Ok(Logged {
            index: natural(self.index)?,
            hash: Hash::read(&self.hash).ok_or_else(|| stored("hash of a leaf"))?,
            entry: row.entry(tenant, BodyDigest(digest)),
            body: salt.map(|salt| (Salt(salt), body)),
        })
    }
}

pub(super) fn stored(what: &str) -> Error {
    Error::Stored(what.to_owned())
}

pub(super) fn natural(n: i64) -> Result<u64> {
    u64::try_from(n).map_err(|_| stored("a number of the audit log"))
}

pub(super) fn signed(n: u64) -> Result<i64> {
    i64::try_from(n).map_err(|_| stored("a number of the audit log"))
}

/// An entry by the number of its audit row. None: it is not there, or not in the log yet.
pub async fn find(tx: &mut Tx, scope: &Scope<act::ViewAudit>, tenant: &TenantKey, id: i64) -> Result<Option<Logged>> {
    if !scope.whole_tenant() {
        return Ok(None);
    }
    let number = tx.tenant().0;
    let row = sqlx::query_as!(
        Found,
        "SELECT l.index, l.hash, l.body_digest, l.salt, a.id, a.at, a.account_id, a.post_id, a.org_id, a.action, a.object_kind, a.object_id,
                a.before, a.after, a.reason, a.origin
           FROM audit_leaf l JOIN audit a ON a.tenant_id = l.tenant_id AND a.id = l.audit_id
          WHERE l.tenant_id = $1 AND l.audit_id = $2",
        number,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| row.logged(tenant)).transpose()
}

/// Number of the audit row that a receipt was written with. None: there is no such receipt.
pub async fn of_receipt(tx: &mut Tx, scope: &Scope<act::ViewAudit>, receipt: ReceiptId) -> Result<Option<i64>> {
    if !scope.whole_tenant() {
        return Ok(None);
    }
    let row = sqlx::query_scalar!("SELECT sec.receipt_entry($1, $2)", receipt.org.uuid(), receipt.no.0);
    Ok(row.fetch_one(tx.connection()).await?)
}

/// Stored tiles, those of them that are there.
pub async fn tiles(
    tx: &mut Tx,
    scope: &Scope<act::ViewAudit>,
    ids: &BTreeSet<TileId>,
) -> Result<BTreeMap<TileId, Tile>> {
    if !scope.whole_tenant() {
        return Ok(BTreeMap::new());
    }
    let tenant = tx.tenant().0;
    read_tiles(tx.connection(), tenant, ids).await
}

pub(super) async fn read_tiles(
    connection: &mut PgConnection,
    tenant: i32,
    ids: &BTreeSet<TileId>,
) -> Result<BTreeMap<TileId, Tile>> {
    let levels: Vec<i16> = ids.iter().map(|id| id.level.into()).collect();
    let indexes = ids.iter().map(|id| signed(id.index)).collect::<Result<Vec<_>>>()?;
    let rows = sqlx::query!(
        "SELECT t.level, t.index, t.hashes FROM unnest($2::smallint[], $3::bigint[]) AS asked(level, index)
           JOIN audit_tile t ON t.tenant_id = $1 AND t.level = asked.level AND t.index = asked.index",
        tenant,
        &levels,
        &indexes
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let level = u8::try_from(row.level).map_err(|_| stored("level of a tile"))?;
            let id = TileId { level, index: natural(row.index)? };
            Ok((id, Tile::read(&row.hashes).ok_or_else(|| stored("hashes of a tile"))?))
        })
        .collect()
}
