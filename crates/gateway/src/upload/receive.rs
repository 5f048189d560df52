//! The bytes of one request, and what becomes of them.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{body::Body, http::HeaderMap, response::Response};
use blob::{AppendError, Fence};
use chrono::{DateTime, Utc};
use domain::{Id, file::FileState, id::noun};

use super::checksum;
use crate::{graphql_http::locale_of, server::Inner, transfer::Transfer};

/// Why the bytes of a request were not taken, or not all.
#[derive(Debug)]
pub(super) enum Stopped {
    /// He may not, or there is nothing to write.
    App(app::Error),
    /// The bytes, or where they go.
    Append(AppendError),
    /// He has too many lines.
    Crowded(Box<Response>),
}

impl From<AppendError> for Stopped {
    fn from(error: AppendError) -> Self {
        Self::Append(error)
    }
}

/// What a request has brought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// The offset that is durable.
    pub(super) offset: u64,
    /// When the rest has to be there; none where it is whole.
    pub(super) expires: Option<DateTime<Utc>>,
}

/// Takes the bytes of one request.
pub(super) async fn append(
    inner: &Inner,
    caller: &app::Caller,
    id: Id<noun::File>,
    at: u64,
    headers: &HeaderMap,
    body: Body,
) -> Result<Taken, Stopped> {
    let (app, who) = (inner.app.clone(), caller.clone());
    let taken = inner.tasks.spawn(async move { app::file::take(&app, &who, id).await }).await;
    let (file, fence) = match taken {
        Ok(Ok(taken)) => taken,
        Ok(Err(error)) => return Err(Stopped::App(error)),
        Err(_) => return Err(AppendError::Stopped.into()),
    };
    let Some(fence) = fence else {
        // It is whole: there is nothing to add.
        return Err(AppendError::Offset { offset: u64::try_from(file.length).unwrap_or_default() }.into());
    };
    let _transfer: Transfer = inner.transfers.begin(file.account, locale_of(headers)).map_err(Stopped::Crowded)?;
    let lost = Arc::<Mutex<Option<app::Error>>>::default();
    let still = {
        let (app, who, lost) = (inner.app.clone(), caller.clone(), Arc::clone(&lost));
        move || may_still(app.clone(), who.clone(), id, Arc::clone(&lost))
    };
    let bytes = inner.transfers.receive(body, still);
    let appended = inner.uploads.staging.append(id, at, Fence(fence), checksum(headers), bytes).await;
    let lost = lost.lock().unwrap_or_else(PoisonError::into_inner).take();
    let progress = match (appended, lost) {
        (Ok(progress), _) => progress,
        (Err(_), Some(lost)) => return Err(Stopped::App(lost)),
        // Whole, examined and moved on between the two looks.
        (Err(AppendError::Absent), None) if moved_on(inner, caller, id).await => {
            return Err(AppendError::Offset { offset: u64::try_from(file.length).unwrap_or_default() }.into());
        }
        (Err(error), None) => return Err(error.into()),
    };
    if progress.is_whole() {
        let (app, who) = (inner.app.clone(), caller.clone());
        let told = inner.tasks.spawn(async move { app::file::received(&app, &who, id).await }).await;
        match told {
            Ok(Ok(())) => inner.uploads.received.notify_one(),
            // The bytes are durable; the next HEAD says so once more.
            Ok(Err(error)) => return Err(Stopped::App(error)),
            Err(_) => return Err(AppendError::Stopped.into()),
        }
    }
    let expires = (!progress.is_whole()).then_some(file.expires_at);
    Ok(Taken { offset: progress.offset, expires })
}

/// Its bytes are no longer where they arrived: are they where they belong?
pub(super) async fn moved_on(inner: &Inner, caller: &app::Caller, id: Id<noun::File>) -> bool {
    let found = async { app::file::own(&mut inner.app.read(caller).await?, id).await };
    let here =
        |file: app::file::File| matches!(file.state, FileState::Examining | FileState::Kept | FileState::Refused);
    found.await.is_ok_and(here)
}

/// May he still write it? Where not, the reason is left in `lost`.
async fn may_still(app: app::App, who: app::Caller, id: Id<noun::File>, lost: Arc<Mutex<Option<app::Error>>>) -> bool {
    let looked = async {
        let mut reader = app.read(&who).await?;
        app::file::may_write(&mut reader, id).await
    };
    match looked.await {
        // A database that does not answer takes no right away.
        Ok(()) | Err(app::Error::Unavailable(_)) => true,
        Err(error) => {
            *lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            false
        }
    }
}
