//! How the operator makes a tenant, and brings its catalogue up to date.

use chrono::NaiveDate;
use domain::{
    Code, Id, Outcome, Problem,
    clock::Clock,
    id::noun,
    org::{OrgKind, parse_code, parse_name},
    record_type::{self, Route, TypeCode},
    tenant::{LevelName, TenantId, TenantKey, TenantSettings},
};
use store::{
    Owner,
    owner::{Catalogue, NewRoot},
};

use crate::{Chance, Error, Result};

/// A tenant that is to be made.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Name outside.
    pub key: TenantKey,
    /// Name for people.
    pub name: String,
    /// What the levels are called, the top first: 1 to 12.
    pub levels: Vec<LevelName>,
    /// Settings.
    pub settings: TenantSettings,
    /// Kind of the topmost organisation.
    pub root_kind: OrgKind,
    /// Its code.
    pub root_code: String,
    /// Its full name.
    pub root_name: String,
    /// Its short name.
    pub root_short_name: Option<String>,
    /// Its first day: nothing in the tree is older.
    pub since: NaiveDate,
}

/// Levels of the tree that the built-in routes are written for: province, city, county, town, branch.
const CATALOGUE_LEVELS: i16 = 5;

/// The built-in types as rows.
fn types() -> Result<Vec<(TypeCode, i32, serde_json::Value)>> {
    record_type::built_in()
        .iter()
        .map(|of_type| {
            let body = serde_json::to_value(of_type).map_err(|error| Error::internal("record type", error))?;
            Ok((of_type.code.clone(), of_type.version, body))
        })
        .collect()
}

/// The built-in routes in a tree of so many levels. They count from the branch upward: level 4 of 5, directly above the
/// branch, is level 2 of 3; what would be above the top is left out.
fn routes(levels: usize) -> Vec<(TypeCode, Route)> {
    let shift = i16::try_from(levels).unwrap_or(CATALOGUE_LEVELS) - CATALOGUE_LEVELS;
    let moved = |route: &Route| {
        let levels = route.levels.iter().map(|level| level + shift).filter(|&level| level >= 1).collect();
        Route { levels, kinds: route.kinds.clone() }
    };
    record_type::built_in().iter().map(|of_type| (of_type.code.clone(), moved(&of_type.route))).collect()
}

fn mint<T>(clock: &dyn Clock, chance: &dyn Chance) -> Id<T> {
    let mut bytes = [0; 10];
    chance.fill(&mut bytes);
    Id::mint(clock.now(), bytes)
}

/// Makes a tenant: built-in roles, catalogue, routes, topmost organisation. Its first administrators are made apart.
/// Gives the tenant's number and its topmost organisation.
pub async fn create(
    owner: &Owner,
    clock: &dyn Clock,
    chance: &dyn Chance,
    new: &NewTenant,
) -> Result<Outcome<(TenantId, Id<noun::Org>)>> {
    let problems = check(new);
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let snapshot = authz::Snapshot::builtin().map_err(|error| Error::internal("policy", error))?;
    let roles: Vec<_> = snapshot.roles().cloned().collect();
    let root = NewRoot {
        id: mint(clock, chance),
        version: mint(clock, chance),
        kind: new.root_kind,
        code: &new.root_code,
        name: &new.root_name,
        short_name: new.root_short_name.as_deref(),
        established_on: new.since,
    };
    let tenant = store::owner::NewTenant {
        key: &new.key,
        name: &new.name,
        levels: &new.levels,
        settings: &new.settings,
        roles: &roles,
        types: &types()?,
        routes: &routes(new.levels.len()),
        root,
    };
    match owner.create_tenant(&tenant, clock.now()).await {
        Ok(id) => Ok(Outcome::Done((id, root.id), Vec::new())),
        Err(store::Error::Constraint(name)) if name.contains("key") => Ok(Outcome::Refused(vec![Problem::new(
            Code::Taken,
            &["key"],
            format!("租户标识“{}”已被使用，请另选一个", new.key.as_str()),
            format!("the tenant key {} is in use; choose another", new.key.as_str()),
        )])),
        Err(error) => Err(error.into()),
    }
}

/// Adds new versions of built-in types to a tenant, with their routes where it has set none.
pub async fn sync_catalogue(owner: &Owner, key: &TenantKey) -> Result<Catalogue> {
    let tenant = owner.tenant(key).await?.ok_or(Error::NotFound)?;
    let levels = owner.levels(tenant).await?.len();
    Ok(owner.sync_catalogue(tenant, &types()?, &routes(levels)).await?)
}

fn check(new: &NewTenant) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        [parse_code(&new.root_code).err(), parse_name(&new.root_name).err()].into_iter().flatten().collect();
    problems.extend(parse_name(&new.name).err());
    let named = |level: &LevelName| !level.zh.trim().is_empty() && !level.en.trim().is_empty();
    if !(1..=12).contains(&new.levels.len()) || !new.levels.iter().all(named) {
        problems.push(Problem::new(
            Code::Invalid,
            &["levels"],
            "层级须为 1 至 12 级，每级都有中文和英文名称",
            "a tenant has 1 to 12 levels, each with a Chinese and an English name",
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_count_from_the_branch_upward() {
        let levels = |of: usize| {
            let code = TypeCode::parse("ZBDH").unwrap();
            routes(of).into_iter().find(|(found, _)| *found == code).unwrap().1.levels
        };
        assert_eq!(levels(5), [4, 3]);
        assert_eq!(levels(6), [5, 4]);
        assert_eq!(levels(3), [2, 1]);
        assert_eq!(levels(2), [1]);
    }
}
