//! Look at an own record: head, newest version, timeline, rounds.

use authz::act;
use domain::{
    Id, Problem,
    id::noun,
    submission::{self, Routed, check_confirmation, skipped},
};
use store::record::{EventRow, Record, RoundRow};

use crate::{
    App, Error, Reader, Result,
    audit::{Look, begin_look, end_look},
};

/// An own record whole. Holders read through their receipt. A look at a restricted one is written down.
pub async fn view(reader: &mut Reader, id: Id<noun::Record>) -> Result<Record> {
    let (record, look) = open(reader, id).await?;
    if !begin_look(reader, look.as_ref()).await? {
        return Ok(record);
    }
    let (record, look) = open(reader, id).await?;
    end_look(reader, look).await?;
    Ok(record)
}

async fn open(reader: &mut Reader, id: Id<noun::Record>) -> Result<(Record, Option<Look>)> {
    let sealed = store::record::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    let may = reader.policy.permit::<act::ViewRecord>(&reader.actor, sealed)?;
    let record = store::record::fetch(&mut reader.tx, &may).await?;
    let what = serde_json::json!({ "version": record.head.version, "rev": record.head.rev });
    let look = Look { action: "record.read", record: id, org: record.head.org, post: may.post(), what };
    let look = record.writing.is_restricted().then_some(look);
    Ok((record, look))
}

/// Its timeline; the record was viewed before.
pub async fn history(reader: &mut Reader, of: &Record) -> Result<Vec<EventRow>> {
    Ok(store::record::history(&mut reader.tx, of.head.id, None).await?)
}

/// Its rounds with their receipts; the record was viewed before.
pub async fn rounds(reader: &mut Reader, of: &Record) -> Result<Vec<RoundRow>> {
    Ok(store::record::rounds(&mut reader.tx, of.head.id).await?)
}

/// What would be refused and warned if it were submitted now: refusals, then warnings.
pub async fn check(cx: &App, reader: &mut Reader, of: &Record) -> Result<(Vec<Problem>, Vec<Problem>)> {
    let version = Some(of.head.type_version);
    let form = cx.catalogue.form(&mut reader.tx, &of.head.of_type, version).await?.ok_or(Error::NotFound)?;
    let checked = form.check(&of.writing.title, &of.writing.content);
    let (mut refusals, mut warnings) = (checked.refusals, checked.warnings);
    let routed = routed(reader, of).await?;
    refusals.extend(check_confirmation(&routed, of.author, reader.actor.account).err());
    warnings.extend(super::reported_before(&mut reader.tx, of).await?);
    if !routed.skipped.is_empty() {
        let levels = store::tenant::own(&mut reader.tx).await?.levels;
        warnings.extend(skipped(&routed.skipped, |level| super::submit::level_name(&levels, level)));
    }
    Ok((refusals, warnings))
}

/// Who would receive it, in order, if it were submitted now.
pub async fn route(reader: &mut Reader, of: &Record) -> Result<Vec<Id<noun::Org>>> {
    Ok(routed(reader, of).await?.stops)
}

pub(super) async fn routed(reader: &mut Reader, of: &Record) -> Result<Routed> {
    let asked = store::record_type::route(&mut reader.tx, &of.head.of_type).await?;
    let chain = store::record::chain(&mut reader.tx, of.head.org).await?;
    Ok(submission::route(&chain, &asked))
}
