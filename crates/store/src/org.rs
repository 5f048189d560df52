//! Organisations: the tree of today from `org`, that of a past day from `org_version`. Writes go through `sec.*` alone.

mod as_of;
mod change;
mod contact;
mod search;
mod tree;
mod version;

use authz::{Act, Permit, Scope, Sealed, act};
use chrono::NaiveDate;
use domain::{
    Id,
    id::noun,
    org::{Org, OrgKind, OrgState, Place},
    tenant::Level,
};
use uuid::Uuid;

use crate::{Error, Result, Tx};

pub use as_of::{ancestors_as_of, by_ids_as_of, children_as_of};
pub use change::{Founding, Stamp, close, create, makes_cycle, open_work, relocate, rename, standing};
pub use contact::{contacts, set_contact};
pub use search::search;
pub use tree::{After, Order, Page, ancestors, children};
pub use version::{descriptions, versions};

/// An instant of the past: the day that is asked for, and what was known when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// When it was true.
    pub day: NaiveDate,
    /// When it was recorded; none: by now.
    pub known_at: Option<chrono::DateTime<chrono::Utc>>,
}

pub(crate) struct OrgRow {
    pub(crate) id: Uuid,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) short_name: Option<String>,
    pub(crate) kind: String,
    pub(crate) level: i16,
    pub(crate) state: String,
    pub(crate) established_on: Option<NaiveDate>,
    pub(crate) closed_on: Option<NaiveDate>,
}

impl TryFrom<OrgRow> for Org {
    type Error = Error;

    fn try_from(row: OrgRow) -> Result<Self> {
        Ok(Self {
            id: Id::of(row.id),
            parent: row.parent_id.map(Id::of),
            code: row.code,
            name: row.name,
            short_name: row.short_name,
            kind: OrgKind::parse(&row.kind).ok_or_else(|| Error::Stored(format!("kind {}", row.kind)))?,
            level: Level(row.level),
            state: OrgState::parse(&row.state).ok_or_else(|| Error::Stored(format!("state {}", row.state)))?,
            established_on: row.established_on,
            closed_on: row.closed_on,
        })
    }
}

/// A scope as the statements take it.
pub(crate) struct Filter {
    pub(crate) everywhere: bool,
    pub(crate) orgs: Vec<Uuid>,
    pub(crate) roots: Vec<String>,
    pub(crate) levels: Vec<i32>,
}

impl<A: Act> From<&Scope<A>> for Filter {
    fn from(scope: &Scope<A>) -> Self {
        let bits = |levels: authz::Levels| levels.iter().fold(0, |bits, level| bits | 1 << level.0);
        Self {
            everywhere: scope.everywhere(),
            orgs: scope.org_ids().into_iter().map(Id::uuid).collect(),
            roots: scope.roots().iter().map(|root| root.place.path.clone()).collect(),
            levels: scope.roots().iter().map(|root| bits(root.levels)).collect(),
        }
    }
}

pub(crate) fn uuids(ids: &[Id<noun::Org>]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

/// Finds an organisation, sealed.
pub async fn locate(tx: &mut Tx, id: Id<noun::Org>) -> Result<Option<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!("SELECT path, level FROM org WHERE tenant_id = $1 AND id = $2", tenant, id.uuid())
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(|row| Sealed::at(id, Place { org: id, path: row.path, level: Level(row.level) }, 0)))
}

/// Finds those of a list, sealed; one statement.
pub async fn locate_all(tx: &mut Tx, ids: &[Id<noun::Org>]) -> Result<Vec<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let rows =
        sqlx::query!("SELECT id, path, level FROM org WHERE tenant_id = $1 AND id = ANY ($2)", tenant, &uuids(ids))
            .fetch_all(tx.connection())
            .await?;
    let sealed = |id, path, level| Sealed::at(id, Place { org: id, path, level: Level(level) }, 0);
    Ok(rows.into_iter().map(|row| sealed(Id::of(row.id), row.path, row.level)).collect())
}

/// Finds an organisation by its code, sealed.
pub async fn locate_code(tx: &mut Tx, code: &str) -> Result<Option<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!("SELECT id, path, level FROM org WHERE tenant_id = $1 AND code = $2", tenant, code)
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(|row| {
        let id = Id::of(row.id);
        Sealed::at(id, Place { org: id, path: row.path, level: Level(row.level) }, 0)
    }))
}

/// Finds the topmost organisation of the tenant, sealed.
pub async fn locate_root(tx: &mut Tx) -> Result<Option<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT id, path, level FROM org WHERE tenant_id = $1 AND parent_id IS NULL ORDER BY code LIMIT 1",
        tenant
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let id = Id::of(row.id);
        Sealed::at(id, Place { org: id, path: row.path, level: Level(row.level) }, 0)
    }))
}

/// The organisation of a permit, as it stands today.
pub async fn fetch<A: Act<Of = Id<noun::Org>>>(tx: &mut Tx, may: &Permit<A>) -> Result<Org> {
    let (tenant, id) = (tx.tenant().0, may.of().uuid());
    sqlx::query_as!(
        OrgRow,
        "SELECT id, parent_id, code, name, short_name, kind, level, state, established_on, closed_on
           FROM org WHERE tenant_id = $1 AND id = $2",
        tenant,
        id
    )
    .fetch_one(tx.connection())
    .await?
    .try_into()
}

/// Those of a list that are in the scope, as they stand today; one statement.
pub async fn by_ids(tx: &mut Tx, scope: &Scope<act::ViewOrg>, ids: &[Id<noun::Org>]) -> Result<Vec<Org>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    sqlx::query_file_as!(
        OrgRow,
        "sql/org_by_ids.sql",
        tenant,
        &uuids(ids),
        filter.everywhere,
        &filter.orgs,
        &filter.roots,
        &filter.levels
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Org::try_from)
    .collect()
}
