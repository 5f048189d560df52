//! A place that holds bodies: a folder or a bucket. Both answer in the same words.

mod bucket;
mod folder;

use std::{
    io,
    ops::Range,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;

use self::{
    bucket::{Bucket, BucketWriter},
    folder::{Folder, FolderWriter},
};
use crate::{
    blocking,
    incident::Fault,
    settings::{PlaceSettings, SettingsError},
};

/// How long a place that did not answer is asked last.
const REST: Duration = Duration::from_secs(10);

/// A place.
#[derive(Debug)]
pub(crate) struct Place {
    /// `main` or `copy`.
    pub(crate) name: &'static str,
    kind: Kind,
    /// It did not answer, and is asked last until then.
    rests_until: Mutex<Option<Instant>>,
}

#[derive(Debug)]
enum Kind {
    Folder(Folder),
    Bucket(Bucket),
}

/// A place cannot be used as it was set up.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The settings contradict themselves.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The folder cannot be made or used.
    #[error("blobs: the folder of the place `{place}` cannot be used: {source}")]
    Folder {
        /// Name of the place.
        place: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The bucket cannot be addressed.
    #[error("blobs: the bucket of the place `{place}` cannot be used: {source}")]
    Bucket {
        /// Name of the place.
        place: &'static str,
        /// Why.
        source: object_store::Error,
    },
    /// Two copies in one place are one copy.
    #[error("blobs: `main` and `copy` are the same place")]
    Same,
}

impl Place {
    pub(crate) fn open(name: &'static str, settings: &PlaceSettings) -> Result<Self, OpenError> {
        let kind = match settings {
            PlaceSettings::Folder { path } => {
                Kind::Folder(Folder::open(path).map_err(|source| OpenError::Folder { place: name, source })?)
            }
            PlaceSettings::S3(s3) => {
                let secret = s3.secret()?;
                let opened = Bucket::open(s3, &secret);
                Kind::Bucket(opened.map_err(|source| OpenError::Bucket { place: name, source })?)
            }
        };
        Ok(Self { name, kind, rests_until: Mutex::new(None) })
    }

    /// It did not answer: others are asked first for a while. Answers whether this is news.
    pub(crate) fn rest(&self) -> bool {
        let mut until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        let news = until.is_none_or(|until| until < Instant::now());
        *until = Some(Instant::now() + REST);
        news
    }

    pub(crate) fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| until > Instant::now())
    }

    /// Both are the same place, by other names perhaps.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Folder(one), Kind::Folder(other)) => one.is(other),
            (Kind::Bucket(one), Kind::Bucket(other)) => one.is(other),
            (Kind::Folder(_), Kind::Bucket(_)) | (Kind::Bucket(_), Kind::Folder(_)) => false,
        }
    }

    /// Chunks that are best asked for at once.
    pub(crate) const fn window(&self) -> u64 {
        match self.kind {
            Kind::Folder(_) => 1,
            Kind::Bucket(_) => 4,
        }
    }

    /// A part of something that has to be so many bytes long. Nothing says yet that these are the right bytes.
    pub(crate) async fn read(&self, key: &str, range: Range<u64>, len: u64) -> Result<Bytes, Fault> {
        match &self.kind {
            Kind::Folder(folder) => {
                let (folder, key) = (folder.clone(), key.to_owned());
                blocking(move || folder.read(&key, &range, len)).await
            }
            Kind::Bucket(bucket) => bucket.read(key, range, len).await,
        }
    }

    /// What is read next of this comes from the disk, not from memory.
    pub(crate) async fn forget(&self, key: &str) {
        if let Kind::Folder(folder) = &self.kind {
            let (folder, key) = (folder.clone(), key.to_owned());
            blocking(move || folder.forget(&key)).await;
        }
    }

    /// Begins to write something, in one piece for whoever reads: nothing of it is there before `finish`.
    pub(crate) async fn write(&self, key: &str, len: u64) -> Result<PlaceWriter, Fault> {
        match &self.kind {
            Kind::Folder(folder) => {
                let (folder, key) = (folder.clone(), key.to_owned());
                Ok(PlaceWriter::Folder(blocking(move || folder.write(&key)).await?))
            }
            Kind::Bucket(bucket) => Ok(PlaceWriter::Bucket(bucket.write(key, len).await?)),
        }
    }

    /// The same from a file that never changes any more, without copying it; nothing where that is not possible.
    pub(crate) async fn link(&self, key: &str, file: &Path) -> Option<PlaceWriter> {
        match &self.kind {
            Kind::Folder(folder) => {
                let (folder, key, file) = (folder.clone(), key.to_owned(), file.to_owned());
                blocking(move || folder.link(&key, &file)).await.map(PlaceWriter::Folder)
            }
            Kind::Bucket(_) => None,
        }
    }

    /// Clears what interrupted writes left before that time. Buckets clear theirs by a rule of their own.
    pub(crate) async fn clear(&self, before: std::time::SystemTime) -> io::Result<u64> {
        match &self.kind {
            Kind::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || folder.clear(before)).await
            }
            Kind::Bucket(_) => Ok(0),
        }
    }
}

/// Something that is being written to a place.
#[derive(Debug)]
pub(crate) enum PlaceWriter {
    Folder(FolderWriter),
    Bucket(BucketWriter),
}

impl PlaceWriter {
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), Fault> {
        match self {
            Self::Folder(writer) => writer.write(bytes).await,
            Self::Bucket(writer) => writer.write(bytes).await,
        }
    }

    /// Puts it in its place, durably.
    pub(crate) async fn finish(self) -> Result<(), Fault> {
        match self {
            Self::Folder(writer) => blocking(move || writer.finish()).await,
            Self::Bucket(writer) => writer.finish().await,
        }
    }

    /// Gives it up.
    pub(crate) async fn abort(self) {
        match self {
            Self::Folder(writer) => drop(writer),
            Self::Bucket(writer) => writer.abort().await,
        }
    }
}
