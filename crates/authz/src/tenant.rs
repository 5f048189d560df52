//! One tenant's policy at one version: the built-in roles, narrowed, and its own, each within a built-in one.

use std::{collections::HashMap, sync::Arc};

use domain::{Id, id::noun, tenant::TenantId};

use crate::{
    Action, Effect, Fault, HeldPost, Line, LoadError, Permit, RawLine, Reason, Role, RoleName, Snapshot, act,
    ask::compile,
    table::{Cells, RoleTable},
    tally::Tally,
};

/// A role as it counts in this tenant.
#[derive(Debug)]
pub(crate) struct TenantRole {
    pub(crate) role: Role,
    pub(crate) table: Arc<RoleTable>,
}

/// One tenant's policy at one version; immutable.
#[derive(Debug)]
pub struct TenantPolicy {
    tenant: TenantId,
    version: i64,
    builtin: Arc<Snapshot>,
    roles: HashMap<RoleName, TenantRole>,
    lines: Vec<Line>,
    /// Where decisions are counted.
    tally: Arc<Tally>,
    /// Everything is allowed, at these places too: see [`crate::Policy::allow_all`].
    #[cfg(feature = "allow_all")]
    pub(crate) open: Option<Arc<Vec<domain::org::Place>>>,
}

impl TenantPolicy {
    /// Whose.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Which version.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// What every tenant shares.
    pub fn builtin(&self) -> &Snapshot {
        &self.builtin
    }

    /// A role of the tenant.
    pub fn role(&self, name: &RoleName) -> Option<&Role> {
        self.roles.get(name).map(|held| &held.role)
    }

    pub(crate) fn role_named(&self, name: &str) -> Option<&Role> {
        self.roles.get(name).map(|held| &held.role)
    }

    /// The tenant's own lines that count.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// May the holder of the permit give this role to that person? Nobody gives himself anything.
    pub fn may_grant(&self, by: &Permit<act::GrantPost>, to: Id<noun::Account>, role: &RoleName) -> bool {
        self.is_open() || (by.who() != to && self.grants(by.role(), role))
    }

    /// May the holder of the permit end a post of this role? What he could give, he can take.
    pub fn may_end(&self, by: &Permit<act::EndPost>, role: &RoleName) -> bool {
        self.is_open() || self.grants(by.role(), role)
    }

