//! Finding organisations by code or name.

use authz::{Scope, act};
use domain::org::{Org, Place, parse_code};

use super::{Filter, OrgRow};
use crate::{Result, Tx};

/// A text that could be a code finds codes that begin with it; any other finds names and short names that contain it. In the
/// order of codes: `first` after a code, in the tenant or in the subtree of `within`.
pub async fn search(
    tx: &mut Tx,
    scope: &Scope<act::ViewOrg>,
    text: &str,
    within: Option<&Place>,
    after: &str,
    first: u32,
) -> Result<Vec<Org>> {
    let (tenant, filter) = (tx.tenant().0, Filter::from(scope));
    let path = within.map_or("", |place| place.path.as_str());
    let rows = if parse_code(text).is_ok() {
        sqlx::query_file_as!(
            OrgRow,
            "sql/org_search_code.sql",
            tenant,
            after,
            path,
            text,
            i64::from(first),
            filter.everywhere,
            &filter.orgs,
            &filter.roots,
            &filter.levels
        )
        .fetch_all(tx.connection())
        .await?
    } else {
        sqlx::query_file_as!(
            OrgRow,
            "sql/org_search_name.sql",
            tenant,
            after,
            path,
            text,
            i64::from(first),
            filter.everywhere,
            &filter.orgs,
            &filter.roots,
            &filter.levels
        )
        .fetch_all(tx.connection())
        .await?
    };
    rows.into_iter().map(Org::try_from).collect()
}
