//! The tree of a past day. Who may see an organisation is asked of its place today.

use authz::{Scope, act};
use domain::{Id, id::noun, org::Org};

use super::{
    Filter, Moment, Order, Page,
    tree::{BelowRow, pairs},
    uuids,
};
use crate::{Result, Tx};

/// Those of a list that were there on the day.
pub async fn by_ids_as_of(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    ids: &[Id<noun::Org>],
    at: Moment,
) -> Result<Vec<Org>> {
    Ok(lines(tx, scope, ids, at, false).await?.into_iter().map(|(_, org)| org).collect())
}

/// The superiors that each had on the day, the topmost first.
pub async fn ancestors_as_of(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    ids: &[Id<noun::Org>],
    at: Moment,
) -> Result<Vec<(Id<noun::Org>, Org)>> {
    lines(tx, scope, ids, at, true).await
}

async fn lines(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    ids: &[Id<noun::Org>],
    at: Moment,
    above: bool,
) -> Result<Vec<(Id<noun::Org>, Org)>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    let rows = sqlx::query_file_as!(
        BelowRow,
        "sql/org_lines_as_of.sql",
        tenant,
        &uuids(ids),
        at.day,
        at.known_at,
        above,
        filter.everywhere,
        &filter.orgs,
        &filter.roots,
        &filter.levels
    )
    .fetch_all(tx.connection())
    .await?;
    pairs(rows)
}

/// What stood directly below each superior on the day, in order.
pub async fn children_as_of(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    superiors: &[Id<noun::Org>],
    page: &Page,
    at: Moment,
) -> Result<Vec<(Id<noun::Org>, Org)>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    let (code, name) = page.after.as_ref().map_or(("", ""), |after| (after.code.as_str(), after.name.as_str()));
    let rows = sqlx::query_file_as!(
        BelowRow,
        "sql/org_children_as_of.sql",
        tenant,
        &uuids(superiors),
        at.day,
        at.known_at,
        i64::from(page.first),
        page.closed,
        code,
        name,
        matches!(page.order, Order::Name),
        filter.everywhere,
        &filter.orgs,
        &filter.roots,
        &filter.levels
    )
    .fetch_all(tx.connection())
    .await?;
    pairs(rows)
}
