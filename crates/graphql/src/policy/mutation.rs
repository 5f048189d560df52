//! Roles of the tenant's own, and lines.

use app::{
    Command,
    policy::{Changed, Edit, Edited, NewLine, NewRole, RoleChanged},
};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::{Id, id::noun};
use serde::Serialize;

use crate::{
    account::Account,
    id::parse,
    org::Org,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, answer},
};

/// A line to be added.
#[derive(Debug, InputObject, Serialize)]
pub(crate) struct PolicyLineInput {
    /// Role that it is about.
    role: String,
    /// Kind of object, e.g. record.
    kind: String,
    /// Action of that kind, e.g. view.
    action: String,
    /// Relation of the object's organisation to the post's: self, descendant, ancestor or none.
    relation: String,
    /// First level, 1 at the top; 0 for what stands in no organisation.
    level_from: i32,
    /// Last level.
    level_to: i32,
    /// Confidentiality: an allow line reaches up to it, a deny line begins at it. 0 public, 1 internal.
    #[graphql(default)]
    ceiling: i32,
    /// allow or deny; deny wins.
    effect: String,
}

impl From<PolicyLineInput> for NewLine {
    fn from(line: PolicyLineInput) -> Self {
        // What does not fit a small number is no level; the policy says so at its line.
        let small = |number: i32| i16::try_from(number).unwrap_or(i16::MAX);
        let (level_from, level_to, ceiling) = (small(line.level_from), small(line.level_to), small(line.ceiling));
        let PolicyLineInput { role, kind, action, relation, effect, .. } = line;
        Self { role, kind, action, relation, level_from, level_to, ceiling, effect }
    }
}

inputs! {
    /// Add a role of the tenant's own; it may do nothing before lines allow it something.
    DefineRoleInput {
        /// Its name in the policy: 2 to 41 of a-z, 0-9 and _, beginning with a letter.
        name: String,
        /// The built-in role that bounds it.
        base: String,
        /// Chinese name.
        zh: String,
        /// English name.
        en: String,
    }
    /// Change the tenant's lines.
    EditPolicyInput {
        /// Lines to be added.
        #[graphql(default)]
        add: Vec<PolicyLineInput>,
        /// Lines to be removed.
        #[graphql(default)]
        remove: Vec<ID>,
        /// Only say what would change: nothing is written.
        dry_run: bool,
    }
}

/// What a role gains or loses.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RoleChange {
    /// Which role.
    role: String,
    /// Which action, e.g. record.view.
    action: String,
    /// On objects of which relation.
    relation: String,
    /// Of organisations at these levels.
    levels: Vec<i32>,
    /// And on what stands in no organisation.
    outside: bool,
    /// True: gained. False: lost.
    gained: bool,
}

impl From<RoleChanged> for RoleChange {
    fn from(change: RoleChanged) -> Self {
        let RoleChanged { role, action, relation, levels, outside, gained } = change;
        let levels = levels.into_iter().map(i32::from).collect();
        Self { role: role.to_string(), action, relation, levels, outside, gained }
    }
}

/// What the holder of one post gains or loses by it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct PostChange {
    /// As what.
    role: String,
    /// Which action.
    action: String,
    /// On objects of which relation.
    relation: String,
    /// True: gained. False: lost.
    gained: bool,
    #[graphql(skip)]
    inner: (Id<noun::Account>, Id<noun::Org>),
}

#[ComplexObject]
impl PostChange {
    /// Who.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.0).await)
    }

    /// Where the post is.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.inner.1).await)
    }
}

impl From<Changed> for PostChange {
    fn from(change: Changed) -> Self {
        let Changed { account, org, role, action, relation, gained } = change;
        Self { role: role.to_string(), action, relation, gained, inner: (account, org) }
    }
}

/// A role added.
#[derive(Debug, SimpleObject)]
pub(crate) struct DefineRolePayload {
    /// Its name; none where it was refused.
    role: Option<String>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// What an edit came to, or would come to.
#[derive(Debug, SimpleObject)]
pub(crate) struct EditPolicyPayload {
    /// Was it written?
    applied: bool,
    /// Version of the policy, if it was.
    version: Option<i64>,
    /// What roles gain and lose.
    roles: Vec<RoleChange>,
    /// What the holders of posts gain and lose, a thousand changes at the most; in the first answer only.
    changes: Vec<PostChange>,
    /// How many posts of these roles are held now.
    posts: i64,
    /// Of how many of them the changes tell.
    looked_at: i64,
    /// Refusals, at the number of the line.
    problems: Vec<Problem>,
}

/// Mutations of the policy, the security administrator's alone.
#[derive(Debug, Default)]
pub struct PolicyMutation;

#[Object]
impl PolicyMutation {
    /// Adds a role of the tenant's own, within a built-in one.
    async fn define_role(&self, ctx: &Context<'_>, input: DefineRoleInput) -> Answer<DefineRolePayload> {
        answer(ctx, |request| async move {
            let command = input.command("policy.define_role").or_refuse(request)?;
            let new = NewRole { name: input.name, base: input.base, zh: input.zh, en: input.en };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::policy::define_role(&request.app, caller, command, new).await.or_refuse(request)?;
            let (role, problems) = split(outcome, request.locale);
            Ok(DefineRolePayload { role: role.map(|role| role.name), problems })
        })
        .await
    }

    /// Adds and removes lines, all or none; a dry run tells who would gain and lose what.
    async fn edit_policy(&self, ctx: &Context<'_>, input: EditPolicyInput) -> Answer<EditPolicyPayload> {
        answer(ctx, |request| async move {
            let command = input.command("policy.edit").or_refuse(request)?;
            let remove = input.remove.iter().map(parse).collect::<app::Result<_>>().or_refuse(request)?;
            let add = input.add.into_iter().map(NewLine::from).collect();
            let edit = Edit { add, remove, dry_run: input.dry_run };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::policy::edit(&request.app, caller, command, edit).await.or_refuse(request)?;
            let (edited, problems) = split(outcome, request.locale);
            Ok(payload(edited, problems))
        })
        .await
    }
}

fn payload(edited: Option<Edited>, problems: Vec<Problem>) -> EditPolicyPayload {
    let Some(edited) = edited else {
        let (roles, changes) = (Vec::new(), Vec::new());
        return EditPolicyPayload { applied: false, version: None, roles, changes, posts: 0, looked_at: 0, problems };
    };
    EditPolicyPayload {
        applied: edited.applied,
        version: edited.version,
        roles: edited.roles.into_iter().map(RoleChange::from).collect(),
        changes: edited.changes.into_iter().map(PostChange::from).collect(),
        posts: edited.posts,
        looked_at: edited.looked_at,
        problems,
    }
}
