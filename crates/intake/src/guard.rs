//! May a file come in? What lies within it, looked at with limits, without the child process.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
    time::Duration,
};

use image::{ImageFormat, ImageReader};

use crate::{
    format::{Format, Kind},
    identify::Identity,
    limits::{Limits, Policy},
    name::FileName,
    reason::{Place, Reason, Warning},
    text::{self, Marks},
};

mod member;
mod ole;
mod package;

/// Why looking stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The file is refused.
    Refused(Reason),
    /// The disk does not give it.
    Io(io::Error),
    /// No child process could be started.
    Child(io::Error),
}

/// Lets a child look into a PDF that lies within; gives what is worth saying of it.
pub(crate) type PdfReader<'l> = &'l (dyn Fn(File) -> Result<BTreeSet<Warning>, Stop> + 'l);

/// What a look goes by.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'l> {
    pub(crate) limits: &'l Limits,
    /// Members of a ZIP are held to it as well.
    pub(crate) policy: &'l Policy,
    /// None: PDFs within are not looked into.
    pub(crate) pdf: Option<PdfReader<'l>>,
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What name and format alone are refused for: nothing is opened.
///
/// # Errors
/// The reason.
pub fn admit(name: &FileName, identity: &Identity, bytes: u64, policy: &Policy) -> Result<(), Reason> {
    if let Some(mark) = name.mark() {
        return Err(Reason::Secret(mark, Place::Name));
    }
    if bytes == 0 {
        return Err(Reason::Empty);
    }
    if bytes > policy.size {
        return Err(Reason::TooLarge(policy.size));
    }
    admit_format(&identity.format, policy)
}

/// # Errors
/// The format is none that is taken.
fn admit_format(format: &Format, policy: &Policy) -> Result<(), Reason> {
    if format.media_type == "application/vnd.ms-office-encrypted" {
        return Err(Reason::Encrypted(format.named()));
    }
    if format.kind == Kind::Active && !policy.active {
        return Err(Reason::Active(format.named()));
    }
    if !policy.allow.contains(&format.media_type) {
        return Err(Reason::NotAllowed(format.named()));
    }
    if format.kind == Kind::Closed {
        return Err(Reason::Closed(format.named()));
    }
    Ok(())
}

/// Looks into a file. A PDF is left to the child ([`crate::child`]).
pub(crate) fn look(path: &Path, identity: &Identity, rules: Rules<'_>) -> Result<BTreeSet<Warning>, Stop> {
    look_file(File::open(path)?, identity, rules)
}

pub(crate) fn look_file<F: Read + Seek>(
    mut file: F,
    identity: &Identity,
    rules: Rules<'_>,
) -> Result<BTreeSet<Warning>, Stop> {
    let bytes = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut look = Look::new(rules, bytes);
    let format = &identity.format;
    match format.kind {
        Kind::Ooxml | Kind::Odf | Kind::Ofd | Kind::Zip => look.package(&mut file, format, 0)?,
        Kind::Ole => look.compound(&mut file, format)?,
        Kind::Image => picture(&mut file, identity, rules.limits)?,
        Kind::Text | Kind::Xml | Kind::Active => look.plain(&mut file)?,
        Kind::Other if is_written(&format.media_type) => {
            look.warnings.insert(Warning::TextUnread);
        }
        Kind::Pdf | Kind::Closed | Kind::Other => {}
    }
    Ok(look.done()?)
}

/// Formats with text that nobody reads here.
fn is_written(media_type: &str) -> bool {
    matches!(media_type, "application/rtf" | "message/rfc822")
}

/// One file, and what has been found in it so far.
pub(crate) struct Look<'l> {
    limits: &'l Limits,
    policy: &'l Policy,
    pdf: Option<PdfReader<'l>>,
    /// How long children have looked into PDFs within.
    pdfs_took: Duration,
    /// Bytes of the whole file.
    bytes: u64,
    members: usize,
    unpacked: u64,
    read: u64,
    marks: Marks,
    pub(crate) warnings: BTreeSet<Warning>,
}

impl<'l> Look<'l> {
    fn new(rules: Rules<'l>, bytes: u64) -> Self {
        let Rules { limits, policy, pdf } = rules;
        Self {
            limits,
            policy,
            pdf,
            pdfs_took: Duration::ZERO,
            bytes,
            members: 0,
            unpacked: 0,
            read: 0,
            marks: Marks::default(),
            warnings: BTreeSet::new(),
        }
    }

    /// A mark ends the look at once.
    fn check(&self) -> Result<(), Reason> {
        self.marks.mark.map_or(Ok(()), |mark| Err(Reason::Secret(mark, Place::Text)))
    }

    fn plain<F: Read + Seek>(&mut self, file: &mut F) -> Result<(), Stop> {
        let mut head = Vec::new();
        file.by_ref().take(64 * 1024).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        let whole = head.len() < 64 * 1024;
        let read = match text::encoding(&head, whole) {
            Some(encoding) => text::read_marks(file, encoding, self.limits.text, &mut self.marks)?,
            None => false,
        };
        self.check()?;
        if !read {
            self.warnings.insert(Warning::TextUnread);
        }
        Ok(())
    }

    fn done(mut self) -> Result<BTreeSet<Warning>, Reason> {
        self.check()?;
        if self.marks.named {
            self.warnings.insert(Warning::GradeNamed);
        }
        Ok(self.warnings)
    }
}

/// Points of a picture, from its header: nothing is decoded here.
fn picture<F: Read + Seek>(file: &mut F, identity: &Identity, limits: &Limits) -> Result<(), Stop> {
    let Some(format) = ImageFormat::from_mime_type(&identity.format.media_type) else { return Ok(()) };
    // Sizes by the header are no decoding: the library's own limits would refuse before we can say why.
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    reader.no_limits();
    match reader.into_dimensions() {
        Ok((width, height)) if u64::from(width) * u64::from(height) > limits.pixels => {
            Err(Reason::Bomb(crate::reason::Bomb::Pixels).into())
        }
        Ok(_) => Ok(()),
        Err(_) => Err(Reason::Damaged(identity.format.named()).into()),
    }
}

#[cfg(test)]
mod tests;
