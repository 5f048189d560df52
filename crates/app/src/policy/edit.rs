//! Changing the lines: checked whole before anything is written, with a dry run on the real posts.

use std::collections::HashSet;

use authz::{LoadError, RawLine, RoleChange, RoleName, TenantPolicy};
use domain::{Code, Id, Outcome, Problem, id::noun};
use serde::{Deserialize, Serialize};
use store::policy::{LineRow, Rows};

use super::view::words;
use crate::{App, Begun, Caller, Command, Error, Result, Work};

/// Lines in one edit.
const MOST_AT_ONCE: usize = 500;
/// Lines of a tenant.
const MOST_LINES: usize = 2_000;
/// Posts that a dry run looks at.
const MOST_POSTS: i32 = 1_000;
/// Changes that it lists.
const MOST_CHANGES: usize = 1_000;

/// A line to be added.
#[derive(Debug, Clone, Serialize)]
pub struct NewLine {
    /// Role that it is about.
    pub role: String,
    /// Kind of object.
    pub kind: String,
    /// Action.
    pub action: String,
    /// Relation.
    pub relation: String,
    /// First level.
    pub level_from: i16,
    /// Last level.
    pub level_to: i16,
    /// Confidentiality.
    pub ceiling: i16,
    /// allow or deny.
    pub effect: String,
}

/// An edit.
#[derive(Debug, Clone, Serialize)]
pub struct Edit {
    /// Lines to be added.
    pub add: Vec<NewLine>,
    /// Lines to be removed.
    pub remove: Vec<Id<noun::PolicyLine>>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What a role gains or loses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChanged {
    /// Which role.
    pub role: RoleName,
    /// Which action, e.g. `record.view`.
    pub action: String,
    /// On objects of which relation.
    pub relation: String,
    /// Of organisations at these levels.
    pub levels: Vec<i16>,
    /// And on what stands in no organisation.
    pub outside: bool,
    /// Gained, or lost.
    pub gained: bool,
}

/// What the holder of one post gains or loses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Who.
    pub account: Id<noun::Account>,
    /// Where the post is.
    pub org: Id<noun::Org>,
    /// As what.
    pub role: RoleName,
    /// Which action.
    pub action: String,
    /// On objects of which relation.
    pub relation: String,
    /// Gained, or lost.
    pub gained: bool,
}

/// What an edit came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// Was it written?
    pub applied: bool,
    /// Version of the policy, if it was.
    pub version: Option<i64>,
    /// Role by role.
    pub roles: Vec<RoleChanged>,
    /// Post by post, a thousand at the most; in the first answer only.
    #[serde(skip)]
    pub changes: Vec<Changed>,
    /// How many posts of these roles are held now.
    pub posts: i64,
    /// Of how many of them `changes` tells.
    pub looked_at: i64,
}

/// Changes the tenant's lines, or says what would change.
pub async fn edit(cx: &App, caller: &Caller, command: Command, edit: Edit) -> Result<Outcome<Edited>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = super::permit(&work)?;
    // First of all, so that two editors at once come one after the other.
    let version = store::policy::raise(&mut work.tx, &may).await?;
    let rows = store::policy::rows(&mut work.tx).await?;
    let after = match draft(cx, &work, version, &rows, &edit) {
        Ok(after) => after,
        Err(Refusal::Problems(problems)) => return Ok(Outcome::Refused(problems)),
        Err(Refusal::Failed(error)) => return Err(error),
    };
    let roles = authz::changes(&work.policy, &after);
    if let Some(problem) = widens_oneself(&mut work, &roles).await? {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let mut names: Vec<RoleName> = roles.iter().map(|change| change.role.clone()).collect();
    names.dedup();
    let concerned = store::policy::concerned(&mut work.tx, &may, &names, MOST_POSTS).await?;
    let looked_at = i64::try_from(concerned.posts.len()).unwrap_or(i64::MAX);
    let changes = authz::diff(&work.policy, &after, concerned.posts.into_iter());
    let edited = Edited {
        applied: !edit.dry_run,
        version: (!edit.dry_run).then_some(version),
        changes: changes.take(MOST_CHANGES).map(changed).collect(),
        roles: roles.into_iter().map(role_changed).collect(),
        posts: concerned.total,
        looked_at,
    };
    let said = without_effect(&edited);
    if edit.dry_run {
        // Dropped, the work is undone: version, key and all.
        return Ok(Outcome::Done(edited, said));
    }
    let add: Vec<_> = edit.add.iter().map(|line| store::policy::NewLine { id: cx.id(), raw: line.raw() }).collect();
    let removed: Vec<String> =
        rows.lines.iter().filter(|row| edit.removes(row)).map(|row| row.raw().to_string()).collect();
    let added: Vec<String> = edit.add.iter().map(|line| line.raw().to_string()).collect();
    store::policy::apply(&mut work.tx, may, &add, &edit.remove).await?;
    work.audit(store::audit::Entry {
        action: "policy.edit",
        object_kind: "policy",
        object_id: "policy".to_owned(),
        before: Some(serde_json::json!({"version": version - 1, "removed": removed})),
        after: Some(serde_json::json!({"version": version, "added": added})),
        ..Default::default()
    })
    .await?;
    work.done(edited, said).await
}

