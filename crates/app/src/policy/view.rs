//! What the policy says: roles, built-in lines, lines of the tenant's own.

use authz::{Action, Line, Relation, Role, act};
use domain::{Id, Locale, id::noun};
use store::policy::LineRow;

use crate::{Error, Reader, Result};

/// A role with the built-in lines that bound it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleView {
    /// The role.
    pub role: Role,
    /// Lines of the built-in policy. Of a tenant's own role: those of its base.
    pub builtin: Vec<Line>,
}

/// A line of the tenant's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantLine {
    /// Its id.
    pub id: Id<noun::PolicyLine>,
    /// Its columns.
    pub row: LineRow,
    /// What it says, in words; none where it cannot be read.
    pub words: Option<String>,
}

fn allowed(reader: &Reader) -> Result<()> {
    let scope = reader.policy.scope::<act::ViewPolicy>(&reader.actor);
    if scope.whole_tenant() { Ok(()) } else { Err(Error::Forbidden) }
}

/// All roles. Whoever is signed in may know what roles there are and are called; the lines are for those who may view the
/// policy, to others the list is empty.
pub async fn roles(reader: &mut Reader) -> Result<Vec<RoleView>> {
    let full = allowed(reader).is_ok();
    if !full && reader.actor.posts.is_empty() {
        return Err(Error::Forbidden);
    }
    let rows = store::policy::rows(&mut reader.tx).await?;
    let builtin = reader.policy.builtin().lines();
    let bounds = |role: &Role| builtin.iter().filter(|line| *line.role() == role.base).cloned().collect();
    Ok(rows
        .roles
        .into_iter()
        .map(|role| RoleView { builtin: if full { bounds(&role) } else { Vec::new() }, role })
        .collect())
}

/// The tenant's own lines.
pub async fn lines(reader: &mut Reader, locale: Locale) -> Result<Vec<TenantLine>> {
    allowed(reader)?;
    let rows = store::policy::rows(&mut reader.tx).await?;
    Ok(rows
        .lines
        .into_iter()
        .map(|row| {
            let words = authz::Line::parse(&row.raw()).ok().map(|line| line.words(locale));
            TenantLine { id: Id::of(row.id), words, row }
        })
        .collect())
}

/// What a role is called; its name where it is gone.
pub fn role_label(reader: &Reader, role: &authz::RoleName, locale: Locale) -> String {
    reader.policy.role(role).map_or_else(|| role.to_string(), |role| role.label(locale).to_owned())
}

/// What an action and a relation are called, for a list of changes.
pub(super) fn words(action: Action, relation: Relation) -> (String, String) {
    (action.as_str().to_owned(), relation.as_str().to_owned())
}

/// Everything that a line can allow; no secret to anybody who holds a post.
pub fn actions(reader: &Reader) -> Result<&'static [Action]> {
    if reader.actor.posts.is_empty() { Err(Error::Forbidden) } else { Ok(Action::ALL) }
}
