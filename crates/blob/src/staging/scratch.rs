//! A copy of a body for whoever has to read it as a file: a child process that makes pictures.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::StreamExt;

use super::Staging;
use crate::{Bodies, Body, ReadError, blocking, nonce};

/// A verified copy of a body; it goes when this is dropped. What a killed process leaves goes with the leftovers of uploads.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// The copy.
    pub fn path(&self) -> PathBuf {
        bytes(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn bytes(folder: &Path) -> PathBuf {
    folder.join("bytes")
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The body.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The staging area.
    #[error("the staging area failed: {0}")]
    Io(#[from] io::Error),
}

impl Staging {
    /// Copies a body into the staging area.
    pub async fn copy(&self, bodies: &Bodies, body: &Body) -> Result<Scratch, ScratchError> {
        let folder = self.0.root.join(format!("new-{}", nonce()));
        let scratch = Scratch(folder.clone());
        let file = blocking(move || {
            fs::create_dir(&folder)?;
            File::create_new(bytes(&folder))
        });
        let file = Arc::new(file.await?);
        let mut stream = bodies.read(body, 0..body.len).await?;
        while let Some(piece) = stream.next().await {
            let (piece, file) = (piece?, Arc::clone(&file));
            blocking(move || (&*file).write_all(&piece)).await?;
        }
        Ok(scratch)
    }
}
