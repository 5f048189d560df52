//! Deliveries: taken by the worker under a lease, looked at, settled; what was given up is seen and set going again by the
//! system administrator.

use authz::{Permit, act};
use chrono::{DateTime, Utc};
use domain::{
    Id,
    id::noun,
    notice::{Channel, NoticeKind, Subject},
    tenant::TenantId,
};
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    policy::Rows,
    relay::{self, Asked, Matters, People, Sought},
    worker::WorkerStore,
};

/// A delivery in the hands of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: Id<noun::Delivery>,
    /// Raised by everybody who takes it.
    pub fence: i64,
}

/// What is to be sent, as it stands now.
#[derive(Debug, Clone, Deserialize)]
pub struct Delivery {
    /// Which.
    pub id: Id<noun::Delivery>,
    /// Who has taken it last.
    pub fence: i64,
    /// The event.
    pub event: Uuid,
    /// Kind.
    pub kind: NoticeKind,
    /// Ids.
    pub subject: Subject,
    /// A person, or a webhook.
    pub recipient: Uuid,
    /// Where the letter goes; none: where the person's letters go.
    pub address: Option<SecretString>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Attempts, this one among them.
    pub attempts: i32,
    /// What a digest carries, the oldest first.
    pub items: Vec<Item>,
}

/// One of those that a digest carries.
#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    /// Which.
    pub id: Id<noun::Delivery>,
    /// The event.
    pub event: Uuid,
    /// Kind.
    pub kind: NoticeKind,
    /// Ids.
    pub subject: Subject,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// How a delivery came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The other side has it. Of a digest: what was in it, and what was left out.
    Sent {
        /// In it.
        items: Vec<Id<noun::Delivery>>,
        /// Not to be said any more.
        dropped: Vec<Id<noun::Delivery>>,
    },
    /// Not to be sent any more.
    Dropped {
        /// Why, as a code.
        reason: &'static str,
        /// What a digest carried.
        items: Vec<Id<noun::Delivery>>,
    },
    /// Given up.
    Failed(String),
    /// Again at this moment.
    Later(String, DateTime<Utc>),
}

/// What was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Which.
    pub id: Id<noun::Delivery>,
    /// Kind of the notice.
    pub kind: NoticeKind,
    /// How it was to go.
    pub channel: Channel,
    /// The person or the webhook.
    pub recipient: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it was given up, as a code.
    pub reason: Option<String>,
    /// When it was given up.
    pub failed_at: DateTime<Utc>,
}

impl WorkerStore {
    /// Takes what is due on a channel, an even share of each tenant and the longest due first; it is this worker's until
    /// that moment.
    pub async fn take(
        &self,
        channel: Channel,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<Lease>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query!(
            r#"SELECT tenant_id AS "tenant!", id AS "id!", fence AS "fence!" FROM sec.take_deliveries($1, $2, $3, $4)"#,
            channel.as_str(),
            at,
            until,
            limit
        )
        .fetch_all(&mut *connection)
        .await?;
        let lease = |row: (i32, Uuid, i64)| Lease { tenant: TenantId(row.0), id: Id::of(row.1), fence: row.2 };
        Ok(rows.into_iter().map(|row| lease((row.tenant, row.id, row.fence))).collect())
    }

