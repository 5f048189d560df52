//! Casbin: one enforcer for each action, and the tables that are compiled by asking it for every cell.

use std::{
    fmt,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use casbin::{
    Adapter, CoreApi, DefaultModel, Enforcer, MemoryAdapter,
    function_map::{OperatorFunction, dynamic_to_str},
    rhai::Dynamic,
};

use crate::{
    Action, Line, Relation, RoleName,
    action::ACTIONS,
    line::Effect,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL},
    table::{Cell, Cells, RoleTable},
};

/// The model, as reviewed in `schema/policy`.
pub(crate) const MODEL: &str = include_str!("../../../schema/policy/model.conf");

/// Casbin could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It refused the model, a line or a request.
    #[error("casbin: {0}")]
    Casbin(#[from] casbin::Error),
    /// It wanted to wait, although everything is in memory.
    #[error("casbin did not answer at once")]
    Waiting,
    /// Without a line there is nothing to ask: casbin would ask the matcher with empty values.
    #[error("an enforcer needs at least one line")]
    Empty,
}

/// One enforcer for each action that has lines.
pub(crate) struct Enforcers {
    by_action: Vec<Option<Enforcer>>,
}

impl fmt::Debug for Enforcers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions = Action::ALL.iter().filter(|action| self.by_action[action.index()].is_some());
        f.debug_set().entries(actions).finish()
    }
}

impl Enforcers {
    /// Over all these lines; none at all is refused.
    pub(crate) fn over(lines: &[Line]) -> Result<Self, AskError> {
        if lines.is_empty() {
            return Err(AskError::Empty);
        }
        let mut by_action = Vec::with_capacity(ACTIONS);
        for &action in Action::ALL {
            let values: Vec<_> = lines.iter().filter(|line| line.action == action).map(Line::values).collect();
            by_action.push(if values.is_empty() { None } else { Some(enforcer(values)?) });
        }
        Ok(Self { by_action })
    }

    /// Casbin's decision; no lines, no right.
    pub(crate) fn allows(&self, role: &str, action: Action, cell: Cell) -> Result<bool, AskError> {
        match &self.by_action[action.index()] {
            Some(enforcer) => ask(enforcer, role, action, cell),
            None => Ok(false),
        }
    }
}

/// The table of one role, out of these lines of any roles.
pub(crate) fn compile(role: &RoleName, lines: &[Line]) -> Result<RoleTable, AskError> {
    let mut table = RoleTable::EMPTY;
    for &action in Action::ALL {
        let of = |effect| {
            let fits = move |line: &&Line| line.role == *role && line.action == action && line.effect == effect;
            lines.iter().filter(fits).map(Line::values).collect::<Vec<_>>()
        };
        let (allow, deny) = (of(Effect::Allow), of(Effect::Deny));
        if !allow.is_empty() {
            table.allow[action.index()] = allowed(&enforcer(allow)?, role, action)?;
        }
        if !deny.is_empty() {
            // What a role that may do everything may no longer do is what the deny lines take away.
            let everything = Relation::ALL.into_iter().map(|relation| {
                let (level_from, level_to, ceiling) = (0, MAX_LEVEL, MAX_CONFIDENTIALITY);
                let role = role.clone();
                Line { role, action, relation, level_from, level_to, ceiling, effect: Effect::Allow }.values()
            });
            let left = allowed(&enforcer(deny.into_iter().chain(everything).collect())?, role, action)?;
            table.deny[action.index()] = Cell::all().collect::<Cells>().minus(left);
        }
    }
    Ok(table)
}

fn allowed(enforcer: &Enforcer, role: &RoleName, action: Action) -> Result<Cells, AskError> {
    let mut cells = Cells::NONE;
    for cell in Cell::all() {
        if ask(enforcer, role.as_str(), action, cell)? {
            cells = cells.with(cell);
        }
    }
    Ok(cells)
}

fn ask(enforcer: &Enforcer, role: &str, action: Action, cell: Cell) -> Result<bool, AskError> {
    let (kind, verb, relation) = (action.kind().as_str(), action.verb(), cell.relation.as_str());
    Ok(enforcer.enforce((role, kind, verb, relation, i64::from(cell.level), i64::from(cell.confidentiality)))?)
}

fn enforcer(values: Vec<Vec<String>>) -> Result<Enforcer, AskError> {
    if values.is_empty() {
        return Err(AskError::Empty);
    }
    at_once(async {
        let model = DefaultModel::from_str(MODEL).await?;
        let mut adapter = MemoryAdapter::default();
        adapter.add_policies("p", "p", values).await?;
        // The matcher is compiled here and names functions that come after: it looks them up when it is asked.
        let mut enforcer = Enforcer::new(model, adapter).await?;
        enforcer.add_function("within", OperatorFunction::Arg3(within));
        enforcer.add_function("covers", OperatorFunction::Arg3(covers));
        Ok(enforcer)
    })
}

/// Everything is in memory, so casbin's futures are ready when first asked; no runtime is needed.
fn at_once<T>(future: impl Future<Output = Result<T, AskError>>) -> Result<T, AskError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Err(AskError::Waiting),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "casbin hands values over by value")]
fn within(level: Dynamic, from: Dynamic, to: Dynamic) -> Dynamic {
    match (number(&level), number(&from), number(&to)) {
        (Some(level), Some(from), Some(to)) => (from..=to).contains(&level).into(),
        _ => false.into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "casbin hands values over by value")]
fn covers(effect: Dynamic, ceiling: Dynamic, confidentiality: Dynamic) -> Dynamic {
    match (number(&ceiling), number(&confidentiality)) {
        (Some(ceiling), Some(grade)) if dynamic_to_str(&effect) == "deny" => (grade >= ceiling).into(),
        (Some(ceiling), Some(grade)) => (grade <= ceiling).into(),
        _ => false.into(),
    }
}

/// Values of policies are strings, those of requests numbers; both are read as numbers, so that 10 is more than 2.
fn number(value: &Dynamic) -> Option<i64> {
    dynamic_to_str(value).parse().ok()
}
