//! Found an organisation below another.

use authz::act;
use domain::{
    Id, Outcome,
    id::noun,
    org::{Description, Org, OrgKind, change, parse_code, parse_name, parse_text},
    tenant::Level,
};
use serde::{Deserialize, Serialize};

use super::{Effect, Ground, or_note, permitted, taken, trace};
use crate::{App, Begun, Caller, Command, Error, Result};

/// What is to be founded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founding {
    /// Below which organisation.
    pub parent: Id<noun::Org>,
    /// Level; the next below the superior's if none is given.
    pub level: Option<Level>,
    /// Kind.
    pub kind: OrgKind,
    /// Code, new in the tenant.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: Option<String>,
    /// Setting and term.
    pub description: Description,
    /// From when, and why.
    pub effect: Effect,
}

/// Founds it.
pub async fn create(cx: &App, who: &Caller, command: Command, new: Founding) -> Result<Outcome<Org>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted::<act::CreateOrg>(&mut work, new.parent).await?;
    let superior = store::org::standing(&mut work.tx, &may).await?;
    let mut ground = Ground::of(&mut work, new.effect).await?;

    let mut problems = std::mem::take(&mut ground.problems);
    let code = or_note(parse_code(&new.code), &mut problems);
    let name = or_note(parse_name(&new.name), &mut problems);
    let short_name = or_note(parse_text("shortName", 60, new.short_name), &mut problems);
    let description = new.description.parse().map_err(|faults| problems.extend(faults)).ok();
    problems.extend(change::found(&superior, new.level, (ground.day, ground.today), ground.tenant.levels.len()));
    let (Some(code), Some(name), Some(short_name), Some(description), true) =
        (code, name, short_name, description, problems.is_empty())
    else {
        return Ok(Outcome::Refused(problems));
    };

    let id = cx.id();
    let founding = store::org::Founding {
        id,
        level: new.level,
        kind: new.kind,
        code: &code,
        name: &name,
        short_name: short_name.as_deref(),
        description: &description,
    };
    match store::org::create(&mut work.tx, may, &founding, &ground.stamp(cx)).await {
        Err(store::Error::Constraint(name)) if name.contains("code") => {
            return Ok(Outcome::Refused(vec![taken(&code)]));
        }
        done => done?,
    }
    // What was founded may be seen by whoever founded it; if policy says otherwise, it says so here.
    let sealed = store::org::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let seen = work.policy.permit::<act::ViewOrg>(&work.actor, sealed)?;
    let org = store::org::fetch(&mut work.tx, &seen).await?;
    trace(&mut work, "org.create", &ground, None, &org).await?;
    work.done(org, Vec::new()).await
}
