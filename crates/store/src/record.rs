//! Records of one's own organisation: heads, versions, drafts. What a committee holds is in [`crate::receipt`].

mod confirmation;
mod draft;
mod history;
mod step;

use authz::{Act, Permit, Scope, Sealed, act};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Id,
    id::noun,
    org::Place,
    record::{Head, RecordState, Writing},
    record_type::TypeCode,
    tenant::Level,
};

pub(crate) use confirmation::both;
pub use confirmation::{Confirmer, ask, holders, to_confirm};
pub use draft::{Saved, insert, save};
pub use history::{EventRow, ReceiptRow, RoundRow, history, rounds};
pub use step::{Discarded, Recalled, Submitted, chain, discard, recall, reported_before, submission, submit};

use crate::{Error, Result, Tx};

/// A record of one's own organisation, with its newest version.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its head.
    pub head: Head,
    /// What is written.
    pub writing: Writing,
    /// Who wrote the newest version.
    pub author: Id<noun::Account>,
    /// When that was saved last.
    pub saved_at: DateTime<Utc>,
    /// Is the newest version the one that was sent last?
    pub submitted: bool,
    /// Who began it.
    pub created_by: Id<noun::Account>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// How long its timeline is: every step adds to it.
    pub seq: i32,
    /// Is its organisation at work? What a closed one has left behind is kept as it is.
    pub org_active: bool,
    /// Asked to be confirmed by another person, as it stands.
    pub request: Option<Request>,
}

/// That another person was asked to confirm a draft. Every change of the draft ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Who asked: its writer.
    pub by: Id<noun::Account>,
    /// When.
    pub at: DateTime<Utc>,
}

fn request(by: Option<uuid::Uuid>, at: Option<DateTime<Utc>>) -> Option<Request> {
    by.zip(at).map(|(by, at)| Request { by: Id::of(by), at })
}

/// One line of a list of own records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its head.
    pub head: Head,
    /// Title of the newest version.
    pub title: String,
    /// Day of the activity.
    pub occurred_on: NaiveDate,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// Asked to be confirmed by another person.
    pub request: Option<Request>,
}

struct LineRow {
    id: uuid::Uuid,
    of_type: String,
    type_version: i32,
    state: String,
    rev: i32,
    version: i32,
    round: i32,
    updated_at: DateTime<Utc>,
    asked_by: Option<uuid::Uuid>,
    asked_at: Option<DateTime<Utc>>,
    title: String,
    occurred_on: NaiveDate,
}

impl LineRow {
    fn line(self, org: Id<noun::Org>) -> Result<Line> {
        Ok(Line {
            head: Head {
                id: Id::of(self.id),
                org,
                of_type: code(&self.of_type)?,
                type_version: self.type_version,
                state: state(&self.state)?,
                rev: self.rev,
                version: self.version,
                round: self.round,
            },
            title: self.title,
            occurred_on: self.occurred_on,
            updated_at: self.updated_at,
            request: request(self.asked_by, self.asked_at),
        })
    }
}

pub(crate) fn code(text: &str) -> Result<TypeCode> {
    TypeCode::parse(text).ok_or_else(|| Error::Stored(format!("record type {text}")))
}

pub(crate) fn codes(texts: &[String]) -> Result<Vec<TypeCode>> {
    texts.iter().map(|text| code(text)).collect()
}

fn state(text: &str) -> Result<RecordState> {
    RecordState::parse(text).ok_or_else(|| Error::Stored(format!("state of a record {text}")))
}

/// Finds a record and shows nothing of it.
pub async fn locate(tx: &mut Tx, id: Id<noun::Record>) -> Result<Option<Sealed<Id<noun::Record>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT r.org_id, o.path, o.level, v.confidentiality
           FROM record r
           JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
           JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
          WHERE r.tenant_id = $1 AND r.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let place = Place { org: Id::of(row.org_id), path: row.path, level: Level(row.level) };
        Sealed::at(id, place, u8::try_from(row.confidentiality).unwrap_or(u8::MAX))
    }))
}

