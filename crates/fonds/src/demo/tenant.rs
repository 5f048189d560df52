//! A tenant of the demo: made and its tree imported, as the operator would.

use app::{
    SystemClock,
    chance::SystemChance,
    org::{Input, Options, import},
    tenant::{NewTenant, create as create_tenant},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Outcome,
    org::{Approval, OrgKind},
    tenant::{LevelName, TenantId, TenantKey, TenantSettings},
};
use store::Owner;

use crate::words::Failure;

/// Since when the sample organisations exist; as in the files.
fn established() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default()
}

/// Makes the tenant; the first row of the file is its topmost organisation.
pub(super) async fn create(
    owner: &Owner,
    key: &TenantKey,
    name: &str,
    levels: &[LevelName],
    csv: &[u8],
    now: DateTime<Utc>,
) -> Result<TenantId, Failure> {
    let text = String::from_utf8_lossy(csv);
    let root: Vec<&str> = text.lines().nth(1).unwrap_or_default().split(',').collect();
    let [code, _, root_name, short_name, ..] = root.as_slice() else {
        return Err("the topmost organisation of a file".into());
    };
    let new = NewTenant {
        key: key.clone(),
        name: name.to_owned(),
        levels: levels.to_vec(),
        settings: TenantSettings::default(),
        root_kind: OrgKind::Committee,
        root_code: (*code).to_owned(),
        root_name: (*root_name).to_owned(),
        root_short_name: Some((*short_name).to_owned()),
        since: established(),
    };
    let id = match create_tenant(owner, &SystemClock, &SystemChance, &new).await? {
        Outcome::Done((id, _), _) => id,
        Outcome::Refused(problems) => {
            return Err(format!("the tenant {} was refused: {problems:?}", key.as_str()).into());
        }
    };
    let input = Input { owner, tenant: key, clock: &SystemClock, chance: &SystemChance };
    let options = Options { dry_run: false, day: now.date_naive(), approval: Approval::default() };
    let report = import(input, csv, &options).await?;
    if let Some(fault) = report.faults.first() {
        return Err(
            format!("the tree of {}: line {:?}, {}: {}", key.as_str(), fault.row, fault.column, fault.en).into()
        );
    }
    Ok(id)
}
