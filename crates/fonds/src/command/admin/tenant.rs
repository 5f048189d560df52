//! Tenants.

use app::{SystemClock, chance::SystemChance, tenant};
use chrono::NaiveDate;
use clap::Args;
use domain::{
    Outcome,
    clock::{Clock as _, day_in},
    org::OrgKind,
    tenant::{LevelName, TenantKey, TenantSettings},
};
use store::Owner;

use super::{key, refused};
use crate::words::{Failure, say};

#[derive(Debug, Args)]
pub(crate) struct NewTenant {
    /// Name outside, with which tokens begin: 2 to 31 of a-z, 0-9 and '-'.
    #[arg(long)]
    key: String,
    /// Name for people.
    #[arg(long)]
    name: String,
    /// What a level is called, in Chinese and English: 省/province. Once for each, the top first.
    #[arg(long = "level", value_name = "ZH/EN", required = true)]
    levels: Vec<String>,
    /// Code of the topmost organisation.
    #[arg(long, value_name = "CODE")]
    root_code: String,
    /// Full name of the topmost organisation.
    #[arg(long, value_name = "NAME")]
    root_name: String,
    /// Its kind.
    #[arg(long, value_name = "KIND", default_value = "committee")]
    root_kind: String,
    /// Its first day; nothing in the tree is older. Today where it is not said.
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<NaiveDate>,
}

pub(super) async fn create(owner: &Owner, new: NewTenant) -> Result<(), Failure> {
    let settings = TenantSettings::default();
    let levels = new.levels.iter().map(|text| level(text)).collect::<Result<Vec<_>, Failure>>()?;
    let kind =
        OrgKind::parse(&new.root_kind).ok_or_else(|| format!("{} is not a kind of organisation", new.root_kind))?;
    let since = new.since.unwrap_or_else(|| day_in(settings.time_zone, SystemClock.now()));
    let made = tenant::NewTenant {
        key: key(&new.key)?,
        name: new.name,
        levels,
        settings,
        root_kind: kind,
        root_code: new.root_code,
        root_name: new.root_name,
        root_short_name: None,
        since,
    };
    match tenant::create(owner, &SystemClock, &SystemChance, &made).await? {
        Outcome::Done((_, root), _) => {
            say(&format!("tenant {}: topmost organisation {root}", new.key));
            Ok(())
        }
        Outcome::Refused(problems) => Err(refused(&problems)),
    }
}

pub(super) async fn sync_catalogue(owner: &Owner, tenant: &TenantKey) -> Result<(), Failure> {
    let catalogue = tenant::sync_catalogue(owner, tenant).await.map_err(|error| match error {
        app::Error::NotFound => format!("there is no tenant {}", tenant.as_str()).into(),
        other => Failure::from(other),
    })?;
    for (code, version) in &catalogue.added {
        say(&format!("added {code} version {version}"));
    }
    for (code, version) in &catalogue.differing {
        say(&format!("left alone: {code} version {version} differs, and records were written with it"));
    }
    say(&format!("{} versions added", catalogue.added.len()));
    Ok(())
}

fn level(text: &str) -> Result<LevelName, Failure> {
    let (zh, en) = text.split_once('/').ok_or_else(|| format!("{text} is not ZH/EN, as in 省/province"))?;
    Ok(LevelName { zh: zh.trim().to_owned(), en: en.trim().to_owned() })
}
