//! Signed heads: made by the worker, read by the auditor.

use std::collections::BTreeSet;

use authz::{Scope, act};
use chrono::{DateTime, Utc};
use domain::{
    audit::{Head, Origin, SigningKey},
    merkle::{Hash, prove, verify_consistency},
    tenant::{TenantId, TenantKey},
};
use sqlx::PgConnection;

use super::{
    logged::{natural, read_tiles, signed, stored},
    sequence::{incident, key, lock},
};
use crate::{Result, Tx, error::touched, worker::WorkerStore};

/// A signed head as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// The note.
    pub note: String,
}

/// A tenant's log, as the worker looks for what is to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Whose.
    pub tenant: TenantId,
    /// Its key.
    pub key: TenantKey,
    /// Has it grown since its newest head?
    pub grown: bool,
}

/// What signing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// It has not grown, or another worker is at it.
    Nothing,
    /// A new head.
    Signed(Stored),
    /// The log is not what the last head was signed over: nothing is signed any more.
    Contradicted(String),
}

impl WorkerStore {
    /// Every log that has entries.
    pub async fn audit_logs(&self) -> Result<Vec<Log>> {
        let mut connection = self.bare().await?;
        let rows =
            sqlx::query!(r#"SELECT tenant_id AS "id!", tenant_key AS "key!", grown AS "grown!" FROM sec.audit_logs()"#)
                .fetch_all(&mut *connection)
                .await?;
        rows.into_iter()
            .map(|row| Ok(Log { tenant: TenantId(row.id), key: key(&row.key)?, grown: row.grown }))
            .collect()
    }

    /// Signs the head of a log that has grown, once it is proved that the last head is its beginning. Head and event in one
    /// transaction. All keys have one name, which is the installation's.
    pub async fn sign(
        &self,
        (tenant, key): (TenantId, &TenantKey),
        keys: &[&SigningKey],
        at: DateTime<Utc>,
    ) -> Result<Signing> {
        let Some(installation) = keys.first().map(|key| key.public().name().clone()) else {
            return Ok(Signing::Nothing);
        };
        let mut tx = self.begin(tenant).await?;
        let Some(size) = lock(&mut tx, tenant).await? else { return Ok(Signing::Nothing) };
        let last = newest(&mut tx, tenant.0).await?;
        if size == 0 || last.as_ref().is_some_and(|last| last.size == size) {
            return Ok(Signing::Nothing);
        }
        let origin = Origin { site: installation, tenant: key.clone() };
        let root = match grown_root(&mut tx, tenant, &origin, last.as_ref(), size).await? {
            Ok(root) => root,
            Err(what) => {
                let object = last.map_or(size, |last| last.size).to_string();
                incident(&mut tx, tenant, ("audit.contradiction", &object), &what, at).await?;
                tx.commit().await?;
                return Ok(Signing::Contradicted(what));
            }
        };
        let note = Head { origin, size, root, at }.sign(keys);
        let head = Stored { size, root, at, note };
        insert(&mut tx, tenant, &head).await?;
        tx.commit().await?;
        Ok(Signing::Signed(head))
    }

    /// The newest head of a tenant's log.
    pub async fn newest_head(&self, tenant: TenantId) -> Result<Option<Stored>> {
        let mut tx = self.begin(tenant).await?;
        newest(&mut tx, tenant.0).await
    }

    /// Heads above a size, the oldest first.
    pub async fn heads_above(&self, tenant: TenantId, size: u64, limit: i64) -> Result<Vec<Stored>> {
        let mut tx = self.begin(tenant).await?;
        let rows = sqlx::query_as!(
            Row,
            "SELECT size, root, at, note FROM audit_head WHERE tenant_id = $1 AND size > $2 ORDER BY size LIMIT $3",
            tenant.0,
            signed(size)?,
            limit
        )
        .fetch_all(&mut *tx)
        .await?;
        rows.into_iter().map(Row::head).collect()
    }
}

/// The root of the log at its size, or what contradicts the last head.
async fn grown_root(
    connection: &mut PgConnection,
    tenant: TenantId,
    origin: &Origin,
    last: Option<&Stored>,
    size: u64,
) -> Result<Result<Hash, String>> {
    let mut wanted: BTreeSet<_> = prove::tiles_for_root(size);
    if let Some(last) = last {
        if last.size > size {
            return Ok(Err(format!("the last head has {} entries, the log has {size}", last.size)));
        }
        wanted.extend(prove::tiles_for_consistency(last.size, size));
    }
    let tiles = read_tiles(connection, tenant.0, &wanted).await?;
    let root = match prove::root(size, &tiles) {
        Ok(root) => root,
        Err(unfit) => return Ok(Err(unfit.to_string())),
    };
    let Some(last) = last else { return Ok(Ok(root)) };
    let as_signed = Head::open_unsigned(&last.note)
        .is_ok_and(|head| head.origin == *origin && head.size == last.size && head.root == last.root);
    if !as_signed {
        return Ok(Err(format!("the stored head of {} entries is not what its note says", last.size)));
    }
    Ok(match prove::consistency(last.size, size, &tiles) {
        Err(unfit) => Err(unfit.to_string()),
        Ok(path) => match verify_consistency(last.size, size, last.root, root, &path) {
            Ok(()) => Ok(root),
            Err(refuted) => Err(format!("the log does not begin with what was signed at {}: {refuted}", last.size)),
        },
    })
}

async fn insert(connection: &mut PgConnection, tenant: TenantId, head: &Stored) -> Result<()> {
    let size = signed(head.size)?;
    let written = sqlx::query!(
        "WITH told AS (
           INSERT INTO outbox (tenant_id, topic, subject, at) VALUES ($1, 'audit.head', jsonb_build_object('size', $2::bigint), $4))
         INSERT INTO audit_head (tenant_id, size, root, at, note) VALUES ($1, $2, $3, $4, $5)",
        tenant.0,
        size,
        head.root.0.as_slice(),
        head.at,
        head.note
    )
    .execute(connection)
    .await?;
    touched("a head of the audit log", 1, &written)
}