/// Lists that are empty are told why.
fn without_effect(edited: &Edited) -> Vec<Problem> {
    let (zh, en) = if edited.roles.is_empty() {
        (
            "这样改动后，各角色的权限没有变化（已被其他条目涵盖或限制）",
            "no role gains or loses anything by it: other lines say the same, or bound it",
        )
    } else if edited.posts == 0 {
        (
            "目前没有人担任这些角色，改动对任职之后的人生效",
            "nobody holds these roles now; it will hold for whoever comes to hold them",
        )
    } else {
        return Vec::new();
    };
    vec![Problem::new(Code::NoEffect, &["add"], zh, en)]
}

enum Refusal {
    Problems(Vec<Problem>),
    Failed(Error),
}

/// The policy as it would be.
fn draft(cx: &App, work: &Work, version: i64, rows: &Rows, edit: &Edit) -> Result<TenantPolicy, Refusal> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for (at, id) in edit.remove.iter().enumerate() {
        if !seen.insert(*id) || rows.lines.iter().all(|row| Id::of(row.id) != *id) {
            let path = at.to_string();
            let (zh, en) = ("没有这一条，或重复列出", "there is no such line, or it is named twice");
            problems.push(Problem::new(Code::Invalid, &["remove", &path], zh, en));
        }
    }
    let kept: Vec<_> = rows.lines.iter().filter(|row| !edit.removes(row)).map(LineRow::raw).collect();
    if edit.add.len() + edit.remove.len() > MOST_AT_ONCE || kept.len() + edit.add.len() > MOST_LINES {
        let (zh, en) = ("一次最多改动 500 条，全部最多 2000 条", "500 lines in one edit, 2,000 in all at the most");
        problems.push(Problem::new(Code::TooMany, &["add"], zh, en));
    }
    if edit.add.is_empty() && edit.remove.is_empty() {
        let (zh, en) = ("没有要改动的内容", "nothing is to be changed");
        problems.push(Problem::new(Code::Required, &["add"], zh, en));
    }
    if !problems.is_empty() {
        return Err(Refusal::Problems(problems));
    }
    // Lines to be added come first, so that the number of a fault is the number in the input.
    let lines: Vec<_> = edit.add.iter().map(NewLine::raw).chain(kept).collect();
    match cx.policy.draft(work.actor.tenant, version, &rows.roles, &lines) {
        Ok(after) => Ok(after),
        Err(LoadError::Faulty(faults)) => Err(Refusal::Problems(
            faults
                .iter()
                .map(|fault| {
                    let problem = fault.problem();
                    // Faults count from 1, inputs from 0, as everywhere in the interface.
                    if let Some(at) = fault.at.checked_sub(1).filter(|&at| at < edit.add.len()) {
                        return Problem { path: vec!["add".to_owned(), at.to_string()], ..problem };
                    }
                    let (zh, en) = fault.reason.words();
                    let zh = format!("已有的一条（{}）不再有效，请一并移除：{zh}", fault.what);
                    let en = format!("a line that exists ({}) is no longer valid, remove it too: {en}", fault.what);
                    Problem { path: vec!["remove".to_owned()], zh, en, ..problem }
                })
                .collect(),
        )),
        Err(error) => Err(Refusal::Failed(Error::internal("policy", error))),
    }
}

/// Nobody widens a role that he holds himself, in whatever post.
async fn widens_oneself(work: &mut Work, changes: &[RoleChange]) -> Result<Option<Problem>> {
    if changes.iter().all(|change| !change.gained) {
        return Ok(None);
    }
    let own = store::post::own_roles(&mut work.tx).await?;
    let widened = changes.iter().find(|change| change.gained && own.contains(&change.role));
    Ok(widened.map(|change| {
        let action = change.action;
        Problem::new(
            Code::BeyondCeiling,
            &["add"],
            format!("不得放宽本人所任的角色“{}”（{}）", change.role, action.label(domain::Locale::Zh)),
            format!("nobody widens a role of his own ({}: {})", change.role, action.as_str()),
        )
    }))
}

impl NewLine {
    fn raw(&self) -> RawLine<'_> {
        RawLine {
            role: &self.role,
            kind: &self.kind,
            action: &self.action,
            relation: &self.relation,
            level_from: self.level_from,
            level_to: self.level_to,
            ceiling: self.ceiling,
            effect: &self.effect,
        }
    }
}

impl Edit {
    fn removes(&self, row: &LineRow) -> bool {
        self.remove.contains(&Id::of(row.id))
    }
}

fn role_changed(change: RoleChange) -> RoleChanged {
    let (action, relation) = words(change.action, change.relation);
    let levels = change.levels.iter().map(|level| level.0).collect();
    RoleChanged { role: change.role, action, relation, levels, outside: change.outside, gained: change.gained }
}

fn changed(change: authz::Change) -> Changed {
    let (action, relation) = words(change.action, change.relation);
    let authz::Change { account, org, role, gained, .. } = change;
    Changed { account, org, role, action, relation, gained }
}
