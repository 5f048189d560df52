//! For the worker's relay: events are taken, looked at and turned into notices and deliveries in one transaction, in a
//! number of statements that does not grow with theirs.

pub mod fact;

use authz::{Duty, Role, RoleName};
use chrono::{DateTime, Utc};
use domain::{
    Id,
    id::noun,
    notice::{Channel, NoticeKind, Subject},
    tenant::TenantId,
};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

pub use self::fact::{Matters, People};
use crate::{
    Error, Result,
    policy::{LineRow, Rows},
    worker::WorkerStore,
};

/// Something that has happened, as the transaction that did it has told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Event {
    /// Its number in the outbox.
    pub id: i64,
    /// What was done, e.g. `record.submit`.
    pub topic: String,
    /// Ids.
    pub subject: serde_json::Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// Events taken away.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// How many.
    pub count: u64,
    /// Of these, those of the topics asked for, in their order.
    pub events: Vec<Event>,
}

/// What facts are asked about.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Rounds of records.
    pub rounds: Vec<(Id<noun::Record>, i32)>,
    /// Drafts that wait to be confirmed.
    pub drafts: Vec<Id<noun::Record>>,
    /// Organisations.
    pub orgs: Vec<Id<noun::Org>>,
    /// Posts.
    pub posts: Vec<Id<noun::Post>>,
    /// Files.
    pub files: Vec<Id<noun::File>>,
    /// Titles of records and types too: they are to be said.
    pub titles: bool,
}

/// Whose facts are asked for.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// These people.
    pub accounts: Vec<Id<noun::Account>>,
    /// Whoever holds a post at these organisations now, and their webhooks.
    pub orgs: Vec<Id<noun::Org>>,
    /// Whoever has one of these duties now; of the three administrators alone.
    pub duties: Vec<Duty>,
    /// Whoever was told of these matters.
    pub abouts: Vec<String>,
    /// These webhooks.
    pub webhooks: Vec<Id<noun::Webhook>>,
    /// Names, addresses and secrets too: they are written to.
    pub addresses: bool,
}

/// A notice to be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Whose.
    pub account: Id<noun::Account>,
    /// The event; the same for everybody who is told of it.
    pub event: Uuid,
    /// Kind.
    pub kind: NoticeKind,
    /// Kind and ids: nobody is told twice of the same.
    pub about: String,
    /// Ids.
    pub subject: Subject,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// A delivery to be written: by itself at a moment, or with a digest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Posted {
    /// The event.
    pub event: Uuid,
    /// Kind.
    pub kind: NoticeKind,
    /// Kind and ids.
    pub about: String,
    /// Ids.
    pub subject: Subject,
    /// How.
    pub channel: Channel,
    /// A person, or a webhook.
    pub recipient: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// With the digest of this moment.
    pub digest_at: Option<DateTime<Utc>>,
    /// By itself, not before.
    pub due_at: Option<DateTime<Utc>>,
}

/// The relay's transaction on one tenant; what it has taken comes back when it is dropped.
#[derive(Debug)]
pub struct Relaying {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
}

impl WorkerStore {
    /// Tenants with events.
    pub async fn tenants_with_events(&self) -> Result<Vec<TenantId>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query_scalar!(r#"SELECT tenant AS "tenant!" FROM sec.tenants_with_events() AS tenant"#)
            .fetch_all(&mut *connection)
            .await?;
        Ok(rows.into_iter().map(TenantId).collect())
    }

    /// Begins on a tenant.
    pub async fn relay(&self, tenant: TenantId) -> Result<Relaying> {
        Ok(Relaying { tx: self.begin_bare().await?, tenant })
    }

