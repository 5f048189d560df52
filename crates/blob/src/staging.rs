//! Uploads that are not promoted: they grow here, can be resumed, and stay in quarantine until they are promoted or
//! removed.
//!
//! An upload is a folder with three files: `bytes`, `record` (what of them is durable) and `fence` (who may write).
//! `bytes` is locked by the one who writes, in whatever process on this machine.

mod append;
mod area;
mod error;
mod fence;
mod record;
mod scratch;
mod writer;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use domain::id::{Id, noun};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use self::{area::Area, error::is_full, record::Record};
pub use self::{
    error::{AppendError, StagingError},
    fence::Fence,
    scratch::{Scratch, ScratchError},
};
use crate::{blocking, chunks::ChunkList, digest::Digests, hashing, nonce, settings::Settings};

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are durable.
    pub offset: u64,
    /// Bytes that it shall have.
    pub length: u64,
}

impl Progress {
    /// All bytes are there. Nothing can change them any more.
    pub const fn is_whole(self) -> bool {
        self.offset == self.length
    }
}

/// An upload of the staging area, as its housekeeping sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    /// Which.
    pub id: Id<noun::File>,
    /// How far.
    pub progress: Progress,
    /// When bytes last became durable.
    pub changed: SystemTime,
}

/// An upload that is whole, in quarantine. Its bytes cannot change any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    folder: PathBuf,
    len: u64,
}

impl Staged {
    /// Its bytes, for those who identify and scan it: for reading only.
    pub fn path(&self) -> PathBuf {
        self.folder.join("bytes")
    }

    /// Bytes.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// It has no bytes.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The staging area, a folder of a local disk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Staging(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    area: Area,
    patience: Duration,
    tasks: TaskTracker,
    writers: AtomicU64,
    hashing: Semaphore,
}

/// A writer that is counted while it lives.
struct Counted(Staging);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.writers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Staging {
    /// Opens the staging area; the folder is made where it is not there.
    pub fn open(settings: &Settings) -> io::Result<Self> {
        let root = settings.staging_folder();
        fs::create_dir_all(&root)?;
        let area = Area::open(&root)?;
        Ok(Self(Arc::new(Inner {
            root,
            area,
            patience: Duration::from_secs(settings.takeover_seconds),
            tasks: TaskTracker::new(),
            writers: AtomicU64::new(0),
            hashing: Semaphore::new(settings.promotions.max(1)),
        })))
    }

    /// Begins an upload of so many bytes, durably. Doing it again with the same length changes nothing.
    pub async fn create(&self, id: Id<noun::File>, length: u64) -> Result<Progress, StagingError> {
        let (root, folder) = (self.0.root.clone(), self.folder(id));
        let begin = move || {
            let new = root.join(format!("new-{}-{}", id.uuid().simple(), nonce()));
            fs::create_dir(&new)?;
            File::create_new(new.join("bytes"))?;
            fence::create(&new.join("fence"))?;
            Record::create(&new.join("record"), length)?;
            sync_folder(&new)?;
            if let Err(error) = fs::rename(&new, &folder) {
                fs::remove_dir_all(&new)?;
                return Record::open(&folder.join("record"), false).map_err(|_| error);
            }
            sync_folder(&root)?;
            Record::open(&folder.join("record"), false)
        };
        match blocking(begin).await {
            Ok(there) if there.length == length => Ok(Progress { offset: there.offset, length }),
            Ok(_) => Err(StagingError::Exists),
            Err(error) if is_full(&error) => Err(StagingError::Full),
            Err(error) => Err(StagingError::Io(error)),
        }
    }

    /// How far an upload is. While somebody writes it may already be further.
    pub async fn progress(&self, id: Id<noun::File>) -> Result<Progress, StagingError> {
        let folder = self.folder(id);
        blocking(move || read_progress(&folder)).await
    }

    /// An upload that is whole.
    pub async fn whole(&self, id: Id<noun::File>) -> Result<Staged, StagingError> {
        let folder = self.folder(id);
        blocking(move || {
            let progress = read_progress(&folder)?;
            if !progress.is_whole() {
                return Err(StagingError::Unfinished(progress));
            }
            let found = fs::metadata(folder.join("bytes"))?.len();
            if found != progress.length {
                return Err(StagingError::Short { found, recorded: progress.length });
            }
            Ok(Staged { folder, len: found })
        })
        .await
    }

