//! What could not be delivered: seen and set going again by the system administrator.

use authz::{Sealed, act};
use chrono::{DateTime, Utc};
use domain::{Code, Id, Outcome, Problem, id::noun};
use serde::{Deserialize, Serialize};
use store::delivery::DeadLetter;

use crate::{App, Begun, Caller, Command, Error, Reader, Result};

/// Deliveries set going again at one time, at the most.
const MOST: usize = 100;

/// How many were set going again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redriven(pub u64);

/// A page of what was given up, the newest first; one more than `limit` tells that others follow.
pub async fn dead(
    reader: &mut Reader,
    after: Option<(DateTime<Utc>, Id<noun::Delivery>)>,
    limit: u32,
) -> Result<Vec<DeadLetter>> {
    let sealed = Sealed::tenant(reader.actor.tenant);
    let may = reader.policy.permit::<act::ViewDelivery>(&reader.actor, sealed).map_err(|_| Error::Forbidden)?;
    Ok(store::delivery::dead(&mut reader.tx, &may, after, i64::from(limit) + 1).await?)
}

/// Sets them going again: all of them, or, where one is not there, none.
pub async fn redrive(
    cx: &App,
    caller: &Caller,
    command: Command,
    ids: &[Id<noun::Delivery>],
) -> Result<Outcome<Redriven>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = Sealed::tenant(work.actor.tenant);
    let may = work.policy.permit::<act::RedriveDelivery>(&work.actor, sealed).map_err(|_| Error::Forbidden)?;
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    if ids.is_empty() || ids.len() > MOST {
        let (zh, en) = (format!("一次 1 至 {MOST} 条"), format!("1 to {MOST} at one time"));
        return Ok(Outcome::Refused(vec![Problem::new(Code::TooMany, &["deliveries"], zh, en)]));
    }
    let redriven = store::delivery::redrive(&mut work.tx, may, &ids).await?;
    if redriven != ids.len() as u64 {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::WrongState,
            &["deliveries"],
            "其中有的消息不在未送达列表中，未作任何改动；请刷新列表后重试",
            "some of these are not in the list of undelivered notices, and nothing was done: read the list again",
        )]));
    }
    let listed: Vec<_> = ids.iter().map(ToString::to_string).collect();
    work.audit(store::audit::Entry {
        action: "delivery.redrive",
        object_kind: "tenant",
        object_id: work.actor.tenant_key.as_str().to_owned(),
        after: Some(serde_json::json!({ "deliveries": listed })),
        ..Default::default()
    })
    .await?;
    work.done(Redriven(redriven), Vec::new()).await
}
