//! Trials of the whole crate: a small tree, actors and tenants for the tests below.

mod intent;
mod narrowing;
mod property;

use std::sync::{Arc, LazyLock};

use domain::{
    Id, Locale,
    org::Place,
    tenant::{Level, TenantId, TenantKey},
};

use crate::{Actor, HeldPost, LoadError, RawLine, Reason, Role, RoleName, Snapshot, TenantPolicy, tenant::Bounds};

pub(crate) const TENANT: TenantId = TenantId(1);

static SNAPSHOT: LazyLock<Arc<Snapshot>> = LazyLock::new(|| Arc::new(Snapshot::builtin().unwrap()));

pub(crate) fn builtin() -> &'static Arc<Snapshot> {
    &SNAPSHOT
}

pub(crate) fn name(text: &str) -> RoleName {
    RoleName::parse(text).unwrap()
}

pub(crate) fn id<T>(number: u128) -> Id<T> {
    serde_json::from_value(serde_json::json!(format!("{number:032x}"))).unwrap()
}

/// A place by its path, `1/2/3/`; the id is made of the path, the level is its length.
pub(crate) fn place(path: &str) -> Place {
    let number = path.bytes().fold(7_u128, |sum, byte| sum.wrapping_mul(131) + u128::from(byte));
    Place { org: id(number), path: path.to_owned(), level: Level(i16::try_from(path.matches('/').count()).unwrap()) }
}

pub(crate) fn post(number: u128, role: &str, path: &str) -> HeldPost {
    HeldPost { id: id(number), org: place(path), role: name(role), duty: None }
}

/// Account 9 with these posts, numbered from 0.
pub(crate) fn actor(posts: &[(&str, &str)]) -> Actor {
    Actor {
        tenant: TENANT,
        tenant_key: TenantKey::parse("demo").unwrap(),
        account: id(9),
        session: id(8),
        locale: Locale::Zh,
        introspect: false,
        policy_version: 1,
        posts: (0..).zip(posts).map(|(number, (role, path))| post(number, role, path)).collect(),
        acting: None,
    }
}

/// All rows of a tenant's `role` table: the built-in ones, and own ones with their bases.
pub(crate) fn rows(own: &[(&str, &str)]) -> Vec<Role> {
    let mut rows: Vec<Role> = builtin().roles().cloned().collect();
    for &(own, base) in own {
        let base = builtin().role(&name(base)).unwrap().role.clone();
        rows.push(Role { name: name(own), base: base.name, duty: base.duty, zh: own.to_owned(), en: own.to_owned() });
    }
    rows
}

pub(crate) fn raw(text: &str) -> RawLine<'_> {
    let [role, kind, action, relation, from, to, ceiling, effect]: [&str; 8] =
        text.split(',').collect::<Vec<_>>().try_into().unwrap();
    let number = |text: &str| text.parse().unwrap();
    let (level_from, level_to, ceiling) = (number(from), number(to), number(ceiling));
    RawLine { role, kind, action, relation, level_from, level_to, ceiling, effect }
}

pub(crate) fn tenant<S: AsRef<str>>(own: &[(&str, &str)], lines: &[S]) -> TenantPolicy {
    let lines: Vec<_> = lines.iter().map(|line| raw(line.as_ref())).collect();
    TenantPolicy::build(builtin(), (TENANT, 1), &rows(own), &lines, Bounds::Lenient).unwrap()
}

/// What an edit to these lines is refused for.
pub(crate) fn faults(own: &[(&str, &str)], lines: &[&str]) -> Vec<Reason> {
    let lines: Vec<_> = lines.iter().map(|line| raw(line)).collect();
    match TenantPolicy::build(builtin(), (TENANT, 1), &rows(own), &lines, Bounds::Strict) {
        Ok(_) => Vec::new(),
        Err(LoadError::Faulty(faults)) => faults.into_iter().map(|fault| fault.reason).collect(),
        Err(other) => panic!("{other}"),
    }
}

/// No line of the tenant's own.
pub(crate) const PLAIN: &[&str] = &[];
