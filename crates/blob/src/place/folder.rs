//! A folder as a place: temporary file, its bytes to the disk, rename, the folder's names to the disk.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::{blocking, incident::Fault, nonce, staging::sync_folder};

/// Says that the folder is this place, and not the empty folder under a disk that is not mounted.
const MARK: &str = "fonds-bodies";

#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: Arc<Path>,
}

impl Folder {
    /// An empty folder becomes a place; one with something in it has to be one.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let root = path.canonicalize()?;
        if !root.join(MARK).is_file() {
            if fs::read_dir(&root)?.next().is_some() {
                let why =
                    format!("it is not empty and has no file `{MARK}`: it is another folder than bodies were put to");
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
            }
            File::create_new(root.join(MARK))?
                .write_all(b"Bodies of Fonds lie here. Without this file they are not read.\n")?;
        }
        fs::create_dir_all(root.join("tmp"))?;
        sync_folder(&root)?;
        Ok(Self { root: root.into() })
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.root == other.root
    }

    pub(super) fn read(&self, key: &str, range: &Range<u64>, len: u64) -> Result<Bytes, Fault> {
        let file = File::open(self.root.join(key)).map_err(|error| self.fault(&error))?;
        let found = file.metadata().map_err(|error| self.fault(&error))?.len();
        if found != len {
            return Err(Fault::Length(found));
        }
        let size = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut bytes = vec![0; size];
        file.read_exact_at(&mut bytes, range.start).map_err(|error| self.fault(&error))?;
        Ok(bytes.into())
    }

    #[cfg(target_os = "linux")]
    pub(super) fn forget(&self, key: &str) {
        if let Ok(file) = File::open(self.root.join(key)) {
            // Only advice: where it is not taken, memory is looked at instead of the disk.
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn forget(&self, _key: &str) {}

    pub(super) fn write(&self, key: &str) -> Result<FolderWriter, Fault> {
        let temporary = self.temporary();
        let opened = OpenOptions::new().write(true).create_new(true).open(&temporary.0);
        let file = opened.map_err(|error| away(&error))?;
        Ok(FolderWriter {
            folder: self.clone(),
            target: self.root.join(key),
            temporary,
            file: Arc::new(file),
            linked: false,
            waits: 0,
        })
    }

    pub(super) fn link(&self, key: &str, from: &Path) -> Option<FolderWriter> {
        let temporary = self.temporary();
        fs::hard_link(from, &temporary.0).ok()?;
        let file = Arc::new(File::open(&temporary.0).ok()?);
        Some(FolderWriter {
            folder: self.clone(),
            target: self.root.join(key),
            temporary,
            file,
            linked: true,
            waits: 0,
        })
    }

    pub(super) fn clear(&self, before: SystemTime) -> io::Result<u64> {
        let mut cleared = 0;
        for entry in fs::read_dir(self.root.join("tmp"))? {
            let entry = entry?;
            // By the change of the inode: a link to an upload that has waited long is as old as its bytes otherwise.
            let changed = |data: fs::Metadata| {
                let since = Duration::new(u64::try_from(data.ctime()).ok()?, u32::try_from(data.ctime_nsec()).ok()?);
                SystemTime::UNIX_EPOCH.checked_add(since)
            };
            match entry.metadata().map(changed) {
                Ok(Some(at)) if at < before => match fs::remove_file(entry.path()) {
                    Ok(()) => cleared += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {} // it came to its end meanwhile
                    Err(error) => return Err(error),
                },
                _ => {}
            }
        }
        Ok(cleared)
    }

    fn temporary(&self) -> Temporary {
        Temporary(self.root.join("tmp").join(nonce()))
    }

    /// What an error of something that should be there says. A place that is gone says nothing about its bodies.
    fn fault(&self, error: &io::Error) -> Fault {
        match error.kind() {
            _ if !self.root.join(MARK).is_file() => {
                Fault::Away("the folder is not the one that bodies were put to".into())
            }
            io::ErrorKind::NotFound => Fault::Missing,
            io::ErrorKind::PermissionDenied => away(error),
            _ => Fault::Unreadable(error.to_string()),
        }
    }

    /// The folders above a file, made and durable.
    fn make_way(&self, target: &Path) -> io::Result<()> {
        if !self.root.join(MARK).is_file() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the folder is not the one that bodies were put to"));
        }
        let folder = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        // Also where they were there: whoever made them may have died before this.
        for above in folder.ancestors().skip(1) {
            sync_folder(above)?;
            if above == &*self.root {
                break;
            }
        }
        Ok(())
    }
}