    /// Clears what nobody reads any more. Gives how many rows went.
    pub async fn clear_notices(&self, at: DateTime<Utc>) -> Result<u64> {
        let mut connection = self.bare().await?;
        let gone =
            sqlx::query_scalar!(r#"SELECT sec.clear_notices($1) AS "gone!""#, at).fetch_one(&mut *connection).await?;
        u64::try_from(gone).map_err(|_| Error::Stored("a negative number of cleared rows".to_owned()))
    }
}

impl Relaying {
    /// Takes the oldest events away; of those of these topics, gives what they say. None: another relay is at this tenant.
    pub async fn take(&mut self, topics: &[String], limit: i32) -> Result<Option<Taken>> {
        let row = sqlx::query!(
            r#"SELECT taken AS "taken!", events AS "events!" FROM sec.take_events($1, $2, $3)"#,
            self.tenant.0,
            topics,
            limit
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        row.map(|row| Ok(Taken { count: u64::try_from(row.taken).unwrap_or(0), events: read(row.events)? })).transpose()
    }

    /// What they are about.
    pub async fn matters(&mut self, asked: &Asked) -> Result<Matters> {
        matters(&mut self.tx, self.tenant, asked).await
    }

    /// Who may have to be told.
    pub async fn people(&mut self, sought: &Sought, at: DateTime<Utc>) -> Result<People> {
        people(&mut self.tx, self.tenant, sought, at).await
    }

    /// The tenant's policy, as rows, with its version.
    pub async fn policy(&mut self) -> Result<(i64, Rows)> {
        policy(&mut self.tx, self.tenant).await
    }

    /// Writes who is told; what was written before is passed over. Gives who has something new in the inbox.
    pub async fn write(&mut self, told: &[Told], posted: &[Posted]) -> Result<Vec<Id<noun::Account>>> {
        let json = |error: serde_json::Error| Error::Stored(error.to_string());
        let (told, posted) = (serde_json::to_value(told).map_err(json)?, serde_json::to_value(posted).map_err(json)?);
        let told =
            sqlx::query_scalar!(r#"SELECT sec.write_notices($1, $2, $3) AS "told!""#, self.tenant.0, told, posted)
                .fetch_one(&mut *self.tx)
                .await?;
        Ok(told.into_iter().map(Id::of).collect())
    }

    /// Keeps what was written and lets the events go.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::Stored(error.to_string()))
}

pub(crate) async fn matters(connection: &mut PgConnection, tenant: TenantId, asked: &Asked) -> Result<Matters> {
    let (records, rounds): (Vec<_>, Vec<_>) =
        asked.rounds.iter().map(|(record, round)| (record.uuid(), *round)).unzip();
    let drafts: Vec<_> = asked.drafts.iter().map(|id| id.uuid()).collect();
    let orgs: Vec<_> = asked.orgs.iter().map(|id| id.uuid()).collect();
    let posts: Vec<_> = asked.posts.iter().map(|id| id.uuid()).collect();
    let files: Vec<_> = asked.files.iter().map(|id| id.uuid()).collect();
    let facts = sqlx::query_scalar!(
        r#"SELECT sec.matter_facts($1, $2, $3, $4, $5, $6, $7, $8) AS "facts!""#,
        tenant.0,
        &records,
        &rounds,
        &drafts,
        &orgs,
        &posts,
        &files,
        asked.titles
    )
    .fetch_one(connection)
    .await?;
    read(facts)
}

pub(crate) async fn people(
    connection: &mut PgConnection,
    tenant: TenantId,
    sought: &Sought,
    at: DateTime<Utc>,
) -> Result<People> {
    let accounts: Vec<_> = sought.accounts.iter().map(|id| id.uuid()).collect();
    let orgs: Vec<_> = sought.orgs.iter().map(|id| id.uuid()).collect();
    let duties: Vec<_> = sought.duties.iter().map(|duty| duty.as_str().to_owned()).collect();
    let webhooks: Vec<_> = sought.webhooks.iter().map(|id| id.uuid()).collect();
    let facts = sqlx::query_scalar!(
        r#"SELECT sec.people_facts($1, $2, $3, $4, $5, $6, $7, $8) AS "facts!""#,
        tenant.0,
        at,
        &accounts,
        &orgs,
        &duties,
        &sought.abouts,
        &webhooks,
        sought.addresses
    )
    .fetch_one(connection)
    .await?;
    read(facts)
}

#[derive(Deserialize)]
struct RoleFact {
    name: RoleName,
    base: RoleName,
    duty: Option<Duty>,
    zh: String,
    en: String,
}

pub(crate) async fn policy(connection: &mut PgConnection, tenant: TenantId) -> Result<(i64, Rows)> {
    let row = sqlx::query!(
        r#"SELECT version AS "version!", roles AS "roles!", lines AS "lines!" FROM sec.policy_rows($1)"#,
        tenant.0
    )
    .fetch_one(connection)
    .await?;
    let roles: Vec<RoleFact> = read(row.roles)?;
    let lines: Vec<LineRow> = read(row.lines)?;
    let role = |RoleFact { name, base, duty, zh, en }| Role { name, base, duty, zh, en };
    Ok((row.version, Rows { roles: roles.into_iter().map(role).collect(), lines }))
}
