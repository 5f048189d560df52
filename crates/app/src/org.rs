//! Organisations: looking at the tree of any day, and changing it.

mod close;
mod contact;
mod create;
mod import;
mod relocate;
mod rename;
mod tree;
mod view;

use authz::{Act, Permit, act};
use chrono::NaiveDate;
use domain::{
    Code, Id, Problem,
    clock::day_in,
    id::noun,
    org::{Approval, Org},
};
use serde::{Deserialize, Serialize};
use store::tenant::Tenant;

use crate::{App, Error, Result, Work};

pub use close::{Closing, close};
pub use contact::{contacts, set_contact};
pub use create::{Founding, create};
pub use import::{Fault, Input, Options, Report, import};
pub use relocate::{Relocation, Way, preview, relocate};
pub use rename::{Renaming, rename};
pub use tree::{Below, ancestors, children, search};
pub use view::{by_ids, code, descriptions, moment, root, versions, view};

pub use store::{
    Owner,
    org::{After, Moment, Order, Page},
};

/// When a change is in force, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The day; today if none is given.
    pub on: Option<NaiveDate>,
    /// The approving document and the reason.
    pub approval: Approval,
}

/// What every change of the tree begins with: the tenant, its today, the day of the change and its checked ground.
struct Ground {
    tenant: Tenant,
    today: NaiveDate,
    day: NaiveDate,
    approval: Approval,
    problems: Vec<Problem>,
}

impl Ground {
    async fn of(work: &mut Work, effect: Effect) -> Result<Self> {
        let tenant = store::tenant::own(&mut work.tx).await?;
        let today = day_in(tenant.settings.time_zone, work.now);
        let day = effect.on.unwrap_or(today);
        let (approval, problems) = match effect.approval.parse() {
            Ok(approval) => (approval, Vec::new()),
            Err(problems) => (Approval::default(), problems),
        };
        Ok(Self { tenant, today, day, approval, problems })
    }

    fn stamp(&self, cx: &App) -> store::org::Stamp<'_> {
        store::org::Stamp { version: cx.id(), closed: cx.id(), from: self.day, approval: &self.approval }
    }

    /// What the audit keeps of a change: the organisation, the day and the document.
    fn trace(&self, org: &Org) -> serde_json::Value {
        serde_json::json!({
            "code": org.code, "name": org.name, "short_name": org.short_name, "kind": org.kind, "level": org.level,
            "parent": org.parent, "state": org.state, "valid_from": self.day,
            "document_no": self.approval.document_no, "document_date": self.approval.document_date,
        })
    }
}

/// A permit at an organisation. Denied: whoever may see the organisation is told `FORBIDDEN`, nobody else learns of it.
async fn permitted<A: Act<Of = Id<noun::Org>>>(work: &mut Work, id: Id<noun::Org>) -> Result<Permit<A>> {
    let sealed = store::org::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    if let Ok(may) = work.policy.permit::<A>(&work.actor, sealed) {
        return Ok(may);
    }
    let sealed = store::org::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let seen = work.policy.permit::<act::ViewOrg>(&work.actor, sealed);
    Err(if seen.is_ok() { Error::Forbidden } else { Error::NotFound })
}

/// One audit entry of a change.
async fn trace(
    work: &mut Work,
    action: &'static str,
    ground: &Ground,
    before: Option<&Org>,
    after: &Org,
) -> Result<()> {
    let before = before.map(|org| {
        serde_json::json!({"code": org.code, "name": org.name, "short_name": org.short_name, "level": org.level,
            "parent": org.parent, "state": org.state})
    });
    work.audit(store::audit::Entry {
        action,
        object_kind: "org",
        object_id: after.id.to_string(),
        before,
        after: Some(ground.trace(after)),
        reason: ground.approval.reason.as_deref(),
        ..store::audit::Entry::default()
    })
    .await
}

/// Adds the problem or gives the value.
fn or_note<T>(parsed: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    parsed.map_err(|problem| problems.push(problem)).ok()
}

fn taken(code: &str) -> Problem {
    Problem::new(
        Code::Taken,
        &["code"],
        format!("党组织代码“{code}”已被使用。请核对，或填写另一个代码"),
        format!("the organisation code {code} is in use; check it, or give another"),
    )
}