struct Row {
    size: i64,
    root: Vec<u8>,
    at: DateTime<Utc>,
    note: String,
}

impl Row {
    fn head(self) -> Result<Stored> {
        let root = Hash::read(&self.root).ok_or_else(|| stored("root of a head"))?;
        Ok(Stored { size: natural(self.size)?, root, at: self.at, note: self.note })
    }
}

pub(super) async fn newest(connection: &mut PgConnection, tenant: i32) -> Result<Option<Stored>> {
    page(connection, tenant, i64::MAX, 1).await.map(|mut heads| heads.pop())
}

async fn page(connection: &mut PgConnection, tenant: i32, below: i64, limit: i64) -> Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT size, root, at, note FROM audit_head WHERE tenant_id = $1 AND size < $2 ORDER BY size DESC LIMIT $3",
        tenant,
        below,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::head).collect()
}

/// Heads below a size, the newest first.
pub async fn find(tx: &mut Tx, scope: &Scope<act::ViewAudit>, below: Option<i64>, limit: i64) -> Result<Vec<Stored>> {
    if !scope.whole_tenant() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant().0;
    page(tx.connection(), tenant, below.unwrap_or(i64::MAX), limit).await
}

/// The heads of two sizes, the earlier one first; where none is named, the oldest and the newest. None: there are no such heads.
pub async fn pair(
    tx: &mut Tx,
    scope: &Scope<act::ViewAudit>,
    (from, to): (Option<i64>, Option<i64>),
) -> Result<Option<(Stored, Stored)>> {
    if !scope.whole_tenant() {
        return Ok(None);
    }
    let tenant = tx.tenant().0;
    let rows = sqlx::query_as!(
        Row,
        "SELECT size, root, at, note FROM audit_head
          WHERE tenant_id = $1
            AND size IN (coalesce($2, (SELECT size FROM audit_head WHERE tenant_id = $1 ORDER BY size LIMIT 1)),
                         coalesce($3, (SELECT size FROM audit_head WHERE tenant_id = $1 ORDER BY size DESC LIMIT 1)))
          ORDER BY size",
        tenant,
        from,
        to
    )
    .fetch_all(tx.connection())
    .await?;
    let mut heads = rows.into_iter().map(Row::head).collect::<Result<Vec<_>>>()?;
    let Some(newest) = heads.pop() else { return Ok(None) };
    if let Some(oldest) = heads.pop() {
        return Ok(Some((oldest, newest)));
    }
    // One head is the beginning of itself; but where another one was asked for, it is not there.
    let named = |size: Option<i64>| size.is_none_or(|size| u64::try_from(size).is_ok_and(|size| size == newest.size));
    Ok((named(from) && named(to)).then(|| (newest.clone(), newest)))
}
