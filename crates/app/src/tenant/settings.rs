//! Settings and routes.

use authz::{Permit, act};
use domain::{
    Code, Outcome, Problem,
    record_type::{Route, TypeCode},
    tenant::{FileRules, LevelName, TenantId, TenantKey, TenantSettings},
};
use serde::{Deserialize, Serialize};

use store::tenant::Tenant;

use crate::{App, Begun, Caller, Command, Error, Reader, Result, Work};

/// What every member may know of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Name outside.
    pub key: TenantKey,
    /// Name for people.
    pub name: String,
    /// What the levels are called, the top first.
    pub levels: Vec<LevelName>,
}

/// Key, name and levels of the reader's own tenant: every member may know them.
pub async fn view(reader: &mut Reader) -> Result<Overview> {
    let Tenant { key, name, levels, .. } = store::tenant::own(&mut reader.tx).await?;
    Ok(Overview { key, name, levels })
}

/// The settings, for those who may read them.
pub async fn settings(reader: &mut Reader) -> Result<TenantSettings> {
    let sealed = store::tenant::locate(&reader.tx);
    let may = reader.policy.permit::<act::ViewTenant>(&reader.actor, sealed).map_err(|_| Error::Forbidden)?;
    Ok(store::tenant::settings(&mut reader.tx, &may).await?)
}

/// The route of every type for which one is set: as the catalogue, readable by every member.
pub async fn routes(reader: &mut Reader) -> Result<Vec<(TypeCode, Route)>> {
    Ok(store::tenant::routes(&mut reader.tx).await?)
}

/// Everybody of the tenant knows that it is there: a refusal is `FORBIDDEN`.
pub(super) fn permitted(work: &Work) -> Result<Permit<act::EditTenant, TenantId>> {
    work.policy.permit(&work.actor, store::tenant::locate(&work.tx)).map_err(|_| Error::Forbidden)
}

/// Writes the settings whole.
pub async fn update_settings(
    cx: &App,
    who: &Caller,
    command: Command,
    asked: Asked,
) -> Result<Outcome<TenantSettings>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted(&work)?;
    let before = store::tenant::own(&mut work.tx).await?;
    let new = match asked.parse(before.settings.files.clone()) {
        Ok(new) => new,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    store::tenant::set_settings(&mut work.tx, may, &new).await?;
    work.audit(store::audit::Entry {
        action: "tenant.edit",
        object_kind: "tenant",
        object_id: before.key.as_str().to_owned(),
        before: Some(serde_json::json!(before.settings)),
        after: Some(serde_json::json!(new)),
        ..store::audit::Entry::default()
    })
    .await?;
    work.done(new, Vec::new()).await
}

/// Settings as they were written in a form, not yet read.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Days after which a pending review is overdue.
    pub review_days: i32,
    /// Days after which a record counts as late.
    pub late_days: i32,
    /// IANA name of a time zone.
    pub time_zone: String,
}

impl Asked {
    fn parse(&self, files: FileRules) -> Result<TenantSettings, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut days = |field, days: i32| {
            let fits = u16::try_from(days).ok().filter(|days| (1..=365).contains(days));
            if fits.is_none() {
                problems.push(Problem::new(Code::Invalid, &[field], "须为 1 至 365 天", "1 to 365 days"));
            }
            fits
        };
        let (review_days, late_days) = (days("reviewDays", self.review_days), days("lateDays", self.late_days));
        let time_zone = self.time_zone.parse().ok();
        if time_zone.is_none() {
            problems.push(Problem::new(
                Code::Invalid,
                &["timeZone"],
                "时区须为 IANA 名称，如 Asia/Shanghai",
                "a time zone is an IANA name, e.g. Asia/Shanghai",
            ));
        }
        match (review_days, late_days, time_zone) {
            (Some(review_days), Some(late_days), Some(time_zone)) => {
                Ok(TenantSettings { review_days, late_days, time_zone, files })
            }
            _ => Err(problems),
        }
    }
}

/// The way up of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// Which type.
    pub of_type: TypeCode,
    /// Its route.
    pub route: Route,
}

/// Writes the route of a type. What is on its way keeps the route that it was sent on.
pub async fn set_route(
    cx: &App,
    who: &Caller,
    command: Command,
    of_type: &str,
    route: Route,
) -> Result<Outcome<Routing>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted(&work)?;
    let tenant = store::tenant::own(&mut work.tx).await?;
    let known = store::record_type::newest(&mut work.tx).await?;
    let known = TypeCode::parse(of_type).filter(|asked| known.iter().any(|(code, _)| code == asked));
    let mut problems = check(&route, tenant.levels.len());
    let of_type = match known {
        Some(of_type) if problems.is_empty() => of_type,
        Some(_) => return Ok(Outcome::Refused(problems)),
        None => {
            problems.push(Problem::new(
                Code::UnknownType,
                &["type"],
                "没有这个类型。请从类型目录中选择",
                "there is no such type; choose one of the catalogue",
            ));
            return Ok(Outcome::Refused(problems));
        }
    };
    let new = Routing { of_type, route };
    let before = store::record_type::route(&mut work.tx, &new.of_type).await?;
    store::tenant::set_route(&mut work.tx, may, &new.of_type, &new.route).await?;
    work.audit(store::audit::Entry {
        action: "tenant.route",
        object_kind: "record_type",
        object_id: new.of_type.as_str().to_owned(),
        before: Some(serde_json::json!(before)),
        after: Some(serde_json::json!(new.route)),
        ..store::audit::Entry::default()
    })
    .await?;
    work.done(new, Vec::new()).await
}

fn check(route: &Route, levels: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let fits = |level: &i16| usize::try_from(*level).is_ok_and(|level| (1..=levels).contains(&level));
    if !route.levels.iter().all(fits) {
        problems.push(Problem::new(
            Code::Invalid,
            &["levels"],
            format!("层级须为 1 至 {levels} 的整数，1 为最高一级"),
            format!("a level is 1 to {levels}, 1 at the top"),
        ));
    }
    let levels: std::collections::BTreeSet<_> = route.levels.iter().collect();
    let kinds: std::collections::HashSet<_> = route.kinds.iter().collect();
    if route.levels.len() != levels.len() || route.kinds.len() != kinds.len() {
        problems.push(Problem::new(
            Code::Invalid,
            &["levels"],
            "同一层级或类别只写一次",
            "each level and each kind is named once",
        ));
    }
    problems
}