fn away(error: &io::Error) -> Fault {
    Fault::Away(error.to_string())
}

/// Bytes after which what was written goes to the disk: so that it does not all wait for the end.
const BATCH: u64 = 64 << 20;

/// A file that is removed unless it has been renamed.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[derive(Debug)]
pub(crate) struct FolderWriter {
    folder: Folder,
    target: PathBuf,
    temporary: Temporary,
    file: Arc<File>,
    linked: bool,
    /// Bytes that were written since.
    waits: u64,
}

impl FolderWriter {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), Fault> {
        if self.linked {
            return Ok(());
        }
        self.waits += bytes.len() as u64;
        let due = self.waits >= BATCH;
        if due {
            self.waits = 0;
        }
        let file = Arc::clone(&self.file);
        let write = move || {
            (&*file).write_all(&bytes)?;
            if due { file.sync_data() } else { Ok(()) }
        };
        blocking(write).await.map_err(|error| away(&error))
    }

    pub(super) fn finish(self) -> Result<(), Fault> {
        self.settle().map_err(|error| away(&error))
    }

    fn settle(&self) -> io::Result<()> {
        self.file.set_permissions(Permissions::from_mode(0o440))?;
        self.file.sync_all()?;
        self.folder.make_way(&self.target)?;
        fs::rename(&self.temporary.0, &self.target)?;
        sync_folder(self.target.parent().unwrap_or(&self.folder.root))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Folder, key: &str, bytes: &[u8]) {
        let writer = folder.write(key).unwrap();
        (&*writer.file).write_all(bytes).unwrap();
        writer.finish().unwrap();
    }

    #[test]
    fn nothing_is_there_before_it_is_finished() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::open(&scratch.path().join("main")).unwrap();
        let writer = folder.write("1/ab/abcd").unwrap();
        (&*writer.file).write_all(b"body").unwrap();
        assert_eq!(folder.read("1/ab/abcd", &(0..4), 4), Err(Fault::Missing));
        writer.finish().unwrap();
        assert_eq!(folder.read("1/ab/abcd", &(1..3), 4).unwrap(), "od");
        assert_eq!(folder.read("1/ab/abcd", &(1..3), 5), Err(Fault::Length(4)));
        drop(folder.write("1/ab/other").unwrap());
        assert_eq!(
            fs::read_dir(scratch.path().join("main/tmp")).unwrap().count(),
            0,
            "what is given up leaves nothing"
        );
    }

    #[test]
    fn a_disk_that_is_not_mounted_is_away_and_not_empty() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("main");
        let folder = Folder::open(&path).unwrap();
        put(&folder, "1/ab/abcd", b"body");
        fs::rename(&path, scratch.path().join("elsewhere")).unwrap();
        fs::create_dir_all(path.join("tmp")).unwrap();
        assert!(matches!(folder.read("1/ab/abcd", &(0..4), 4), Err(Fault::Away(_))));
        let writer = folder.write("1/ab/abcd").unwrap();
        assert!(matches!(writer.finish(), Err(Fault::Away(_))), "nothing is written under the mount point");
    }

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("thesis.txt"), "other things").unwrap();
        assert!(Folder::open(scratch.path()).is_err());
    }

    #[test]
    fn leftovers_are_cleared_by_their_age() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::open(&scratch.path().join("main")).unwrap();
        fs::write(scratch.path().join("main/tmp/left"), "over").unwrap();
        assert_eq!(folder.clear(SystemTime::UNIX_EPOCH).unwrap(), 0);
        let written = fs::metadata(scratch.path().join("main/tmp/left")).unwrap().modified().unwrap();
        // Old bytes under a new name are being promoted.
        File::open(scratch.path().join("main/tmp/left")).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(folder.clear(written - Duration::from_mins(1)).unwrap(), 0);
        assert_eq!(folder.clear(written + Duration::from_mins(1)).unwrap(), 1);
    }
}
