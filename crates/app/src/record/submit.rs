//! Send a record upwards: a new round.

use std::sync::Arc;

use authz::act;
use domain::{
    Id, Outcome, Problem,
    canonical::{Canonical, digest},
    clock::day_in,
    form::Form,
    id::{ReceiptId, noun},
    measure::extract,
    submission::{Routed, Stop, SubmissionState, check_confirmation, route, skipped},
    tenant::{Level, TenantSettings},
};
use serde::{Deserialize, Serialize};
use store::{Tx, file::Attachment, record::Record};

use crate::{App, Begun, Caller, Command, Error, Result};

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Which.
    pub record: Id<noun::Record>,
    /// Its round.
    pub round: i32,
    /// Where it stands.
    pub state: SubmissionState,
    /// The proof of receipt.
    pub receipt: ReceiptId,
    /// SHA-256 of the canonical content, in hex.
    pub hash: String,
}

/// Sends the newest version. Arithmetic impossibilities refuse; rules of procedure warn; levels that do not exist are
/// skipped and said so.
pub async fn submit(
    cx: &App,
    who: &Caller,
    command: Command,
    id: Id<noun::Record>,
    rev: i32,
) -> Result<Outcome<Submitted>> {
    match cx.begin(who, command).await? {
        Begun::Fresh(work) => send(cx, work, id, rev).await,
        Begun::Answered(outcome) => Ok(outcome),
    }
}

/// The same, for work that has begun elsewhere (the generator of sample data).
pub async fn send(cx: &App, mut work: crate::Work, id: Id<noun::Record>, rev: i32) -> Result<Outcome<Submitted>> {
    let sealed = store::record::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::SubmitRecord>(&work.actor, sealed)?;
    let record = store::record::fetch(&mut work.tx, &may).await?;
    let Ready { form, chain, routed, warnings } = match ready(cx, &mut work.tx, &record, rev).await? {
        Ok(ready) => ready,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    if let Err(problem) = check_confirmation(&routed, record.author, work.actor.account) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let tenant = store::tenant::own(&mut work.tx).await?;
    let late = is_late(&record, &tenant.settings, work.now);
    let files = store::file::attachments(&mut work.tx, id, record.head.version).await?;
    let hash = hash(&record, &form, files)?;
    let measures = extract(form.record_type(), &record.writing.content, late);
    let done =
        store::record::submit(&mut work.tx, may, &record, hash, &routed, &measures, work.origin.as_deref()).await?;
    work.touch_step(id, chain.iter().map(|stop| stop.place.org));
    let answer =
        Submitted { record: id, round: done.round, state: done.state, receipt: done.receipt, hash: hex::encode(hash) };
    work.done(answer, warnings).await
}

/// A record that may be sent as it stands, by somebody.
pub(super) struct Ready {
    form: Arc<Form>,
    chain: Vec<Stop>,
    pub(super) routed: Routed,
    pub(super) warnings: Vec<Problem>,
}

/// All that speaks against sending a record but who sends it; and what has to be said all the same.
pub(super) async fn ready(
    cx: &App,
    tx: &mut Tx,
    record: &Record,
    rev: i32,
) -> Result<std::result::Result<Ready, Vec<Problem>>> {
    let head = &record.head;
    let stands = super::check_active(record).and_then(|()| head.check_edit(rev));
    if let Err(problem) = stands {
        return Ok(Err(vec![problem]));
    }
    if record.submitted {
        return Ok(Err(vec![head.unchanged()]));
    }
    let form = cx.catalogue.form(tx, &head.of_type, Some(head.type_version)).await?.ok_or(Error::NotFound)?;
    let checked = form.check(&record.writing.title, &record.writing.content);
    if !checked.refusals.is_empty() {
        return Ok(Err(checked.refusals));
    }
    let asked = store::record_type::route(tx, &head.of_type).await?;
    let chain = store::record::chain(tx, head.org).await?;
    let routed = route(&chain, &asked);
    let mut warnings = checked.warnings;
    warnings.extend(super::reported_before(tx, record).await?);
    if !routed.skipped.is_empty() {
        let levels = store::tenant::own(tx).await?.levels;
        warnings.extend(skipped(&routed.skipped, |level| level_name(&levels, level)));
    }
    Ok(Ok(Ready { form, chain, routed, warnings }))
}

pub(super) fn level_name(levels: &[domain::tenant::LevelName], level: Level) -> (String, String) {
    let name = usize::try_from(level.0 - 1).ok().and_then(|at| levels.get(at));
    name.map_or_else(
        || (format!("第 {} 级", level.0), format!("level {}", level.0)),
        |name| (name.zh.clone(), name.en.clone()),
    )
}

/// Entered so many days after the activity that it counts as late (补录).
fn is_late(record: &Record, settings: &TenantSettings, now: chrono::DateTime<chrono::Utc>) -> bool {
    let today = day_in(settings.time_zone, now);
    (today - record.writing.occurred_on).num_days() > i64::from(settings.late_days)
}

/// SHA-256 of the canonical content (RFC 8785): what a receipt proves.
fn hash(record: &Record, form: &Arc<Form>, files: Vec<Attachment>) -> Result<[u8; 32]> {
    let files: Vec<_> = files.into_iter().map(|file| file.attached).collect();
    digest(&Canonical {
        of_type: &record.head.of_type,
        type_version: form.record_type().version,
        org: record.head.org,
        title: &record.writing.title,
        occurred_on: record.writing.occurred_on,
        tags: &record.writing.tags,
        confidentiality: record.writing.confidentiality,
        content: &record.writing.content,
        files: &files,
    })
    .map_err(|error| Error::internal("canonical content", error))
}
