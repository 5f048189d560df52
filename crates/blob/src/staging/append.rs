//! Appending to an upload.

use std::{
    fs::{File as Bytefile, TryLockError},
    path::Path,
    time::Duration,
};

use bytes::Bytes;
use domain::id::{Id, noun::File};
use futures_util::{Stream, StreamExt};

use super::{AppendError, Fence, Progress, Staging, fence, record::Record, writer::Writer};
use crate::{blocking, checksum::Checksum};

/// How often a writer looks whether a newer one has come, and writes what a slow line has brought.
const LOOK: Duration = Duration::from_millis(250);
/// Bytes that all writers together collect before they write, and the bounds of each one's share.
const COLLECTED: u64 = 8 << 20;
const SHARE: (u64, u64) = (64 << 10, 512 << 10);

/// How the bytes of a request came to their end.
enum End {
    Whole,
    Cut,
    Refused(AppendError),
}

impl Staging {
    /// Appends what comes, at an offset that has to be the durable one, and answers when it is durable.
    ///
    /// A writer with a higher number stops this one; one with a lower number than the newest is refused. One that is
    /// mistaken about the offset stops nobody, and neither does one that knows less than a writer at work has brought: it
    /// has to ask first (`settle`). A stream that breaks off leaves what arrived, which counts; with a checksum it does
    /// not. The work is a task of its own: a caller that goes away does not undo what arrived.
    pub async fn append<S, E>(
        &self,
        id: Id<File>,
        at: u64,
        fence: Fence,
        checksum: Option<Checksum>,
        body: S,
    ) -> Result<Progress, AppendError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Send + 'static,
    {
        let staging = self.clone();
        let work = async move {
            let folder = staging.folder(id);
            blocking(move || admit(&folder, fence, at)).await?;
            let mut writer = Writer::take(staging.folder(id), fence, true, staging.patience()).await?;
            if let Some(checksum) = checksum {
                writer.expect(checksum.begin());
            }
            let progress = writer.progress();
            if progress.offset != at {
                return Err(AppendError::Offset { offset: progress.offset });
            }
            let _counted = staging.count_writer();
            staging.receive(writer, body).await
        };
        self.tasks().spawn(work).await.map_err(|_| AppendError::Stopped)?
    }

    /// Takes all that comes, and what is left of it when it ends.
    async fn receive<S, E>(&self, mut writer: Writer, body: S) -> Result<Progress, AppendError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
    {
        match self.take_in(&mut writer, body).await {
            End::Whole => writer.finish().await,
            End::Cut => Err(AppendError::Cut { offset: writer.keep().await?.offset }),
            // What a writer has brought before the next one came, or the disk was full, is as good as what comes then.
            End::Refused(why @ (AppendError::Fenced | AppendError::Full)) => {
                writer.keep().await?;
                Err(why)
            }
            End::Refused(why) => {
                writer.leave().await;
                Err(why)
            }
        }
    }

    async fn take_in<S, E>(&self, writer: &mut Writer, body: S) -> End
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
    {
        let mut body = std::pin::pin!(body);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        look.tick().await; // the first is at once
        loop {
            let step = tokio::select! {
                biased;
                _ = look.tick() => match writer.check().await {
                    Ok(()) => writer.flush().await.map_err(AppendError::from),
                    Err(why) => Err(why),
                },
                piece = body.next() => match piece {
                    None => return End::Whole,
                    Some(Err(_)) => return End::Cut,
                    Some(Ok(piece)) => match writer.arrive(piece) {
                        Ok(()) if writer.waits() >= self.share() => writer.flush().await.map_err(AppendError::from),
                        other => other,
                    },
                },
            };
            if let Err(why) = step {
                return End::Refused(why);
            }
        }
    }

    /// Bytes that one writer collects: less, the more writers there are.
    fn share(&self) -> u64 {
        (COLLECTED / self.writers().max(1)).clamp(SHARE.0, SHARE.1)
    }

    /// Stops whoever writes an upload, waits for him, and answers with the offset, which is then final until a newer
    /// writer comes: what an upload that is to be resumed is asked for.
    pub async fn settle(&self, id: Id<File>, fence: Fence) -> Result<Progress, AppendError> {
        let writer = Writer::take(self.folder(id), fence, false, self.patience()).await?;
        Ok(writer.progress())
    }
}

/// Looked at before anybody is stopped: does a writer that comes with this offset know where the upload is?
fn admit(folder: &Path, fence: Fence, at: u64) -> Result<(), AppendError> {
    fence::admits(&folder.join("fence"), fence)?;
    let durable = Record::open(&folder.join("record"), false)?.offset;
    if durable != at {
        return Err(AppendError::Offset { offset: durable });
    }
    let bytes = Bytefile::open(folder.join("bytes"))?;
    // What lies behind the durable offset while somebody writes is his; a line that has brought nothing may be dead.
    if bytes.metadata()?.len() > at && matches!(bytes.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return Err(AppendError::Busy);
    }
    Ok(())
}