    /// What was taken, as it stands now.
    pub async fn deliveries(&self, tenant: TenantId, ids: &[Id<noun::Delivery>]) -> Result<Vec<Delivery>> {
        let mut connection = self.bare().await?;
        let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query_scalar!(r#"SELECT sec.deliveries($1, $2) AS "rows!""#, tenant.0, &ids)
            .fetch_one(&mut *connection)
            .await?;
        serde_json::from_value(rows).map_err(|error| Error::Stored(error.to_string()))
    }

    /// What they are about.
    pub async fn matters(&self, tenant: TenantId, asked: &Asked) -> Result<Matters> {
        relay::matters(&mut *self.bare().await?, tenant, asked).await
    }

    /// Whom they go to.
    pub async fn people(&self, tenant: TenantId, sought: &Sought, at: DateTime<Utc>) -> Result<People> {
        relay::people(&mut *self.bare().await?, tenant, sought, at).await
    }

    /// The tenant's policy, as rows, with its version.
    pub async fn policy(&self, tenant: TenantId) -> Result<(i64, Rows)> {
        relay::policy(&mut *self.bare().await?, tenant).await
    }

    /// Writes how it came out. False: somebody else has taken it since, and this counts for nothing.
    pub async fn settle(&self, lease: Lease, how: &Settled, at: DateTime<Utc>) -> Result<bool> {
        let bare = |ids: &[Id<noun::Delivery>]| ids.iter().map(|id| id.uuid()).collect::<Vec<_>>();
        let (state, reason, due, sent, dropped) = match how {
            Settled::Sent { items, dropped } => ("sent", None, None, bare(items), bare(dropped)),
            Settled::Dropped { reason, items } => ("dropped", Some(*reason), None, Vec::new(), bare(items)),
            Settled::Failed(reason) => ("failed", Some(reason.as_str()), None, Vec::new(), Vec::new()),
            Settled::Later(reason, due) => ("waiting", Some(reason.as_str()), Some(*due), Vec::new(), Vec::new()),
        };
        let mut connection = self.bare().await?;
        let done = sqlx::query_scalar!(
            r#"SELECT sec.settle_delivery($1, $2, $3, $4, $5, $6, $7, $8, $9) AS "done!""#,
            lease.tenant.0,
            lease.id.uuid(),
            lease.fence,
            state,
            reason,
            due,
            &sent,
            &dropped,
            at
        );
        Ok(done.fetch_one(&mut *connection).await?)
    }

    /// How many wait to be sent, and how many were given up, counted up to 100,000 each.
    pub async fn delivery_depth(&self) -> Result<(i64, i64)> {
        let mut connection = self.bare().await?;
        let depth = sqlx::query!(r#"SELECT waiting AS "waiting!", failed AS "failed!" FROM sec.delivery_depth()"#)
            .fetch_one(&mut *connection)
            .await?;
        Ok((depth.waiting, depth.failed))
    }
}

/// A page of what was given up, the newest first, after a key.
pub async fn dead(
    tx: &mut Tx,
    may: &Permit<act::ViewDelivery>,
    after: Option<(DateTime<Utc>, Id<noun::Delivery>)>,
    limit: i64,
) -> Result<Vec<DeadLetter>> {
    debug_assert_eq!(may.tenant(), tx.tenant());
    let tenant = tx.tenant().0;
    // Behind every moment on the first page. No coalesce: it is not known to be leakproof, and the index would be lost.
    let (at, id) = after.map_or((DateTime::<Utc>::MAX_UTC, Uuid::nil()), |(at, id)| (at, id.uuid()));
    let rows = sqlx::query!(
        r#"SELECT id, kind, channel, recipient, at, attempts, reason, settled_at AS "settled_at!" FROM delivery
            WHERE tenant_id = $1 AND state = 'failed' AND (settled_at, id) < ($2, $3)
            ORDER BY settled_at DESC, id DESC LIMIT $4"#,
        tenant,
        at,
        id,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    let stored = |what: &str| Error::Stored(what.to_owned());
    rows.into_iter()
        .map(|row| {
            Ok(DeadLetter {
                id: Id::of(row.id),
                kind: NoticeKind::parse(&row.kind).ok_or_else(|| stored("kind of a notice"))?,
                channel: Channel::parse(&row.channel).ok_or_else(|| stored("channel of a delivery"))?,
                recipient: row.recipient,
                at: row.at,
                attempts: row.attempts,
                reason: row.reason,
                failed_at: row.settled_at,
            })
        })
        .collect()
}

/// Sets these going again, as if they had never been tried. Gives how many of them were there.
pub async fn redrive(tx: &mut Tx, may: Permit<act::RedriveDelivery>, ids: &[Id<noun::Delivery>]) -> Result<u64> {
    let (tenant, at) = (may.tenant().0, tx.at());
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let done = sqlx::query!(
        "UPDATE delivery SET state = 'waiting', due_at = $3, attempts = 0, reason = NULL, settled_at = NULL
          WHERE tenant_id = $1 AND id = ANY ($2) AND state = 'failed'",
        tenant,
        &ids,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
