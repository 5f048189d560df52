//! Dry run: who gains and who loses what by an edit of the policy, before it is made.

use std::collections::HashMap;

use domain::{Id, id::noun, org::Place, tenant::Level};

use crate::{
    Action, Relation, RoleName, TenantPolicy,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL},
    scope::Levels,
    table::{Cell, Cells, RoleTable},
};

/// What a role gains or loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChange {
    /// Which role.
    pub role: RoleName,
    /// What it may now do, or no longer.
    pub action: Action,
    /// To objects of which relation.
    pub relation: Relation,
    /// At which levels.
    pub levels: Levels,
    /// And to what stands in no organisation?
    pub outside: bool,
    /// Gained, or lost.
    pub gained: bool,
}

/// What the holder of one post gains or loses by that post; another post of his may make it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who.
    pub account: Id<noun::Account>,
    /// Where the post is.
    pub org: Id<noun::Org>,
    /// As what.
    pub role: RoleName,
    /// What he may now do, or no longer.
    pub action: Action,
    /// To objects of which relation.
    pub relation: Relation,
    /// Gained, or lost.
    pub gained: bool,
}

/// The difference of two policies, role by role, sorted by role, action and relation.
pub fn changes(before: &TenantPolicy, after: &TenantPolicy) -> Vec<RoleChange> {
    let mut roles: Vec<&RoleName> = before.all_roles().chain(after.all_roles()).map(|(name, _)| name).collect();
    roles.sort();
    roles.dedup();
    let nothing = RoleTable::EMPTY;
    let mut changes = Vec::new();
    for role in roles {
        let (old, new) = (before.table(role).unwrap_or(&nothing), after.table(role).unwrap_or(&nothing));
        if old == new {
            continue;
        }
        for &action in Action::ALL {
            let (old, new) = (old.effective(action), new.effective(action));
            for (cells, gained) in [(new.minus(old), true), (old.minus(new), false)] {
                changes.extend(Relation::ALL.into_iter().filter_map(|relation| {
                    let (levels, outside) = levels(cells, relation);
                    let role = role.clone();
                    (outside || !levels.is_empty()).then_some(RoleChange {
                        role,
                        action,
                        relation,
                        levels,
                        outside,
                        gained,
                    })
                }));
            }
        }
    }
    changes
}

/// The same for the posts held: a million of them costs a million look-ups, as the roles are compared once. Lazy, so
/// that a caller may stop where he has seen enough.
///
/// Denials of one role that shut out another role of the same person are the roles' own lines here: each post is judged
/// for itself.
pub fn diff(
    before: &TenantPolicy,
    after: &TenantPolicy,
    posts: impl Iterator<Item = (Id<noun::Account>, RoleName, Place)>,
) -> impl Iterator<Item = Change> {
    let mut by_role: HashMap<RoleName, Vec<RoleChange>> = HashMap::new();
    for change in changes(before, after) {
        by_role.entry(change.role.clone()).or_default().push(change);
    }
    posts.flat_map(move |(account, role, place)| {
        let touched = by_role.get(&role).map_or(&[][..], Vec::as_slice).iter();
        let touching = touched.filter(|change| change.reaches(place.level));
        touching
            .map(|change| {
                let RoleChange { action, relation, gained, .. } = *change;
                Change { account, org: place.org, role: role.clone(), action, relation, gained }
            })
            .collect::<Vec<_>>()
    })
}

impl RoleChange {
    /// Can a post at this level notice it?
    fn reaches(&self, post: Level) -> bool {
        self.outside
            || match self.relation {
                Relation::Own => self.levels.contains(post),
                Relation::Descendant => self.levels.iter().any(|level| level > post),
                Relation::Ancestor => self.levels.iter().any(|level| level < post),
                Relation::None => !self.levels.is_empty(),
            }
    }
}

fn levels(cells: Cells, relation: Relation) -> (Levels, bool) {
    if cells.is_empty() {
        return (Levels::default(), false);
    }
    let any =
        |level| (0..=MAX_CONFIDENTIALITY).any(|confidentiality| cells.has(Cell { relation, level, confidentiality }));
    ((1..=MAX_LEVEL).filter(|&level| any(level)).fold(Levels::default(), Levels::with), any(0))
}
