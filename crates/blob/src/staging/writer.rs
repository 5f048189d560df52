//! One writer of an upload: collects what arrives, writes it behind the durable offset, makes it durable in batches.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{task::JoinHandle, time::Instant};

use super::{AppendError, Fence, Progress, fence, record::Record};
use crate::{blocking, checksum::Summing};

/// Bytes after which what was written is made durable while more arrives.
const BATCH: u64 = 64 << 20;
/// … or this time after the last time, for slow lines.
const PAUSE: Duration = Duration::from_secs(5);
/// Smaller pieces are copied: each holds the whole buffer that it was read into, of which a slow line fills little.
const SMALL: usize = 32 << 10;

/// The one writer of an upload. It holds the lock of the file until its last write is over, even when it is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    folder: PathBuf,
    fence: Fence,
    file: Arc<File>,
    /// Away while it is being advanced.
    record: Option<Record>,
    length: u64,
    durable: u64,
    /// Bytes that wait to be written, and how many.
    waiting: Vec<Bytes>,
    waits: u64,
    /// Up to where it is written when the write on the way is over, and up to where without it.
    written: u64,
    sound: u64,
    writing: Option<JoinHandle<(io::Result<()>, Option<Summing>)>>,
    syncing: Option<JoinHandle<(io::Result<()>, Record)>>,
    synced_at: Instant,
    sum: Option<Summing>,
    summed: bool,
}

impl Writer {
    /// Stops the writer before this one, waits for it, and takes its place; for writing, or only to stand there.
    pub(super) async fn take(
        folder: PathBuf,
        fence: Fence,
        writes: bool,
        patience: Duration,
    ) -> Result<Self, AppendError> {
        let path = folder.clone();
        let file = blocking(move || {
            fence::raise(&path.join("fence"), fence)?;
            Ok::<_, AppendError>(OpenOptions::new().read(true).write(writes).open(path.join("bytes"))?)
        })
        .await?;
        let until = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(TryLockError::WouldBlock) => return Err(AppendError::Busy),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        let path = folder.clone();
        let record = blocking(move || {
            // Somebody newer, or the removal of the upload, may have come meanwhile.
            fence::holds(&path.join("fence"), fence)?;
            Ok::<_, AppendError>(Record::open(&path.join("record"), true)?)
        })
        .await?;
        Ok(Self {
            folder,
            fence,
            file: Arc::new(file),
            length: record.length,
            durable: record.offset,
            written: record.offset,
            sound: record.offset,
            record: Some(record),
            waiting: Vec::new(),
            waits: 0,
            writing: None,
            syncing: None,
            synced_at: Instant::now(),
            summed: false,
            sum: None,
        })
    }

    /// With a checksum nothing counts before all of it is there.
    pub(super) fn expect(&mut self, sum: Summing) {
        self.sum = Some(sum);
        self.summed = true;
    }

    pub(super) const fn progress(&self) -> Progress {
        Progress { offset: self.durable, length: self.length }
    }

    /// Bytes that wait to be written.
    pub(super) const fn waits(&self) -> u64 {
        self.waits
    }

    /// Takes the next bytes.
    pub(super) fn arrive(&mut self, piece: Bytes) -> Result<(), AppendError> {
        let len = piece.len() as u64;
        if len > self.length - self.written - self.waits {
            return Err(AppendError::TooLong { length: self.length });
        }
        if len > 0 {
            self.waits += len;
            self.waiting.push(if piece.len() < SMALL { Bytes::copy_from_slice(&piece) } else { piece });
        }
        Ok(())
    }

    /// Whether it may go on.
    pub(super) async fn check(&self) -> Result<(), AppendError> {
        let (path, fence) = (self.folder.join("fence"), self.fence);
        blocking(move || fence::holds(&path, fence)).await
    }

    /// Begins to write what waits, after what is being written; begins to make it durable when it is time.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.settle_write().await?;
        let due = self.written - self.durable >= BATCH || self.synced_at.elapsed() >= PAUSE;
        if due && self.written > self.durable && !self.summed {
            if self.syncing.as_ref().is_some_and(JoinHandle::is_finished) {
                self.settle_sync().await?;
            }
            self.begin_sync();
        }
        if self.waits > 0 {
            self.sound = self.written;
            let (file, pieces, at) = (Arc::clone(&self.file), std::mem::take(&mut self.waiting), self.written);
            let mut sum = self.sum.take();
            self.written += std::mem::take(&mut self.waits);
            self.writing = Some(tokio::task::spawn_blocking(move || {
                let mut at = at;
                for piece in pieces {
                    if let Some(sum) = &mut sum {
                        sum.update(&piece);
                    }
                    if let Err(error) = file.write_all_at(&piece, at) {
                        return (Err(error), sum);
                    }
                    at += piece.len() as u64;
                }
                (Ok(()), sum)
            }));
        }
        Ok(())
    }

    /// Writes what waits and makes all of it durable; with a checksum, if it fits.
    pub(super) async fn finish(mut self) -> Result<Progress, AppendError> {
        self.flush().await?;
        self.settle_write().await?;
        self.settle_sync().await?;
        if self.sum.take().is_some_and(|sum| !sum.fits()) {
            return Err(AppendError::Checksum { offset: self.durable });
        }
        self.commit().await?;
        Ok(self.progress())
    }

    /// Keeps what arrived although more should have come; with a checksum nothing, because nothing could be checked.
    pub(super) async fn keep(mut self) -> io::Result<Progress> {
        if self.summed {
            self.settle_write().await?;
        } else {
            self.flush().await?;
            self.settle_write().await?;
            self.settle_sync().await?;
            self.commit().await?;
        }
        Ok(self.progress())
    }

    /// Keeps nothing but what is durable already.
    pub(super) async fn leave(mut self) -> Progress {
        // What these say does not matter any more: what they wrote does not count.
        let _ = self.settle_write().await;
        let _ = self.settle_sync().await;
        self.progress()
    }

    async fn commit(&mut self) -> io::Result<()> {
        if self.written > self.durable {
            self.begin_sync();
            self.settle_sync().await?;
        }
        Ok(())
    }

    fn begin_sync(&mut self) {
        let (None, Some(mut record)) = (&self.syncing, self.record.take()) else { return };
        let (file, offset) = (Arc::clone(&self.file), self.written);
        self.synced_at = Instant::now();
        self.syncing = Some(tokio::task::spawn_blocking(move || {
            let done = file.sync_data().and_then(|()| record.advance(offset));
            (done, record)
        }));
    }

    async fn settle_sync(&mut self) -> io::Result<()> {
        if let Some(syncing) = self.syncing.take() {
            let (done, record) = syncing.await.map_err(io::Error::other)?;
            self.durable = record.offset;
            if let Err(error) = done {
                // The system forgets which bytes it could not write: a second try would tell a lie. Without its
                // record this writer makes nothing durable any more.
                self.forget(self.durable);
                return Err(error);
            }
            self.record = Some(record);
        }
        Ok(())
    }

    async fn settle_write(&mut self) -> io::Result<()> {
        if let Some(writing) = self.writing.take() {
            let (done, sum) = writing.await.map_err(io::Error::other)?;
            self.sum = sum;
            if done.is_err() {
                self.forget(self.sound);
            }
            done?;
        }
        Ok(())
    }
    /// Nothing behind that offset counts, and what waits has no place there.
    fn forget(&mut self, offset: u64) {
        self.written = offset;
        self.waiting.clear();
        self.waits = 0;
    }
}
