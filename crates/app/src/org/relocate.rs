//! Move an organisation, with all that stands below it, under another superior. Receipts and submissions stay: what is on
//! its way finishes on the route that was frozen when it was sent.

use authz::{Permit, act};
use domain::{
    Id, Outcome, Problem,
    id::noun,
    org::{
        Org,
        change::{self, OpenWork, Standing},
    },
    tenant::Level,
};
use serde::{Deserialize, Serialize};

use super::{Effect, Ground, permitted, trace};
use crate::{App, Begun, Caller, Command, Result, Work};

/// What is moved where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocation {
    /// Which organisation.
    pub org: Id<noun::Org>,
    /// Below which.
    pub parent: Id<noun::Org>,
    /// At which level; its own, or the next below the superior's, if none is given.
    pub level: Option<Level>,
    /// From when, and why.
    pub effect: Effect,
}

/// What a move comes to: in a preview, what it would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The organisation; in its new place, unless it was a preview.
    pub org: Org,
    /// Its superior before.
    pub from: Option<Id<noun::Org>>,
    /// Its superior after.
    pub to: Id<noun::Org>,
    /// Its level after.
    pub level: Level,
    /// What goes along: counts over the organisation and all below.
    pub work: OpenWork,
}

struct Asked {
    may: Permit<act::MoveOrg>,
    into: Permit<act::CreateOrg>,
    me: Standing,
    ground: Ground,
    way: Way,
}

async fn ask(work: &mut Work, new: Relocation) -> Result<Result<Asked, Vec<Problem>>> {
    let may = permitted::<act::MoveOrg>(work, new.org).await?;
    let into = permitted::<act::CreateOrg>(work, new.parent).await?;
    let me = store::org::standing(&mut work.tx, &may).await?;
    let superior = store::org::standing(&mut work.tx, &into).await?;
    let open = store::org::open_work(&mut work.tx, &may).await?;
    let mut ground = Ground::of(work, new.effect).await?;
    let mut problems = std::mem::take(&mut ground.problems);
    let days = (ground.day, ground.today);
    let level = new.level.unwrap_or_else(|| change::level_below(&me.org, &superior.org));
    let target = change::Target { superior: &superior, level, deepest: open.deepest };
    problems.extend(change::relocate(&me, target, days, ground.tenant.levels.len()));
    if problems.is_empty() && store::org::makes_cycle(&mut work.tx, &may, &into, ground.day).await? {
        problems.push(change::cycle());
    }
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    let way = Way { org: me.org.clone(), from: me.org.parent, to: superior.org.id, level, work: open };
    Ok(Ok(Asked { may, into, me, ground, way }))
}

/// What a move would carry and what stands against it; nothing is written. It asks for the same permits as the move.
pub async fn preview(cx: &App, who: &Caller, command: Command, new: Relocation) -> Result<Outcome<Way>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    // Dropping the work rolls it back, the key with it.
    Ok(match ask(&mut work, new).await? {
        Ok(asked) => Outcome::Done(asked.way, Vec::new()),
        Err(problems) => Outcome::Refused(problems),
    })
}

/// Moves it.
pub async fn relocate(cx: &App, who: &Caller, command: Command, new: Relocation) -> Result<Outcome<Way>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let Asked { may, into, me, ground, mut way } = match ask(&mut work, new).await? {
        Ok(asked) => asked,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    store::org::relocate(&mut work.tx, may, into, way.level, &ground.stamp(cx)).await?;
    way.org = Org { parent: Some(way.to), level: way.level, ..me.org.clone() };
    trace(&mut work, "org.move", &ground, Some(&me.org), &way.org).await?;
    work.done(way, Vec::new()).await
}
