//! Close an organisation: it is kept for ever, its successor reads its records, its posts end.

use authz::act;
use domain::{
    Code, Id, Outcome, Problem,
    id::noun,
    org::{
        Org, OrgState,
        change::{self, OpenWork},
    },
};
use serde::{Deserialize, Serialize};

use super::{Effect, Ground, permitted, trace};
use crate::{App, Begun, Caller, Command, Result};

/// What is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Which organisation.
    pub org: Id<noun::Org>,
    /// Who continues it.
    pub successor: Option<Id<noun::Org>>,
    /// From when, and why.
    pub effect: Effect,
}

/// Drafts stay as they are; nobody can send them any more.
fn left_behind(work: &OpenWork) -> Vec<Problem> {
    let mut warnings = Vec::new();
    if work.drafts > 0 {
        let drafts = work.drafts;
        warnings.push(Problem::new(
            Code::StillOpen,
            &["org"],
            format!("该组织留有 {drafts} 件未报送的草稿或退回、撤回的记录，撤销后不能再报送"),
            format!("{drafts} drafts and returned or withdrawn records are left behind; they cannot be sent any more"),
        ));
    }
    warnings
}

/// Closes it. Refused while something stands below it, is under way or waits for its decision.
pub async fn close(cx: &App, who: &Caller, command: Command, new: Closing) -> Result<Outcome<Org>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted::<act::CloseOrg>(&mut work, new.org).await?;
    let me = store::org::standing(&mut work.tx, &may).await?;
    let open = store::org::open_work(&mut work.tx, &may).await?;
    let mut ground = Ground::of(&mut work, new.effect).await?;
    let mut problems = std::mem::take(&mut ground.problems);
    problems.extend(change::close(&me, &open, ground.day, ground.today));
    // The successor comes to read what the closed one wrote and received: that is asked for at the successor.
    let successor = match new.successor {
        None => None,
        Some(id) => {
            let into = permitted::<act::CreateOrg>(&mut work, id).await?;
            let standing = store::org::standing(&mut work.tx, &into).await?;
            problems.extend(change::check_open(&standing.org, "successor").err());
            if id == new.org {
                problems.push(Problem::new(
                    Code::Invalid,
                    &["successor"],
                    "承接组织不能是被撤销的组织本身。请选择另一个组织，或不填写",
                    "an organisation does not succeed itself; choose another, or none",
                ));
            }
            Some(into)
        }
    };
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    store::org::close(&mut work.tx, may, successor, &ground.stamp(cx)).await?;
    let org = Org { state: OrgState::Closed, closed_on: Some(ground.day), ..me.org.clone() };
    trace(&mut work, "org.close", &ground, Some(&me.org), &org).await?;
    work.done(org, left_behind(&open)).await
}
