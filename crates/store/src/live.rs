//! What a gateway asks for all of its open sockets at once.

use chrono::{DateTime, Utc};
use domain::{live::Wake, tenant::TenantId};

use crate::{Error, Result, Store};

/// A session with an open socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Whose.
    pub tenant: TenantId,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// Its rights as they were last seen.
    pub rights: Option<i64>,
}

/// An object that somebody watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// Which.
    pub what: Wake,
    /// Its version as it was last seen.
    pub version: Option<i64>,
}

/// What is other than it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Place of a holder, and its rights now; none: the session has ended.
    pub holders: Vec<(usize, Option<i64>)>,
    /// Place of a watched object, and its version now; none: there is none.
    pub objects: Vec<(usize, Option<i64>)>,
    /// Steps that were ever taken in all tenants, whether kept or not.
    pub steps: i64,
    /// Where that is another number than the one known: a transaction newer than each that has risen it.
    pub risen: Option<i64>,
    /// All transactions before this one have ended.
    pub oldest: i64,
}

impl Store {
    /// Compares what is known with what is, in one statement.
    pub async fn live(
        &self,
        holders: &[Holder],
        objects: &[Watched],
        steps: i64,
        at: DateTime<Utc>,
    ) -> Result<Changes> {
        let tenants: Vec<_> = holders.iter().map(|one| one.tenant.0).collect();
        let tokens: Vec<_> = holders.iter().map(|one| one.token_hash.to_vec()).collect();
        let rights: Vec<_> = holders.iter().map(|one| one.rights).collect();
        let of: Vec<_> = objects.iter().map(|one| one.what.tenant.0).collect();
        let kinds: Vec<_> = objects.iter().map(|one| one.what.topic.kind().to_owned()).collect();
        let ids: Vec<_> = objects.iter().map(|one| one.what.topic.uuid()).collect();
        let versions: Vec<_> = objects.iter().map(|one| one.version).collect();
        let mut connection = self.bare().await?;
        let rows = sqlx::query!(
            r#"SELECT what AS "what!", nth AS "nth!", value FROM sec.live($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
            &tenants,
            &tokens,
            &rights as &[Option<i64>],
            &of,
            &kinds,
            &ids,
            &versions as &[Option<i64>],
            steps,
            at
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut changes = Changes::default();
        for row in rows {
            let nth = usize::try_from(row.nth).unwrap_or(0).checked_sub(1);
            match (row.what.as_str(), nth) {
                ("session", Some(nth)) => changes.holders.push((nth, row.value)),
                ("object", Some(nth)) => changes.objects.push((nth, row.value)),
                ("steps", None) => changes.steps = row.value.unwrap_or(0),
                ("oldest", None) => changes.oldest = row.value.unwrap_or(0),
                ("risen", None) => changes.risen = row.value,
                _ => return Err(Error::Stored(format!("an answer of sec.live: {}", row.what))),
            }
        }
        Ok(changes)
    }
}
