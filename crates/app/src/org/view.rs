//! Looking at an organisation, today or on a past day.

use authz::{Permit, Sealed, act};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Id,
    clock::day_in,
    id::noun,
    org::{Description, Org, OrgVersion},
};

use super::Moment;
use crate::{Error, Reader, Result};

/// The moment that is asked for: today as known now is none, and read from the tree itself. Refused with today's date is a
/// day to come, which is none of this tree.
pub async fn moment(
    reader: &mut Reader,
    day: Option<NaiveDate>,
    known_at: Option<DateTime<Utc>>,
) -> Result<Result<Option<Moment>, NaiveDate>> {
    if day.is_none() && known_at.is_none() {
        return Ok(Ok(None));
    }
    let tenant = store::tenant::own(&mut reader.tx).await?;
    let today = day_in(tenant.settings.time_zone, reader.now);
    let day = day.unwrap_or(today);
    if day > today {
        return Ok(Err(today));
    }
    Ok(Ok((day < today || known_at.is_some()).then_some(Moment { day, known_at })))
}

type Found = Option<Sealed<Id<noun::Org>>>;

fn permit(reader: &Reader, found: Found) -> Result<Permit<act::ViewOrg>> {
    Ok(reader.policy.permit::<act::ViewOrg>(&reader.actor, found.ok_or(Error::NotFound)?)?)
}

async fn show(reader: &mut Reader, found: Found, at: Option<Moment>) -> Result<Org> {
    let may = permit(reader, found)?;
    match at {
        None => Ok(store::org::fetch(&mut reader.tx, &may).await?),
        Some(_) => by_ids(reader, &[*may.of()], at).await?.pop().ok_or(Error::NotFound),
    }
}

/// An organisation by its id.
pub async fn view(reader: &mut Reader, id: Id<noun::Org>, at: Option<Moment>) -> Result<Org> {
    let found = store::org::locate(&mut reader.tx, id).await?;
    show(reader, found, at).await
}

/// An organisation by its code.
pub async fn code(reader: &mut Reader, code: &str, at: Option<Moment>) -> Result<Org> {
    let found = store::org::locate_code(&mut reader.tx, code).await?;
    show(reader, found, at).await
}

/// The topmost organisation of the tenant.
pub async fn root(reader: &mut Reader, at: Option<Moment>) -> Result<Org> {
    let found = store::org::locate_root(&mut reader.tx).await?;
    show(reader, found, at).await
}

/// Those of a list that the reader may see.
pub async fn by_ids(reader: &mut Reader, ids: &[Id<noun::Org>], at: Option<Moment>) -> Result<Vec<Org>> {
    let scope = reader.policy.scope::<act::ViewOrg>(&reader.actor);
    Ok(match at {
        None => store::org::by_ids(&mut reader.tx, &scope, ids).await?,
        Some(at) => store::org::by_ids_as_of(&mut reader.tx, &scope, ids, at).await?,
    })
}

/// Setting and term of those of a list that the reader may see; today's if no moment is given.
pub async fn descriptions(
    reader: &mut Reader,
    ids: &[Id<noun::Org>],
    at: Option<Moment>,
) -> Result<Vec<(Id<noun::Org>, Description)>> {
    let scope = reader.policy.scope::<act::ViewOrg>(&reader.actor);
    // Nothing is dated later than today in any time zone, so that the far end of time is today.
    let at = at.unwrap_or(Moment { day: NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default(), known_at: None });
    Ok(store::org::descriptions(&mut reader.tx, &scope, ids, at).await?)
}

/// The dated history of those of a list that the reader may see, of each the oldest first.
pub async fn versions(reader: &mut Reader, ids: &[Id<noun::Org>], superseded: bool) -> Result<Vec<OrgVersion>> {
    let scope = reader.policy.scope::<act::ViewOrg>(&reader.actor);
    Ok(store::org::versions(&mut reader.tx, &scope, ids, superseded).await?)
}
