//! The mark of a staging area: that it is the same one, and since when.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::StagingError;
use crate::nonce;

const MARK: &str = "fonds-staging";

/// An area as it was opened.
#[derive(Debug, Clone)]
pub(super) struct Area {
    mark: PathBuf,
    said: String,
}

impl Area {
    /// Marks a folder that has no mark yet.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let mark = root.join(MARK);
        if !mark.exists() {
            let new = root.join(format!("{MARK}-{}", nonce()));
            File::create_new(&new)?.write_all(nonce().as_bytes())?;
            let linked = fs::hard_link(&new, &mark);
            fs::remove_file(&new)?;
            match linked {
                // Several processes open it at once: one mark stays.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => super::sync_folder(root)?,
            }
        }
        let said = fs::read_to_string(&mark)?;
        Ok(Self { mark, said })
    }

    /// When it was marked, if it is still the same.
    pub(super) fn since(&self) -> Result<SystemTime, StagingError> {
        match fs::read_to_string(&self.mark) {
            Ok(said) if said == self.said => Ok(fs::metadata(&self.mark)?.modified()?),
            Ok(_) => Err(StagingError::Away),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StagingError::Away),
            Err(error) => Err(StagingError::Io(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_told_from_the_empty_folder_under_its_disk() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("staging");
        fs::create_dir(&root).unwrap();
        let area = Area::open(&root).unwrap();
        let since = area.since().unwrap();
        assert_eq!(Area::open(&root).unwrap().since().unwrap(), since, "opened again it is the same");
        fs::rename(&root, scratch.path().join("elsewhere")).unwrap();
        fs::create_dir(&root).unwrap();
        assert!(matches!(area.since(), Err(StagingError::Away)));
        Area::open(&root).unwrap();
        assert!(matches!(area.since(), Err(StagingError::Away)), "somebody else has marked another one");
    }
}
