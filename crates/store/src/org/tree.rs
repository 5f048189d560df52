//! The tree of today: what stands below, and the line above. One statement for a whole list of organisations.

use authz::{Scope, act};
use chrono::NaiveDate;
use domain::{Id, id::noun, org::Org};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Filter, OrgRow, uuids};
use crate::{Result, Tx};

/// Order of what stands below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Order {
    /// By code.
    #[default]
    Code,
    /// By name, as Chinese is sorted.
    Name,
}

/// The last one of the page before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct After {
    /// Its code, unique in the tenant.
    pub code: String,
    /// Its name, where names are the order.
    pub name: String,
}

/// What is asked of a list of children.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    /// How many at the most, for each superior.
    pub first: u32,
    /// After which.
    pub after: Option<After>,
    /// In which order.
    pub order: Order,
    /// Those abolished, too?
    pub closed: bool,
}

pub(super) struct BelowRow {
    pub(super) of: Uuid,
    pub(super) id: Uuid,
    pub(super) parent_id: Option<Uuid>,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) short_name: Option<String>,
    pub(super) kind: String,
    pub(super) level: i16,
    pub(super) state: String,
    pub(super) established_on: Option<NaiveDate>,
    pub(super) closed_on: Option<NaiveDate>,
}

/// Of whom each row was asked, and the organisation.
pub(super) fn pairs(rows: Vec<BelowRow>) -> Result<Vec<(Id<noun::Org>, Org)>> {
    rows.into_iter()
        .map(|row| {
            let org = OrgRow {
                id: row.id,
                parent_id: row.parent_id,
                code: row.code,
                name: row.name,
                short_name: row.short_name,
                kind: row.kind,
                level: row.level,
                state: row.state,
                established_on: row.established_on,
                closed_on: row.closed_on,
            };
            Ok((Id::of(row.of), org.try_into()?))
        })
        .collect()
}

/// What stands directly below each superior, in order; the caller asks for one more than a page to know of others.
pub async fn children(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    superiors: &[Id<noun::Org>],
    page: &Page,
) -> Result<Vec<(Id<noun::Org>, Org)>> {
    let (tenant, filter, superiors) = (tx.tenant().0, Filter::from(scope), uuids(superiors));
    let (code, name) = page.after.as_ref().map_or(("", ""), |after| (after.code.as_str(), after.name.as_str()));
    let rows = match page.order {
        Order::Code => {
            sqlx::query_file_as!(
                BelowRow,
                "sql/org_children.sql",
                tenant,
                &superiors,
                code,
                page.closed,
                i64::from(page.first),
                filter.everywhere,
                &filter.orgs,
                &filter.roots,
                &filter.levels
            )
            .fetch_all(tx.connection())
            .await?
        }
        Order::Name => {
            sqlx::query_file_as!(
                BelowRow,
                "sql/org_children_by_name.sql",
                tenant,
                &superiors,
                code,
                page.closed,
                i64::from(page.first),
                filter.everywhere,
                &filter.orgs,
                &filter.roots,
                &filter.levels,
                name
            )
            .fetch_all(tx.connection())
            .await?
        }
    };
    pairs(rows)
}

/// The superiors of each, the topmost first.
pub async fn ancestors(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    ids: &[Id<noun::Org>],
) -> Result<Vec<(Id<noun::Org>, Org)>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    let rows = sqlx::query_file_as!(
        BelowRow,
        "sql/org_lines.sql",
        tenant,
        &uuids(ids),
        filter.everywhere,
        &filter.orgs,
        &filter.roots,
        &filter.levels
    )
    .fetch_all(tx.connection())
    .await?;
    pairs(rows)
}
