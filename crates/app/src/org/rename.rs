//! Rename an organisation; it stays who it is, and documents of the past keep the name of their time.

use authz::act;
use domain::{
    Code, Id, Outcome, Problem,
    id::noun,
    org::{Org, change, parse_name, parse_text},
};
use serde::{Deserialize, Serialize};

use super::{Effect, Ground, or_note, permitted, trace};
use crate::{App, Begun, Caller, Command, Result};

/// The new name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renaming {
    /// Which organisation.
    pub org: Id<noun::Org>,
    /// Full name.
    pub name: String,
    /// Short name; none keeps it, an empty one takes it away.
    pub short_name: Option<String>,
    /// From when, and why.
    pub effect: Effect,
}

/// Renames it.
pub async fn rename(cx: &App, who: &Caller, command: Command, new: Renaming) -> Result<Outcome<Org>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted::<act::RenameOrg>(&mut work, new.org).await?;
    let me = store::org::standing(&mut work.tx, &may).await?;
    let mut ground = Ground::of(&mut work, new.effect).await?;

    let mut problems = std::mem::take(&mut ground.problems);
    let name = or_note(parse_name(&new.name), &mut problems);
    let short_name = match new.short_name {
        None => Some(me.org.short_name.clone()),
        Some(given) if given.trim().is_empty() => Some(None),
        given => or_note(parse_text("shortName", 60, given), &mut problems),
    };
    problems.extend(change::rename(&me, ground.day, ground.today));
    let (Some(name), Some(short_name), true) = (name, short_name, problems.is_empty()) else {
        return Ok(Outcome::Refused(problems));
    };

    if name == me.org.name && short_name == me.org.short_name {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::NoEffect,
            &["name"],
            "名称与现在相同，没有要变更的内容",
            "it has this name already; nothing would change",
        )]));
    }
    store::org::rename(&mut work.tx, may, &name, short_name.as_deref(), &ground.stamp(cx)).await?;
    let org = Org { name, short_name, ..me.org.clone() };
    trace(&mut work, "org.rename", &ground, Some(&me.org), &org).await?;
    work.done(org, Vec::new()).await
}
