//! Who may write an upload: whoever brought the highest number.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use super::AppendError;

/// The number of a writer of an upload, higher for each one that comes (`UPDATE … SET fence = fence + 1 RETURNING`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u64);

impl Fence {
    /// No writer comes after it.
    pub(super) const LAST: Self = Self(u64::MAX);
}

/// Makes the file of an upload that nobody has written yet.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all_at(&0u64.to_be_bytes(), 0)
}

/// Announces a writer: those with a lower number stop. One that comes after a higher number is refused.
///
/// It is not made durable: after a crash of the machine there is no earlier writer left to be stopped.
pub(super) fn raise(path: &Path, fence: Fence) -> Result<(), AppendError> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    file.lock()?; // for these two lines, against other processes too; let go when the file is closed
    let newest = read(&file)?;
    if fence < newest {
        return Err(AppendError::Fenced);
    }
    file.write_all_at(&fence.0.to_be_bytes(), 0)?;
    Ok(())
}

/// Whether nobody newer has come.
pub(super) fn admits(path: &Path, fence: Fence) -> Result<(), AppendError> {
    let file = File::open(path)?;
    file.lock_shared()?;
    if read(&file)? <= fence { Ok(()) } else { Err(AppendError::Fenced) }
}

/// Whether this writer is still the newest.
pub(super) fn holds(path: &Path, fence: Fence) -> Result<(), AppendError> {
    let file = File::open(path)?;
    file.lock_shared()?;
    if read(&file)? == fence { Ok(()) } else { Err(AppendError::Fenced) }
}

fn read(file: &File) -> io::Result<Fence> {
    let mut number = [0; 8];
    file.read_exact_at(&mut number, 0)?;
    Ok(Fence(u64::from_be_bytes(number)))
}
