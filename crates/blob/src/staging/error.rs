//! What goes wrong with an upload.

use std::io;

use super::Progress;

/// What cannot be done with an upload.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// There is none.
    #[error("no such upload")]
    Absent,
    /// One with this id and another length is there.
    #[error("the upload exists with another length")]
    Exists,
    /// It is not whole.
    #[error("the upload is not whole: {} of {} bytes", .0.offset, .0.length)]
    Unfinished(Progress),
    /// Other than what was recorded as durable.
    #[error("{found} bytes lie where {recorded} are recorded")]
    Short {
        /// Bytes that lie there.
        found: u64,
        /// Bytes that were durable.
        recorded: u64,
    },
    /// The area is not the one that was opened: a disk that is not mounted any more.
    #[error("the staging area is not the one that was opened")]
    Away,
    /// Somebody writes it and does not stop.
    #[error("the upload is being written")]
    Busy,
    /// The disk is full.
    #[error("no space left for uploads")]
    Full,
    /// The disk does not do as told.
    #[error("the staging area failed: {0}")]
    Io(#[source] io::Error),
}

impl StagingError {
    /// Of an upload that was whole: its bytes are not there any more, if this is the area where they were.
    pub const fn is_loss(&self) -> bool {
        matches!(self, Self::Absent | Self::Unfinished(_) | Self::Short { .. })
    }
}

/// Why bytes were not appended, or not all.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// There is no such upload.
    #[error("no such upload")]
    Absent,
    /// The offset is another one.
    #[error("the offset is {offset}")]
    Offset {
        /// Bytes that are durable.
        offset: u64,
    },
    /// A newer writer has come.
    #[error("another writer has taken over")]
    Fenced,
    /// The writer before does not stop.
    #[error("another writer is still at it")]
    Busy,
    /// The bytes are not those of the checksum: none of them counts.
    #[error("the checksum does not fit")]
    Checksum {
        /// Bytes that are durable.
        offset: u64,
    },
    /// More bytes than the upload shall have.
    #[error("more than the {length} bytes that were announced")]
    TooLong {
        /// Bytes that it shall have.
        length: u64,
    },
    /// The stream broke off.
    #[error("the bytes broke off, {offset} are kept")]
    Cut {
        /// Bytes that are durable.
        offset: u64,
    },
    /// The disk is full.
    #[error("no space left for uploads")]
    Full,
    /// The process stops.
    #[error("the server is stopping")]
    Stopped,
    /// The disk does not do as told.
    #[error("the staging area failed: {0}")]
    Io(#[source] io::Error),
}

pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

impl From<io::Error> for StagingError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            _ if is_full(&error) => Self::Full,
            _ => Self::Io(error),
        }
    }
}

impl From<io::Error> for AppendError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            _ if is_full(&error) => Self::Full,
            _ => Self::Io(error),
        }
    }
}
