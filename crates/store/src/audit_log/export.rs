//! An export on its way, part by part: the entries up to one head, the hashes that the log keeps of them, and the head. The log only
//! grows, so parts that are read one after another fit together; memory stays flat whatever the size.

use std::collections::{BTreeMap, BTreeSet};

use authz::{Scope, act};
use chrono::{DateTime, Utc};
use domain::{
    audit::{Head, export::Writer},
    merkle::{Tile, TileId, tile::WIDTH},
    tenant::{TenantId, TenantKey},
};
use sqlx::{Executor, PgConnection, Postgres, Transaction};

use super::{
    head::{Stored, newest},
    logged::{Found, Logged, read_tiles, signed, stored},
};
use crate::{Owner, Result, Tx};

/// Entries of one part.
const PART: u64 = 4 * WIDTH as u64;

/// How far an export is.
#[derive(Debug)]
pub struct Export {
    tenant: TenantKey,
    head: Stored,
    writer: Option<Writer>,
    next: u64,
}

impl Export {
    /// Begins the export up to a head: gives the first line.
    pub fn begin(tenant: TenantKey, head: Stored, at: DateTime<Utc>) -> Result<(Self, String)> {
        let origin = Head::open_unsigned(&head.note).map_err(|_| stored("note of a head"))?.origin;
        let (writer, line) = Writer::begin(&origin, head.size, at)?;
        Ok((Self { tenant, head, writer: Some(writer), next: 0 }, line))
    }

    /// Entries that it will have.
    pub const fn size(&self) -> u64 {
        self.head.size
    }

    /// The next lines, read as the auditor who has entered; none after the last.
    pub async fn part(&mut self, tx: &mut Tx, scope: &Scope<act::ExportAudit>) -> Result<Option<String>> {
        if !scope.whole_tenant() {
            return Ok(None);
        }
        let tenant = tx.tenant();
        self.read(tx.connection(), tenant).await
    }

    async fn read(&mut self, connection: &mut PgConnection, tenant: TenantId) -> Result<Option<String>> {
        let size = self.head.size;
        let Some(writer) = &mut self.writer else { return Ok(None) };
        let (from, to) = (self.next, (self.next + PART).min(size));
        let tiles = read_tiles(connection, tenant.0, &wanted(from, to, size)).await?;
        let mut text = String::new();
        for Logged { index, hash, entry, body } in entries(connection, tenant, &self.tenant, from, to).await? {
            due(writer, index, &tiles, &mut text)?;
            let body = body.as_ref().map(|(salt, body)| (salt, body));
            text += &writer.entry(index, hash, &entry, body)?;
        }
        // Hashes of entries that are gone are given all the same.
        due(writer, if to < size { to.saturating_sub(1) } else { size }, &tiles, &mut text)?;
        self.next = to;
        if to == size
            && let Some(writer) = self.writer.take()
        {
            text += &writer.end(&self.head.note)?;
        }
        Ok(Some(text))
    }
}

/// Tiles of level 0 of a part, and those above them that hold the roots of the full ones.
fn wanted(from: u64, to: u64, size: u64) -> BTreeSet<TileId> {
    let width = WIDTH as u64;
    let leaves = (from / width..to.div_ceil(width)).map(|index| TileId { level: 0, index });
    leaves
        .flat_map(|tile| {
            let above = TileId { level: 1, index: tile.index / width };
            [Some(tile), (tile.width(size) == WIDTH).then_some(above)].into_iter().flatten()
        })
        .collect()
}

fn due(writer: &mut Writer, index: u64, tiles: &BTreeMap<TileId, Tile>, text: &mut String) -> Result<()> {
    while let Some((id, above)) = writer.due(index) {
        let root = above.and_then(|(id, place)| tiles.get(&id)?.hashes().get(place).copied());
        text.push_str(&writer.tile(tiles.get(&id), root)?.unwrap_or_default());
    }
    Ok(())
}

async fn entries(
    connection: &mut PgConnection,
    tenant: TenantId,
    key: &TenantKey,
    from: u64,
    to: u64,
) -> Result<Vec<Logged>> {
    let rows = sqlx::query_as!(
        Found,
        "SELECT l.index, l.hash, l.body_digest, l.salt, a.id, a.at, a.account_id, a.post_id, a.org_id, a.action, a.object_kind, a.object_id,
                a.before, a.after, a.reason, a.origin
           FROM audit_leaf l JOIN audit a ON a.tenant_id = l.tenant_id AND a.id = l.audit_id
          WHERE l.tenant_id = $1 AND l.index >= $2 AND l.index < $3 ORDER BY l.index",
        tenant.0,
        signed(from)?,
        signed(to)?
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| row.logged(key)).collect()
}

/// An export by the operator: one snapshot from beginning to end.
#[derive(Debug)]
pub struct OwnerExport {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
    export: Export,
}

impl OwnerExport {
    /// The next lines; none after the last.
    pub async fn part(&mut self) -> Result<Option<String>> {
        self.export.read(&mut self.tx, self.tenant).await
    }

    /// Entries that it has.
    pub const fn size(&self) -> u64 {
        self.export.size()
    }

    /// Audit rows that are neither in the log nor waiting for it: somebody has put them in past the trigger.
    pub async fn unlogged(mut self) -> Result<Vec<i64>> {
        let rows = sqlx::query_scalar!(
            "SELECT a.id FROM audit a WHERE a.tenant_id = $1
                AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.tenant_id = a.tenant_id AND l.audit_id = a.id)
                AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.tenant_id = a.tenant_id AND p.audit_id = a.id)
              ORDER BY a.id LIMIT 1000",
            self.tenant.0
        );
        Ok(rows.fetch_all(&mut *self.tx).await?)
    }
}

impl Owner {
    /// Begins an export of a tenant's log up to its newest head, and writes down that it was made. None: no head was signed yet.
    pub async fn export_audit(
        &self,
        tenant: TenantId,
        key: &TenantKey,
        at: DateTime<Utc>,
    ) -> Result<Option<(OwnerExport, String)>> {
        let mut told = self.begin().await?;
        let Some(head) = newest(&mut told, tenant.0).await? else { return Ok(None) };
        let after = serde_json::json!({ "size": head.size });
        sqlx::query!(
            "INSERT INTO audit (tenant_id, at, action, object_kind, object_id, after, reason)
             VALUES ($1, $2, 'audit.export', 'audit', 'audit', $3, 'fonds audit export')",
            tenant.0,
            at,
            after
        )
        .execute(&mut *told)
        .await?;
        told.commit().await?;
        let mut tx = self.begin().await?;
        (*tx).execute(sqlx::raw_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")).await?;
        let Some(head) = newest(&mut tx, tenant.0).await? else { return Ok(None) };
        let (export, line) = Export::begin(key.clone(), head, at)?;
        Ok(Some((OwnerExport { tx, tenant, export }, line)))
    }

    /// The newest signed head of a tenant's log.
    pub async fn audit_head(&self, tenant: TenantId) -> Result<Option<Stored>> {
        let mut tx = self.begin().await?;
        newest(&mut tx, tenant.0).await
    }
}

/// The newest head, for an export by the auditor.
pub async fn newest_head(tx: &mut Tx, scope: &Scope<act::ExportAudit>) -> Result<Option<Stored>> {
    if !scope.whole_tenant() {
        return Ok(None);
    }
    let tenant = tx.tenant().0;
    newest(tx.connection(), tenant).await
}