    /// Counts its decisions there.
    pub(crate) fn counted(self, tally: Arc<Tally>) -> Self {
        Self { tally, ..self }
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Is the first wall down? Never but in tests of the second.
    #[cfg(feature = "allow_all")]
    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    #[cfg(feature = "allow_all")]
    pub(crate) fn opened(self, places: Option<Arc<Vec<domain::org::Place>>>) -> Self {
        Self { open: places, ..self }
    }

    #[cfg(not(feature = "allow_all"))]
    #[expect(clippy::unused_self, reason = "the same question as with the feature")]
    pub(crate) const fn is_open(&self) -> bool {
        false
    }

    fn grants(&self, holder: Option<&RoleName>, given: &RoleName) -> bool {
        let base = |name| self.role(name).map(|role| &role.base);
        match (holder.and_then(base), base(given)) {
            (Some(holder), Some(given)) => self.builtin.grants(holder).contains(given),
            _ => false,
        }
    }

    pub(crate) fn table(&self, role: &RoleName) -> Option<&RoleTable> {
        self.roles.get(role).map(|held| &*held.table)
    }

    pub(crate) fn everyone(&self) -> &RoleTable {
        self.builtin.everyone()
    }

    pub(crate) fn member(&self) -> &RoleTable {
        self.builtin.member()
    }

    /// What a post counts for: its role, and being a member.
    pub(crate) fn tables(&self, post: &HeldPost) -> impl Iterator<Item = &RoleTable> {
        self.table(&post.role).into_iter().chain([self.member()])
    }

    pub(crate) fn all_roles(&self) -> impl Iterator<Item = (&RoleName, &RoleTable)> {
        self.roles.iter().map(|(name, held)| (name, &*held.table))
    }

    /// Builds a policy out of rows. Lines that cannot be read are refused always; those that are not the tenant's to
    /// write are refused when `Strict` (an edit) and have no effect when `Lenient` (a load).
    pub(crate) fn build(
        builtin: &Arc<Snapshot>,
        (tenant, version): (TenantId, i64),
        roles: &[Role],
        raw: &[RawLine<'_>],
        bounds: Bounds,
    ) -> Result<Self, LoadError> {
        check_roles(builtin, roles)?;
        let (mut lines, mut faults) = (Vec::new(), Vec::new());
        for (at, raw) in raw.iter().enumerate() {
            match (read(builtin, roles, raw), bounds) {
                (Ok((line, None)), _) | (Ok((line, Some(Reason::BeyondBase))), Bounds::Lenient) => lines.push(line),
                (Ok((_, Some(_))), Bounds::Lenient) => {}
                (Ok((_, Some(reason))), Bounds::Strict) | (Err(reason), _) => {
                    faults.push(Fault { at: at + 1, what: raw.to_string(), reason });
                }
            }
        }
        if !faults.is_empty() {
            return Err(LoadError::Faulty(faults));
        }
        let mut held = HashMap::with_capacity(roles.len());
        for role in roles {
            let base = builtin.role(&role.base).ok_or_else(|| LoadError::Partial(role.base.clone()))?;
            let own: Vec<Line> = lines.iter().filter(|line| line.role == role.name).cloned().collect();
            let table = match (own.is_empty(), role.is_builtin()) {
                (true, true) => Arc::clone(&base.table),
                (_, true) => Arc::new(base.table.narrowed(&compile(&role.name, &own)?)),
                (_, false) => Arc::new(base.table.bounding(&compile(&role.name, &own)?)),
            };
            held.insert(role.name.clone(), TenantRole { role: role.clone(), table });
        }
        Ok(Self {
            tenant,
            version,
            builtin: Arc::clone(builtin),
            roles: held,
            lines,
            tally: Arc::default(),
            #[cfg(feature = "allow_all")]
            open: None,
        })
    }
}

/// How a line beyond the tenant's bounds is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// It is refused.
    Strict,
    /// It is masked.
    Lenient,
}

fn check_roles(builtin: &Snapshot, roles: &[Role]) -> Result<(), LoadError> {
    if roles.is_empty() {
        return Err(LoadError::Empty);
    }
    if let Some(missing) = builtin.roles().find(|role| !roles.iter().any(|row| row.name == role.name)) {
        return Err(LoadError::Partial(missing.name.clone()));
    }
    let fits = |role: &Role| {
        let shadows = !role.is_builtin() && builtin.all().any(|other| other.role.name == role.name);
        !shadows && builtin.role(&role.base).is_some_and(|base| base.role.duty == role.duty)
    };
    let wrong = roles.iter().enumerate().filter(|(_, role)| !fits(role));
    let faults: Vec<_> =
        wrong.map(|(at, role)| Fault { at: at + 1, what: role.name.to_string(), reason: Reason::BadBase }).collect();
    if faults.is_empty() { Ok(()) } else { Err(LoadError::Faulty(faults)) }
}

/// A line, and whether it is the tenant's to write.
fn read(builtin: &Snapshot, roles: &[Role], raw: &RawLine<'_>) -> Result<(Line, Option<Reason>), Reason> {
    let line = Line::parse(raw)?;
    let role = roles.iter().find(|role| role.name == line.role).ok_or(Reason::UnknownRole)?;
    let base = builtin.role(&role.base).ok_or(Reason::BadBase)?;
    let beyond = match line.effect {
        Effect::Deny if is_kept_open(line.action) => Some(Reason::LocksOut),
        Effect::Allow if role.is_builtin() => Some(Reason::WidensBuiltin),
        Effect::Allow if line.cells().minus(base.table.effective(line.action)) != Cells::NONE => {
            Some(Reason::BeyondBase)
        }
        Effect::Deny | Effect::Allow => None,
    };
    Ok((line, beyond))
}

/// The policy can always be changed back, and the trail always be read. No deny line at all touches these, of whatever
/// role: whoever may give posts could else hang a denied role on the auditor.
const fn is_kept_open(action: Action) -> bool {
    matches!(action, Action::ViewPolicy | Action::EditPolicy | Action::ViewAudit | Action::ExportAudit)
}
