//! The dated history of organisations, on both axes.

use authz::{Scope, act};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Id,
    id::noun,
    org::{Approval, Description, OrgChange, OrgKind, OrgState, OrgVersion},
};
use uuid::Uuid;

use super::{Filter, Moment, uuids};
use crate::{Error, Result, Tx};

struct VersionRow {
    id: Uuid,
    org_id: Uuid,
    parent_id: Option<Uuid>,
    kind: String,
    code: String,
    name: String,
    short_name: Option<String>,
    formation: Option<String>,
    unit_name: Option<String>,
    unit_code: Option<String>,
    unit_category: Option<String>,
    term_start: Option<NaiveDate>,
    term_years: Option<i16>,
    state: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    recorded_at: DateTime<Utc>,
    superseded_at: Option<DateTime<Utc>>,
    change: String,
    document_no: Option<String>,
    document_date: Option<NaiveDate>,
    reason: Option<String>,
}

impl TryFrom<VersionRow> for OrgVersion {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self> {
        let stored = |what: &str| Error::Stored(what.to_owned());
        Ok(Self {
            id: Id::of(row.id),
            org: Id::of(row.org_id),
            parent: row.parent_id.map(Id::of),
            kind: OrgKind::parse(&row.kind).ok_or_else(|| stored("kind of a version"))?,
            code: row.code,
            name: row.name,
            short_name: row.short_name,
            state: OrgState::parse(&row.state).ok_or_else(|| stored("state of a version"))?,
            description: Description {
                formation: row.formation,
                unit_name: row.unit_name,
                unit_code: row.unit_code,
                unit_category: row.unit_category,
                term_start: row.term_start,
                term_years: row.term_years,
            },
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            recorded_at: row.recorded_at,
            superseded_at: row.superseded_at,
            change: OrgChange::parse(&row.change).ok_or_else(|| stored("change of a version"))?,
            approval: Approval { document_no: row.document_no, document_date: row.document_date, reason: row.reason },
        })
    }
}

/// Every version of those of a list that are in the scope, of each the oldest first; those that a later entry has replaced,
/// too, if asked for. One statement.
pub async fn versions(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    ids: &[Id<noun::Org>],
    superseded: bool,
) -> Result<Vec<OrgVersion>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    sqlx::query_file_as!(
        VersionRow,
        "sql/org_versions.sql",
        tenant,
        &uuids(ids),
        superseded,
        filter.everywhere,
        &filter.orgs,
        &filter.roots,
        &filter.levels
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(OrgVersion::try_from)
    .collect()
}

/// How those of a list that are in the scope were described on a day; one statement.
pub async fn descriptions(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    ids: &[Id<noun::Org>],
    at: Moment,
) -> Result<Vec<(Id<noun::Org>, Description)>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    let rows = sqlx::query_file!(
        "sql/org_descriptions.sql",
        tenant,
        &uuids(ids),
        at.day,
        at.known_at,
        filter.everywhere,
        &filter.orgs,
        &filter.roots,
        &filter.levels
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let description = Description {
                formation: row.formation,
                unit_name: row.unit_name,
                unit_code: row.unit_code,
                unit_category: row.unit_category,
                term_start: row.term_start,
                term_years: row.term_years,
            };
            (Id::of(row.org_id), description)
        })
        .collect())
}