/// Finds one version of a record and shows nothing of it. It is as confidential as itself and as the newest one: neither a
/// later one that is public opens it, nor an earlier one what was kept back since.
pub async fn locate_version(
    tx: &mut Tx,
    id: Id<noun::Record>,
    version: i32,
) -> Result<Option<Sealed<Id<noun::Record>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        r#"SELECT r.org_id, o.path, o.level, greatest(v.confidentiality, asked.confidentiality) AS "confidentiality!"
           FROM record r
           JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
           JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
           JOIN record_version asked ON asked.tenant_id = r.tenant_id AND asked.record_id = r.id AND asked.version = $3
          WHERE r.tenant_id = $1 AND r.id = $2"#,
        tenant,
        id.uuid(),
        version
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let place = Place { org: Id::of(row.org_id), path: row.path, level: Level(row.level) };
        Sealed::at(id, place, u8::try_from(row.confidentiality).unwrap_or(u8::MAX))
    }))
}

/// Reads a record whole.
pub async fn fetch<A: Act<Of = Id<noun::Record>>>(tx: &mut Tx, may: &Permit<A>) -> Result<Record> {
    let (tenant, id) = (tx.tenant().0, *may.of());
    let row = sqlx::query!(
        r#"SELECT r.org_id, r.type AS of_type, r.type_version, r.state, r.rev, r.version, r.round, r.seq, r.created_by, r.created_at,
                r.asked_by, r.asked_at,
                v.title, v.occurred_on, v.tags, v.confidentiality, v.content, v.author, v.saved_at, v.submitted,
                o.state = 'active' AS "org_active!"
           FROM record r
           JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
           JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
          WHERE r.tenant_id = $1 AND r.id = $2"#,
        tenant,
        id.uuid()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Record {
        head: Head {
            id,
            org: Id::of(row.org_id),
            of_type: code(&row.of_type)?,
            type_version: row.type_version,
            state: state(&row.state)?,
            rev: row.rev,
            version: row.version,
            round: row.round,
        },
        writing: Writing {
            title: row.title,
            occurred_on: row.occurred_on,
            tags: codes(&row.tags)?,
            confidentiality: row.confidentiality,
            content: row.content,
        },
        author: Id::of(row.author),
        saved_at: row.saved_at,
        submitted: row.submitted,
        created_by: Id::of(row.created_by),
        created_at: row.created_at,
        seq: row.seq,
        org_active: row.org_active,
        request: request(row.asked_by, row.asked_at),
    })
}

/// Is a version restricted, so that every look at it is written down? What is not there is not.
pub async fn is_restricted(tx: &mut Tx, id: Id<noun::Record>, version: i32) -> Result<bool> {
    let tenant = tx.tenant().0;
    let confidentiality = sqlx::query_scalar!(
        "SELECT confidentiality FROM record_version WHERE tenant_id = $1 AND record_id = $2 AND version = $3",
        tenant,
        id.uuid(),
        version
    );
    Ok(confidentiality.fetch_optional(tx.connection()).await?.is_some_and(|confidentiality| confidentiality > 0))
}

/// Up to which confidentiality the actor may at an organisation of his; none: not at all.
pub(crate) fn ceiling<A: Act>(scope: &Scope<A>, org: Id<noun::Org>) -> Option<i16> {
    scope.orgs().iter().find(|at| at.place.org == org).map(|at| at.ceiling.into())
}

/// Own records in one state, the newest first: one ordered index range.
pub async fn page(
    tx: &mut Tx,
    scope: &Scope<act::ViewRecord>,
    org: Id<noun::Org>,
    in_state: RecordState,
    after: Option<Id<noun::Record>>,
    limit: u32,
) -> Result<Vec<Line>> {
    let Some(ceiling) = ceiling(scope, org) else { return Ok(Vec::new()) };
    let tenant = tx.tenant().0;
    let rows = sqlx::query_as!(
        LineRow,
        "SELECT r.id, r.type AS of_type, r.type_version, r.state, r.rev, r.version, r.round, r.updated_at, r.asked_by, r.asked_at,
                v.title, v.occurred_on
           FROM record r
           JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
          WHERE r.tenant_id = $1 AND r.org_id = $2 AND r.state = $3 AND r.id < $4
            AND v.confidentiality <= $6
          ORDER BY r.id DESC LIMIT $5",
        tenant,
        org.uuid(),
        in_state.as_str(),
        after.map_or(uuid::Uuid::max(), Id::uuid),
        i64::from(limit),
        ceiling
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(|row| row.line(org)).collect()
}
