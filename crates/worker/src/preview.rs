//! Pictures of what was kept: a thumbnail, and pages of a PDF or an OFD or a larger picture of a picture, made in a process with
//! limits, stored as bodies. A file is never held up by them: it may be attached long before, and without them.
//!
//! A file is taken for some minutes, so that a worker that is killed gives it back; made again a picture takes the place
//! of the one before.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use blob::{Bodies, Body, PutError, ReadError, Scratch, ScratchError, Sha256Digest, Staging};
use chrono::TimeDelta;
use domain::clock::Clock;
use intake::{
    Children, NoPicture,
    format::{self, Format, Kind},
    picture,
};
use store::{
    file::BodyKey,
    preview::{Pictured, Unpictured},
    worker::WorkerStore,
};
use tokio_util::sync::CancellationToken;

use crate::Examine;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(2);
/// When a file comes up again for which the machine failed.
const AGAIN: TimeDelta = TimeDelta::minutes(1);
/// Points of a thumbnail, each way at the most.
const THUMBNAIL: u16 = 320;
/// Points of a page in width, and of a picture each way at the most.
const PAGE: u16 = 1280;
/// Pages of a document that are shown: the first ones. Whoever reads on opens the file.
const PAGES: i16 = 20;
/// How often a file is taken: it may be what kills the workers that take it.
const MOST_TRIES: i16 = 5;
/// No page is begun after this time: the pages so far have to do.
const ENOUGH: Duration = Duration::from_mins(1);

/// Makes pictures.
#[derive(Debug, Clone)]
pub struct Previewer {
    store: WorkerStore,
    staging: Staging,
    bodies: Bodies,
    children: Children,
    clock: Arc<dyn Clock>,
}

/// Why no pictures could be made now; the machine failed, not the file.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A body could not be copied for the child process.
    #[error(transparent)]
    Copy(#[from] ScratchError),
    /// The places.
    #[error(transparent)]
    Put(#[from] PutError),
    /// No child process could be started.
    #[error("the child process: {0}")]
    Child(std::io::Error),
}

impl Previewer {
    /// With what the examination has.
    pub fn of(examine: &Examine) -> Self {
        Self {
            store: examine.store.clone(),
            staging: examine.staging.clone(),
            bodies: examine.bodies.clone(),
            children: examine.examiner.children.clone(),
            clock: examine.clock.clone(),
        }
    }

    /// Until told to stop; the file under way is finished first.
    pub(crate) async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.next().await {
                Ok(true) => {}
                Ok(false) => {
                    let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
                }
                Err(error) => {
                    tracing::error!(%error, "pictures cannot be made now");
                    let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK * 5)).await;
                }
            }
        }
    }

    /// Everything that waits. Gives how many files were looked at.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn once(&self) -> Result<usize, Failure> {
        let mut done = 0;
        while self.next().await? {
            done += 1;
        }
        Ok(done)
    }

    /// The file that has waited longest. False: none waits.
    async fn next(&self) -> Result<bool, Failure> {
        let Some(file) = self.store.take_preview(self.clock.now()).await? else { return Ok(false) };
        let tenant = file.body.tenant;
        match self.picture(&file).await {
            Ok(made) => self.store.previewed(tenant, file.file, made, None).await?,
            Err(Failure::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(file = %file.file, %error, "pictures of a file wait: the machine failed");
                self.store.previewed(tenant, file.file, false, Some(self.clock.now() + AGAIN)).await?;
            }
        }
        Ok(true)
    }

    /// Makes the pictures of a file. False: none can be made.
    async fn picture(&self, file: &Unpictured) -> Result<bool, Failure> {
        let format = format::of(&file.media_type);
        if file.tries > MOST_TRIES || !matches!(format.kind, Kind::Pdf | Kind::Ofd | Kind::Image) {
            return Ok(false);
        }
        if self.store.copy_previews(file.body.tenant, file.file).await? {
            return Ok(true);
        }
        let begun = Instant::now();
        let copy = match self.staging.copy(&self.bodies, &body(&file.body)).await {
            Ok(copy) => copy,
            // Told and counted where it was found; when it is healed, somebody uploads it anew.
            Err(ScratchError::Read(ReadError::Damaged)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        for page in 0..=PAGES {
            if page > 1 && begun.elapsed() > ENOUGH {
                break;
            }
            match self.one(file, &copy, &format, page).await? {
                Ok(()) if page == 1 && format.kind == Kind::Image => break,
                Ok(()) => {}
                Err(NoPicture::NoPage) if page > 1 => break,
                Err(cause) => {
                    tracing::info!(file = %file.file, page, %cause, "no picture of a file");
                    return Ok(page > 0);
                }
            }
        }
        Ok(true)
    }

    async fn one(
        &self,
        file: &Unpictured,
        copy: &Scratch,
        format: &Format,
        page: i16,
    ) -> Result<Result<(), NoPicture>, Failure> {
        let (path, number) = (copy.path(), usize::try_from(page).unwrap_or_default());
        let made = match (page, format.kind) {
            (0, _) => self.children.thumbnail(&path, format, THUMBNAIL).await,
            (_, Kind::Pdf | Kind::Ofd) => self.children.page(&path, format.kind, number, PAGE).await,
            _ => self.children.thumbnail(&path, format, PAGE).await,
        };
        let jpeg = match made {
            Ok(jpeg) => jpeg,
            Err(NoPicture::Io(error)) => return Err(Failure::Child(error)),
            Err(cause) => return Ok(Err(cause)),
        };
        let Some((width, height)) = picture::dimensions(&jpeg) else { return Ok(Err(NoPicture::Unreadable)) };
        let (stored, digests) = self.bodies.put_bytes(file.body.tenant, jpeg.into()).await?;
        let made = Pictured {
            page,
            width: i32::try_from(width).unwrap_or(i32::MAX),
            height: i32::try_from(height).unwrap_or(i32::MAX),
            body: key(&stored.body),
            sm3: digests.sm3.0,
        };
        self.store.keep_preview(file.file, &made, self.clock.now()).await?;
        Ok(Ok(()))
    }
}

fn body(key: &BodyKey) -> Body {
    Body {
        tenant: key.tenant,
        sha256: Sha256Digest(key.sha256),
        chunks: Sha256Digest(key.chunks),
        len: u64::try_from(key.length).unwrap_or_default(),
    }
}

fn key(body: &Body) -> BodyKey {
    let length = i64::try_from(body.len).unwrap_or(i64::MAX);
    BodyKey { tenant: body.tenant, sha256: body.sha256.0, chunks: body.chunks.0, length }
}
