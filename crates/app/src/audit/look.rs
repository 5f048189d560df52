//! Looks at restricted content: each is an entry of the trail, kept before anything is given out. What counts is the content of a
//! version and the bytes of a file; a list shows titles. The same look of the same person is written once an hour
//! (docs/decisions/026-looks.md).

use chrono::{DurationRound as _, TimeDelta};
pub(crate) use store::audit::Look;

use crate::{Reader, Result};

/// Has a look to be written down? Then the reader has begun a transaction that writes: what was looked at is opened in it once more,
/// and given out after [`end_look`].
pub(crate) async fn begin_look(reader: &mut Reader, look: Option<&Look>) -> Result<bool> {
    let Some(look) = look else { return Ok(false) };
    let hour = reader.now.duration_trunc(TimeDelta::hours(1)).unwrap_or(reader.now);
    if store::audit::look_noted(&mut reader.tx, look, hour).await? {
        return Ok(false);
    }
    reader.begin_writing().await?;
    Ok(true)
}

/// Keeps the entry; what has become public meanwhile needs none.
pub(crate) async fn end_look(reader: &mut Reader, look: Option<Look>) -> Result<()> {
    if let Some(look) = look {
        let origin = reader.origin.clone();
        store::audit::note_look(&mut reader.tx, look, origin.as_deref()).await?;
    }
    reader.end_writing().await
}
