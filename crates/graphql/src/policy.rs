//! The policy: roles, lines, and their change by the security administrator.

mod mutation;

use app::policy::{RoleView, TenantLine};
use async_graphql::{Context, ID, Object, SimpleObject};

use crate::{
    id::show,
    request::{Answer, Refuse as _, answer},
};

pub use mutation::PolicyMutation;

/// A role that a post can carry.
#[derive(Debug, Clone, SimpleObject)]
pub struct Role {
    /// Its name in the policy.
    name: String,
    /// What it is called.
    label: String,
    /// The built-in role that bounds it; itself where built in.
    base: String,
    /// Is it one of Fonds's own?
    builtin: bool,
    /// Its duty: system, security, audit or organisation; most have none.
    duty: Option<String>,
    /// Lines of the built-in policy that bound it, for those who may view the policy.
    lines: Vec<String>,
    /// What these lines say, in words.
    words: Vec<String>,
}

/// A line of the tenant's own.
#[derive(Debug, Clone, SimpleObject)]
pub struct PolicyLine {
    /// Its id.
    id: ID,
    /// Role that it is about.
    role: String,
    /// Kind of object.
    kind: String,
    /// Action.
    action: String,
    /// Relation of the object's organisation to the post's: self, descendant, ancestor or none.
    relation: String,
    /// First level.
    level_from: i32,
    /// Last level.
    level_to: i32,
    /// Confidentiality: 0 public, 1 internal.
    ceiling: i32,
    /// allow or deny.
    effect: String,
    /// What it says, in words.
    words: Option<String>,
}

impl From<TenantLine> for PolicyLine {
    fn from(line: TenantLine) -> Self {
        let (id, row, words) = (show(line.id), line.row, line.words);
        Self {
            id,
            role: row.role,
            kind: row.kind,
            action: row.action,
            relation: row.relation,
            level_from: row.level_from.into(),
            level_to: row.level_to.into(),
            ceiling: row.ceiling.into(),
            effect: row.effect,
            words,
        }
    }
}

/// Queries of the policy.
#[derive(Debug, Default)]
pub struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// All roles of the tenant, built-in ones among them.
    async fn roles(&self, ctx: &Context<'_>) -> Answer<Vec<Role>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let roles = app::policy::roles(&mut reading).await.or_refuse(request)?;
            let node = |RoleView { role, builtin }: RoleView| Role {
                label: role.label(request.locale).to_owned(),
                builtin: role.is_builtin(),
                name: role.name.to_string(),
                base: role.base.to_string(),
                duty: role.duty.map(|duty| duty.as_str().to_owned()),
                lines: builtin.iter().map(ToString::to_string).collect(),
                words: builtin.iter().map(|line| line.words(request.locale)).collect(),
            };
            Ok(roles.into_iter().map(node).collect())
        })
        .await
    }

    /// The tenant's own lines, beyond the built-in ones.
    async fn policy_lines(&self, ctx: &Context<'_>) -> Answer<Vec<PolicyLine>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let lines = app::policy::lines(&mut reading, request.locale).await.or_refuse(request)?;
            Ok(lines.into_iter().map(PolicyLine::from).collect())
        })
        .await
    }
}