    /// Since when this area is there. An upload that was whole before that may lie in another one.
    pub async fn since(&self) -> Result<SystemTime, StagingError> {
        let area = self.0.area.clone();
        blocking(move || area.since()).await
    }

    /// Digests of a whole upload, of its bytes as they lie there now; the list of its chunks stays beside it.
    pub async fn hash(&self, staged: &Staged) -> Result<Digests, StagingError> {
        let _turn = self.0.hashing.acquire().await.map_err(|_| StagingError::Busy)?;
        let staged = staged.clone();
        blocking(move || {
            let (digests, list) = hashing::hash(&staged.path())?;
            // Not durable: who does not find it makes it again.
            fs::write(staged.folder.join("chunks"), list.encode())?;
            Ok(digests)
        })
        .await
    }

    /// Removes an upload: promoted, expired, refused or given up. Whoever writes it is stopped. Answers whether it was there.
    pub async fn remove(&self, id: Id<noun::File>) -> Result<bool, StagingError> {
        let (root, folder) = (self.0.root.clone(), self.folder(id));
        match writer::Writer::take(folder.clone(), Fence::LAST, false, self.patience()).await {
            Ok(last) => {
                blocking(move || {
                    let gone = root.join(format!("gone-{}", id.uuid().simple()));
                    fs::rename(&folder, &gone)?;
                    sync_folder(&root)?;
                    fs::remove_dir_all(&gone)?;
                    drop(last); // the lock, until here
                    Ok(true)
                })
                .await
            }
            Err(AppendError::Absent) => Ok(false),
            Err(AppendError::Io(error)) => Err(StagingError::Io(error)),
            Err(_) => Err(StagingError::Busy),
        }
    }

    /// All uploads, in no order: for expiry. What an interrupted beginning or removal left before that time is cleared.
    pub async fn list(&self, leftovers_before: SystemTime) -> Result<Vec<Upload>, StagingError> {
        let root = self.0.root.clone();
        blocking(move || {
            let mut uploads = Vec::new();
            for entry in fs::read_dir(&root)? {
                let entry = entry?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                if name.starts_with("new-") || name.starts_with("gone-") {
                    if entry.metadata().and_then(|data| data.modified()).is_ok_and(|at| at < leftovers_before) {
                        fs::remove_dir_all(entry.path())?;
                    }
                } else if let Ok(id) = Uuid::try_parse(name) {
                    let seen = read_progress(&entry.path())
                        .and_then(|progress| Ok((progress, fs::metadata(entry.path().join("record"))?.modified()?)));
                    match seen {
                        Ok((progress, changed)) => uploads.push(Upload { id: Id::of(id), progress, changed }),
                        Err(StagingError::Absent) => {} // removed meanwhile
                        Err(error) => tracing::error!(upload.id = %id, %error, "an upload cannot be read"),
                    }
                }
            }
            Ok(uploads)
        })
        .await
    }

    /// Waits until all writers are done. The streams that they read have to end.
    pub async fn close(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn folder(&self, id: Id<noun::File>) -> PathBuf {
        self.0.root.join(id.uuid().simple().to_string())
    }

    fn patience(&self) -> Duration {
        self.0.patience
    }

    fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    fn writers(&self) -> u64 {
        self.0.writers.load(Ordering::Relaxed)
    }

    fn count_writer(&self) -> Counted {
        self.0.writers.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }
}

fn read_progress(folder: &Path) -> Result<Progress, StagingError> {
    let record = Record::open(&folder.join("record"), false)?;
    Ok(Progress { offset: record.offset, length: record.length })
}

/// The list that `hash` left, if it is the right one; else made again.
pub(crate) fn chunk_list(staged: &Staged, digests: &Digests) -> io::Result<ChunkList> {
    if let Ok(bytes) = fs::read(staged.folder.join("chunks"))
        && let Some(list) = ChunkList::decode(&bytes, digests.chunks)
    {
        return Ok(list);
    }
    let mut tally = hashing::Tally::default();
    hashing::each_chunk(&staged.path(), |chunk| tally.take(chunk))?;
    Ok(tally.done().1)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
