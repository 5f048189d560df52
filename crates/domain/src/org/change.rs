//! What may be changed in the tree, decided without a database. The second wall checks the structure again.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Org, OrgState, Place};
use crate::{Code, Problem, tenant::Level};

/// What a decision about a change has to know of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// As it is today.
    pub org: Org,
    /// Its place today.
    pub place: Place,
    /// First day of which it is known.
    pub since: NaiveDate,
    /// Day from which its newest version is valid.
    pub last_change: NaiveDate,
}

/// What a move carries, and what stands in the way of closing: counts over the organisation and all below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenWork {
    /// Organisations at work, this one among them.
    pub orgs: i64,
    /// Those at work directly below.
    pub children: i64,
    /// Posts held.
    pub posts: i64,
    /// Own records that are on their way.
    pub in_review: i64,
    /// Received records that wait for a decision here.
    pub pending: i64,
    /// Submissions under review elsewhere that are still to come here on their frozen route; counted where there are no
    /// children.
    #[serde(default)]
    pub awaited: i64,
    /// Drafts, and records returned or withdrawn.
    pub drafts: i64,
    /// The deepest level below.
    pub deepest: Level,
    /// The day from which the last former child was one no more.
    pub child_until: Option<NaiveDate>,
}

const DAY: &[&str] = &["effectiveOn"];

/// A change is entered when it is in force, and never before the last one. `today` is a day of the tenant's time zone.
pub fn check_day(day: NaiveDate, today: NaiveDate, last_change: Option<NaiveDate>) -> Result<(), Problem> {
    if day > today {
        return Err(Problem::new(
            Code::BadDate,
            DAY,
            format!(
                "生效日期 {day} 晚于今天（{today}）。变更自生效之日起方可录入：请到该日再录入，或填写不晚于今天的日期"
            ),
            format!(
                "{day} is after today ({today}); changes are entered when they are in force: enter it on that day, or give a day not after today"
            ),
        ));
    }
    match last_change {
        Some(last) if day < last => Err(Problem::new(
            Code::BadDate,
            DAY,
            format!("生效日期 {day} 早于该组织最近一次变更（{last}）。请填写 {last} 或之后的日期"),
            format!(
                "{day} is before the last recorded change of this organisation ({last}); give {last} or a later day"
            ),
        )),
        _ => Ok(()),
    }
}

fn check_superior(superior: &Standing, day: NaiveDate, field: &str) -> Result<(), Problem> {
    check_open(&superior.org, field)?;
    if day < superior.since {
        let since = superior.since;
        return Err(Problem::new(
            Code::BadDate,
            DAY,
            format!("生效日期 {day} 早于上级组织的成立日期（{since}）。请填写 {since} 或之后的日期"),
            format!("{day} is before the superior was there ({since}); give {since} or a later day"),
        ));
    }
    Ok(())
}

/// Only an organisation at work changes or takes something in.
pub fn check_open(org: &Org, field: &str) -> Result<(), Problem> {
    match org.state {
        OrgState::Active => Ok(()),
        OrgState::Closed => Err(Problem::new(
            Code::Closed,
            &[field],
            format!("“{}”已撤销，不能再变更或接收下级。请选择存续的组织", org.name),
            format!("{} is closed: it neither changes nor takes anything in; choose an organisation at work", org.name),
        )),
    }
}

fn too_deep(levels: usize, field: &str) -> Problem {
    Problem::new(
        Code::Invalid,
        &[field],
        format!("本租户只设 {levels} 级组织，放在此处将超出最末一级。请选择更高一级的上级组织"),
        format!(
            "this tenant has {levels} levels, and this place would be below the last; choose a superior further up"
        ),
    )
}

/// May something be founded below `superior` from `day` on, at the next level or at one further down?
pub fn found(
    superior: &Standing,
    level: Option<Level>,
    (day, today): (NaiveDate, NaiveDate),
    levels: usize,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = [check_day(day, today, None), check_superior(superior, day, "parent")]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    let above = superior.org.level;
    match level {
        Some(level) if level <= above || exceeds(level, levels) => problems.push(wrong_level(above, levels)),
        None if exceeds(Level(above.0 + 1), levels) => problems.push(too_deep(levels, "parent")),
        _ => {}
    }
    problems
}

