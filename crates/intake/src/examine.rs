//! The whole way of a file that has arrived: name, format, lists, what lies within, and the scanner.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use domain::Problem;

use crate::{
    child::{Children, NoPicture},
    format::{self, Kind},
    guard::{self, Rules, Stop},
    identify::{Identity, identify},
    limits::{Limits, Policy},
    name::FileName,
    picture::reading::Reading,
    reason::{Bomb, Place, Reason, Warning},
    scan::{Scan, Scanner},
};

/// What a file is, after it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Its name, in NFC.
    pub name: FileName,
    /// What it is.
    pub identity: Identity,
    /// Its length.
    pub bytes: u64,
    /// Pages of a PDF.
    pub pages: Option<usize>,
    /// What is worth saying.
    pub warnings: BTreeSet<Warning>,
}

impl Examined {
    /// Compares what it is with the media type that it was sent as; where the name says the same as the type, that was told already.
    pub fn compare(&mut self, declared: &str) {
        if !self.warnings.iter().any(|warning| matches!(warning, Warning::Extension { .. })) {
            self.warnings.extend(self.identity.declared_otherwise(declared));
        }
    }

    /// The warnings at a field of the input.
    pub fn problems(&self, path: &[&str]) -> Vec<Problem> {
        self.warnings.iter().map(|warning| warning.problem(path)).collect()
    }
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may come in, as far as the guard goes; what the scanner says stands apart: while nobody has looked, it stays
    /// where it is.
    Admitted(Box<Examined>, Scan),
    /// It may not.
    Refused(Reason),
}

/// Why there is no verdict: the machine failed, not the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read from our own disk.
    #[error("the file: {0}")]
    Io(#[from] io::Error),
    /// The child process could not be started.
    #[error("the child process: {0}")]
    Child(io::Error),
}

/// Everything that an examination needs.
#[derive(Debug, Clone)]
pub struct Examiner {
    /// Limits of the guard.
    pub limits: Limits,
    /// Child processes.
    pub children: Children,
    /// The virus scanner.
    pub scanner: Scanner,
}

impl Examiner {
    /// Examines a file on our own disk. What is refused is never sent to the scanner.
    ///
    /// # Errors
    /// Only what is no fault of the file: then there is no verdict, and it is examined again later.
    pub async fn examine(&self, path: &Path, name: &str, policy: &Policy) -> Result<Verdict, Error> {
        let name = match FileName::parse(name) {
            Ok(name) => name,
            Err(fault) => return Ok(Verdict::Refused(Reason::Name(fault))),
        };
        let bytes = tokio::fs::metadata(path).await?.len();
        let looked = self.look(path.to_owned(), name.clone(), bytes, policy.clone()).await;
        let (identity, mut warnings) = match looked {
            Ok(looked) => looked,
            Err(Stop::Refused(reason)) => return Ok(Verdict::Refused(reason)),
            Err(Stop::Io(error)) => return Err(error.into()),
            Err(Stop::Child(error)) => return Err(Error::Child(error)),
        };
        let mut pages = None;
        if identity.format.kind == Kind::Pdf {
            match self.pdf(std::fs::File::open(path)?).await {
                Ok((counted, found)) => {
                    pages = Some(counted);
                    warnings.extend(found);
                }
                Err(Stop::Refused(reason)) => return Ok(Verdict::Refused(reason)),
                Err(Stop::Io(error) | Stop::Child(error)) => return Err(Error::Child(error)),
            }
        }
        warnings.extend(identity.disagreement(&name));
        let scan = self.scanner.scan(tokio::fs::File::open(path).await?, bytes).await;
        Ok(Verdict::Admitted(Box::new(Examined { name, identity, bytes, pages, warnings }), scan))
    }

    async fn look(
        &self,
        path: PathBuf,
        name: FileName,
        bytes: u64,
        policy: Policy,
    ) -> Result<(Identity, BTreeSet<Warning>), Stop> {
        let (examiner, runtime) = (self.clone(), tokio::runtime::Handle::current());
        let looking = tokio::task::spawn_blocking(move || {
            let identity = identify(&path, &name)?;
            guard::admit(&name, &identity, bytes, &policy)?;
            let pdf = |file| runtime.block_on(examiner.pdf(file)).map(|(_, found)| found);
            let rules = Rules { limits: &examiner.limits, policy: &policy, pdf: Some(&pdf) };
            let warnings = guard::look(&path, &identity, rules).inspect_err(|_| {
                tracing::info!(format = identity.format.media_type, "a file is refused after a look into it");
            })?;
            Ok((identity, warnings))
        });
        // A library that panics over a file has not read it.
        looking.await.unwrap_or(Err(Stop::Refused(Reason::Bomb(Bomb::Effort))))
    }

    /// Lets a child look into a PDF; answers the number of pages, and what is worth saying.
    async fn pdf(&self, file: std::fs::File) -> Result<(usize, BTreeSet<Warning>), Stop> {
        let reading = match self.children.read_pdf(file).await {
            Ok(reading) => reading,
            Err(NoPicture::Io(error)) => return Err(Stop::Child(error)),
            Err(NoPicture::Stopped) => Reading::Huge,
            Err(NoPicture::Large) => return Err(Reason::TooLarge(self.limits.child_file).into()),
            Err(NoPicture::Unreadable | NoPicture::NoPage | NoPicture::Format(_)) => Reading::Unreadable,
        };
        let named = || format::of("application/pdf").named();
        match reading {
            Reading::Encrypted => Err(Reason::Encrypted(named()).into()),
            Reading::Unreadable => Err(Reason::Damaged(named()).into()),
            Reading::Huge => Err(Reason::Bomb(Bomb::Effort).into()),
            Reading::Secret(mark) => Err(Reason::Secret(mark, Place::Text).into()),
            Reading::Read { pages, warnings } => Ok((pages, warnings.into_iter().collect())),
        }
    }
}
