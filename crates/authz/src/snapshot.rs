//! The built-in policy: read once, checked, compiled, then never changed.

use std::sync::Arc;

use crate::{
    Action, Duty, EVERYONE, Fault, Line, MEMBER, RawLine, Reason, Relation, Role, RoleName,
    ask::{AskError, Enforcers, compile},
    table::{Cell, RoleTable},
};

/// The lines, as reviewed in `schema/policy`.
const POLICY: &str = include_str!("../../../schema/policy/policy.csv");
/// The roles, as reviewed in `schema/policy`.
const ROLES: &str = include_str!("../../../schema/policy/roles.csv");

/// Why a policy cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no role, or no line, where there must be some.
    #[error("the policy is empty")]
    Empty,
    /// A built-in role is missing: not all rows have come.
    #[error("the policy lacks the role {0}")]
    Partial(RoleName),
    /// Lines or roles are wrong.
    #[error("{} faults in the policy; the first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Faulty(Vec<Fault>),
    /// Casbin could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
}

/// A built-in role with what belongs to it.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(crate) role: Role,
    pub(crate) grants: Vec<RoleName>,
    pub(crate) table: Arc<RoleTable>,
}

/// The built-in roles, their lines, casbin over them and the tables compiled from it.
#[derive(Debug)]
pub struct Snapshot {
    roles: Vec<Builtin>,
    everyone: Builtin,
    member: Builtin,
    lines: Vec<Line>,
    enforcers: Enforcers,
}

impl Snapshot {
    /// What is shipped.
    pub fn builtin() -> Result<Self, LoadError> {
        Self::read(ROLES, POLICY)
    }

    /// Reads the two files.
    pub(crate) fn read(roles: &str, policy: &str) -> Result<Self, LoadError> {
        let roles = read_roles(roles)?;
        let lines = read_lines(policy)?;
        if roles.is_empty() || lines.is_empty() {
            return Err(LoadError::Empty);
        }
        let known = |name: &RoleName| {
            [EVERYONE, MEMBER].contains(&name.as_str()) || roles.iter().any(|(role, _)| role.name == *name)
        };
        let unknown = lines.iter().enumerate().filter(|(_, line)| !known(&line.role));
        let faults: Vec<_> = unknown
            .map(|(at, line)| Fault { at: at + 1, what: line.to_string(), reason: Reason::UnknownRole })
            .collect();
        if !faults.is_empty() {
            return Err(LoadError::Faulty(faults));
        }
        let build = |(role, grants): (Role, Vec<RoleName>)| -> Result<Builtin, LoadError> {
            let table = Arc::new(compile(&role.name, &lines)?);
            Ok(Builtin { role, grants, table })
        };
        Ok(Self {
            everyone: build((pseudo(EVERYONE, "登录用户", "whoever is signed in")?, Vec::new()))?,
            member: build((pseudo(MEMBER, "任职人员", "whoever holds a post")?, Vec::new()))?,
            roles: roles.into_iter().map(build).collect::<Result<_, _>>()?,
            enforcers: Enforcers::over(&lines)?,
            lines,
        })
    }

    /// The roles that can be granted, in the order of the file; these are the rows of a new tenant's `role` table.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter().map(|builtin| &builtin.role)
    }

    /// Those and the two that nobody grants.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Builtin> {
        [&self.everyone, &self.member].into_iter().chain(&self.roles)
    }

    /// Which built-in roles a holder of this built-in role may give.
    pub fn grants(&self, role: &RoleName) -> &[RoleName] {
        self.role(role).map_or(&[], |builtin| &builtin.grants)
    }

    /// All lines, in the order of the file.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What casbin says of one role, where an object of this relation, level and confidentiality is concerned: the
    /// slow way, for checks (`fonds doctor`); decisions are made from tables compiled out of it.
    pub fn ask(
        &self,
        role: &str,
        action: Action,
        relation: Relation,
        level: u8,
        confidentiality: u8,
    ) -> Result<bool, AskError> {
        self.enforcers.allows(role, action, Cell { relation, level, confidentiality })
    }

    pub(crate) fn role(&self, name: &RoleName) -> Option<&Builtin> {
        self.roles.iter().find(|builtin| builtin.role.name == *name)
    }

    pub(crate) fn everyone(&self) -> &RoleTable {
        &self.everyone.table
    }

    pub(crate) fn member(&self) -> &RoleTable {
        &self.member.table
    }
}

fn pseudo(name: &str, zh: &str, en: &str) -> Result<Role, LoadError> {
    let name = RoleName::parse(name).ok_or(LoadError::Empty)?;
    Ok(Role { base: name.clone(), name, duty: None, zh: zh.to_owned(), en: en.to_owned() })
}

/// Rows of a file: no comments, no blank lines, no header; each with its number in the file.
fn rows<const N: usize>(text: &str) -> impl Iterator<Item = (usize, &str, Option<[&str; N]>)> {
    text.lines()
        .enumerate()
        .filter(|(_, row)| !row.trim().is_empty() && !row.starts_with('#'))
        .skip(1)
        .map(|(at, row)| (at + 1, row, row.split(',').map(str::trim).collect::<Vec<_>>().try_into().ok()))
}

fn read_lines(text: &str) -> Result<Vec<Line>, LoadError> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (at, row, columns) in rows::<8>(text) {
        let line =
            columns.ok_or(Reason::BadRow).and_then(|[role, kind, action, relation, from, to, ceiling, effect]| {
                let number = |text: &str| text.parse().map_err(|_| Reason::BadRow);
                let (level_from, level_to, ceiling) = (number(from)?, number(to)?, number(ceiling)?);
                Line::parse(&RawLine { role, kind, action, relation, level_from, level_to, ceiling, effect })
            });
        match line {
            Ok(line) => lines.push(line),
            Err(reason) => faults.push(Fault { at, what: row.to_owned(), reason }),
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(LoadError::Faulty(faults)) }
}

fn read_roles(text: &str) -> Result<Vec<(Role, Vec<RoleName>)>, LoadError> {
    let (mut roles, mut faults) = (Vec::new(), Vec::new());
    for (at, row, columns) in rows::<5>(text) {
        let role = columns.and_then(|[name, zh, en, duty, grants]| {
            let name = RoleName::parse(name)?;
            let duty = if duty.is_empty() { None } else { Some(Duty::parse(duty)?) };
            let grants = grants.split('|').filter(|grant| !grant.is_empty()).map(RoleName::parse);
            let (zh, en) = (zh.to_owned(), en.to_owned());
            Some((Role { base: name.clone(), name, duty, zh, en }, grants.collect::<Option<Vec<_>>>()?))
        });
        match role {
            Some(role) => roles.push(role),
            None => faults.push(Fault { at, what: row.to_owned(), reason: Reason::BadRow }),
        }
    }
    for (_, grants) in &roles {
        for grant in grants.iter().filter(|grant| roles.iter().all(|(role, _)| role.name != **grant)) {
            faults.push(Fault { at: 0, what: grant.to_string(), reason: Reason::UnknownRole });
        }
    }
    if faults.is_empty() { Ok(roles) } else { Err(LoadError::Faulty(faults)) }
}