fn wrong_level(above: Level, levels: usize) -> Problem {
    let above = above.0;
    Problem::new(
        Code::Invalid,
        &["level"],
        format!("层级须大于上级的层级（{above}）且不超过 {levels}；也可不填"),
        format!("a level is above the superior's ({above}) and at most {levels}; or leave it out"),
    )
}

fn exceeds(level: Level, levels: usize) -> bool {
    usize::try_from(level.0).is_ok_and(|level| level > levels)
}

/// The level of `me` below `superior`: its own where that is below the superior's, else the next.
pub fn level_below(me: &Org, superior: &Org) -> Level {
    Level(me.level.0.max(superior.level.0 + 1))
}

/// May `me` be renamed from `day` on?
pub fn rename(me: &Standing, day: NaiveDate, today: NaiveDate) -> Vec<Problem> {
    [check_open(&me.org, "org"), check_day(day, today, Some(me.last_change))]
        .into_iter()
        .filter_map(Result::err)
        .collect()
}

/// Where `me` is to stand.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Below which.
    pub superior: &'a Standing,
    /// At which level: that of [`level_below`], unless another is asked for.
    pub level: Level,
    /// The lowest level of the moved subtree today.
    pub deepest: Level,
}

/// May `me` stand at `target` from `day` on?
pub fn relocate(
    me: &Standing,
    target: Target<'_>,
    (day, today): (NaiveDate, NaiveDate),
    levels: usize,
) -> Vec<Problem> {
    let superior = target.superior;
    let mut problems = rename(me, day, today);
    problems.extend(check_superior(superior, day, "parent").err());
    if me.org.parent.is_none() {
        problems.push(Problem::new(
            Code::WrongState,
            &["org"],
            "最高一级组织没有上级，不能调整隶属关系。请选择其下级组织",
            "the topmost organisation has no superior and cannot be moved; choose one below it",
        ));
    } else if me.place.holds(&superior.place) {
        problems.push(cycle());
    } else if me.org.parent == Some(superior.org.id) {
        problems.push(Problem::new(
            Code::Invalid,
            &["parent"],
            "该组织已隶属于此上级。请选择另一个上级组织",
            "the organisation stands below this superior already; choose another",
        ));
    }
    if target.level <= superior.org.level {
        problems.push(wrong_level(superior.org.level, levels));
    } else if exceeds(Level(target.deepest.0 + target.level.0 - me.org.level.0), levels) {
        problems.push(too_deep(levels, "parent"));
    }
    problems
}

/// The refusal of a move that would make an organisation its own superior.
pub fn cycle() -> Problem {
    Problem::new(
        Code::Cycle,
        &["parent"],
        "新的上级就是该组织本身、其下级，或自生效日期起曾为其下级，会形成循环隶属。请选择其他上级组织",
        "the new superior is the organisation itself, stands below it, or has stood below it since that day: choose another",
    )
}

/// May `me` be closed from `day` on?
pub fn close(me: &Standing, work: &OpenWork, day: NaiveDate, today: NaiveDate) -> Vec<Problem> {
    let mut problems = rename(me, day, today);
    if me.org.parent.is_none() {
        problems.push(Problem::new(
            Code::WrongState,
            &["org"],
            "最高一级组织不能撤销",
            "the topmost organisation cannot be closed",
        ));
    }
    if work.children + work.in_review + work.pending + work.awaited > 0 {
        problems.push(still_open(work));
    }
    if let Some(last) = work.child_until.filter(|&last| day < last) {
        problems.push(Problem::new(
            Code::BadDate,
            DAY,
            format!("在 {last} 之前尚有下级组织，撤销日期不能早于该日。请填写 {last} 或之后的日期"),
            format!("until {last} another organisation stood below it; give {last} or a later day"),
        ));
    }
    problems
}

fn still_open(work: &OpenWork) -> Problem {
    let OpenWork { children, in_review, pending, awaited, .. } = *work;
    Problem::new(
        Code::StillOpen,
        &["org"],
        format!(
            "尚有 {children} 个下级组织、{in_review} 件在审的报送、{pending} 件待审的收件，另有 {awaited} 件在别处审核的报送\
             按其原定路线还要报到该组织，不能撤销。请先调整或撤销下级组织，并办结这些报送和收件"
        ),
        format!(
            "{children} organisations below, {in_review} submissions under review, {pending} received records waiting and \
             {awaited} submissions under review elsewhere that are still to come to it on their route stand in the way: \
             move or close what is below, and finish these first"
        ),
    )
}

#[cfg(test)]
mod tests;
