//! Looks at restricted content: each is an entry of the trail, kept before anything is given out. What counts is the content of a
//! version and the bytes of a file; a list shows titles. The same look of the same person is written once an hour
//! (docs/decisions/026-looks.md).

use chrono::{DurationRound as _, TimeDelta};
pub(crate) use store::audit::Look;

use crate::{Reader, Result};

/// Opens something. Where it is restricted and this look was not written down in this hour, it is opened in a transaction that writes
/// the look down, and given out when that is kept.
pub(crate) async fn witnessed<T>(
    reader: &mut Reader,
    open: impl AsyncFn(&mut Reader) -> Result<(T, Option<Look>)>,
) -> Result<T> {
    let (found, look) = open(reader).await?;
    let Some(look) = look else { return Ok(found) };
    let hour = reader.now.duration_trunc(TimeDelta::hours(1)).unwrap_or(reader.now);
    if store::audit::look_noted(&mut reader.tx, &look, hour).await? {
        return Ok(found);
    }
    reader.begin_writing().await?;
    let (found, look) = open(reader).await?;
    if let Some(look) = look {
        let origin = reader.caller.origin.clone();
        store::audit::note_look(&mut reader.tx, look, origin.as_deref()).await?;
    }
    reader.end_writing().await?;
    Ok(found)
}
