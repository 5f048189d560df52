//! Ending sessions: one's own, or any of the tenant for the security administrator.

use authz::act;
use domain::{Id, Outcome, id::noun};
use serde::{Deserialize, Serialize};
use store::session::Session;

use crate::{App, Begun, Caller, Command, Error, Result};

/// How many sessions ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended(pub u64);

/// Ends a session; somebody else's only as security administrator, to everybody else it is not there.
pub async fn end(cx: &App, caller: &Caller, command: Command, id: Id<noun::Session>) -> Result<Outcome<Session>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::session::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::EndSession>(&work.actor, sealed)?;
    let session = store::session::end(&mut work.tx, may).await?;
    work.audit(store::audit::Entry {
        action: "session.end",
        object_kind: "session",
        object_id: id.to_string(),
        after: Some(serde_json::json!({"account": session.account.to_string()})),
        ..Default::default()
    })
    .await?;
    work.done(session, Vec::new()).await
}

/// Ends the session that the request came with.
pub async fn sign_out(cx: &App, caller: &Caller) -> Result<()> {
    let entry = Caller { entry: store::Entry { acting: None, ..caller.entry.clone() }, ..caller.clone() };
    let reader = cx.read(&entry).await?;
    let id = reader.actor.session;
    drop(reader);
    // The session ends once, so its own id is key enough.
    let command = Command::personal("session.sign_out", &id.to_string(), None, &());
    end(cx, &entry, command, id).await.map(|_| ())
}

/// Ends every session of one's own: browsers and programs, the present one among them.
pub async fn sign_out_everywhere(cx: &App, caller: &Caller, command: Command) -> Result<Outcome<Ended>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let ended = store::session::end_own(&mut work.tx).await?;
    let object_id = work.actor.account.to_string();
    work.audit(store::audit::Entry {
        action: "session.end_all",
        object_kind: "account",
        object_id,
        after: Some(ended.into()),
        ..Default::default()
    })
    .await?;
    work.done(Ended(ended), Vec::new()).await
}
