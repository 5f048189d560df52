//! Bytes arrive: only from whoever announced the file, while he may still write at its organisation, and only while it is
//! being received.

use authz::act;
use chrono::{DateTime, Utc};
use domain::{Id, file::FileState, id::noun};
use store::Tx;

use super::File;
use crate::{App, Caller, Error, Result};

/// The caller writes his upload: the file, and his number as its writer. An upload that is whole takes none any more.
pub async fn take(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<(File, Option<u64>)> {
    let (mut file, mut tx) = own(cx, who, id).await?;
    if is_gone(&file, tx.at()) {
        return Err(Error::NotFound);
    }
    let fence = store::file::take(&mut tx, id).await?;
    if fence.is_none() {
        // It may have ended since it was read: whole is told as whole, and given up as gone.
        file = again(&mut tx, id).await?;
        if is_gone(&file, tx.at()) {
            return Err(Error::NotFound);
        }
    }
    tx.commit().await?;
    Ok((file, fence))
}

/// Every byte is durable: it goes to be examined. Said twice it is done once.
pub async fn received(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<()> {
    let (_, mut tx) = own(cx, who, id).await?;
    if !store::file::receive(&mut tx, id, who.origin.as_deref()).await? {
        // Another request has told it meanwhile, or the worker that found it; else it has expired under the last bytes.
        let file = again(&mut tx, id).await?;
        if !matches!(file.state, FileState::Examining | FileState::Kept | FileState::Refused) {
            return Err(Error::NotFound);
        }
    }
    Ok(tx.commit().await?)
}

/// The caller gives his upload up. False: there was nothing to give up any more.
pub async fn abandon(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<bool> {
    let (_, mut tx) = own(cx, who, id).await?;
    let done = store::file::abandon(&mut tx, id, who.origin.as_deref()).await?;
    tx.commit().await?;
    Ok(done)
}

/// The caller's own file, in a transaction that writes; another person's is not there.
async fn own(cx: &App, who: &Caller, id: Id<noun::File>) -> Result<(File, Tx)> {
    let now = cx.clock.now();
    let (actor, mut tx) = cx.store.write(who.entry.clone(), now).await?.ok_or(Error::Unauthenticated)?;
    let policy = cx.policy_of(&actor, &mut tx).await?;
    let scope = policy.scope::<act::CreateRecord>(&actor);
    let file = store::file::own(&mut tx, id).await?.filter(|file| scope.org_ids().contains(&file.org));
    Ok((file.ok_or(Error::NotFound)?, tx))
}

/// The same file as it stands now, when somebody else was faster.
async fn again(tx: &mut Tx, id: Id<noun::File>) -> Result<File> {
    store::file::own(tx, id).await?.ok_or(Error::NotFound)
}

/// What ended is gone, and an unfinished one whose time is over as well.
fn is_gone(file: &File, now: DateTime<Utc>) -> bool {
    file.state == FileState::Expired || (file.state == FileState::Receiving && file.expires_at <= now)
}
