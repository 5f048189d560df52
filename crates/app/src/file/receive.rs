//! Bytes arrive: only from whoever announced the file, and only while it is being received.

use chrono::{DateTime, Utc};
use domain::{Id, file::FileState, id::noun};

use crate::{App, Caller, Error, Result};

use super::File;

/// The upload that the caller may go on with, or has finished; another person's is not there.
pub async fn uploading(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<File> {
    let mut reader = cx.read(who).await?;
    let file = store::file::own(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    if is_gone(&file, reader.now) { Err(Error::NotFound) } else { Ok(file) }
}

/// What ended is gone, and an unfinished one whose time is over as well.
fn is_gone(file: &File, now: DateTime<Utc>) -> bool {
    file.state == FileState::Expired || (file.state == FileState::Receiving && file.expires_at <= now)
}

/// The caller writes his upload: the file, and his number as its writer. An upload that is whole takes none any more.
pub async fn take(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<(File, Option<u64>)> {
    let now = cx.clock.now();
    let (_, mut tx) = cx.store.write(&who.entry, now).await?.ok_or(Error::Unauthenticated)?;
    let file = store::file::own(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if is_gone(&file, now) {
        return Err(Error::NotFound);
    }
    let fence = store::file::take(&mut tx, id).await?;
    tx.commit().await?;
    Ok((file, fence))
}

/// Every byte is durable: it goes to be examined. Said twice it is done once.
pub async fn received(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<()> {
    let now = cx.clock.now();
    let (_, mut tx) = cx.store.write(&who.entry, now).await?.ok_or(Error::Unauthenticated)?;
    store::file::receive(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// The caller gives his upload up. False: there was nothing to give up any more.
pub async fn abandon(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<bool> {
    let now = cx.clock.now();
    let (_, mut tx) = cx.store.write(&who.entry, now).await?.ok_or(Error::Unauthenticated)?;
    let done = store::file::abandon(&mut tx, id).await?;
    tx.commit().await?;
    Ok(done)
}
