//! ZIP files and the document formats that are ZIP files: every member is read to its end, within limits.

use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    time::{Duration, Instant},
};

use tempfile::{SpooledData, SpooledTempFile};
use zip::{ZipArchive, result::ZipError};

use super::{Look, Stop, member};
use crate::{
    format::{self, Format, Kind},
    identify::{Beginning, HEAD, Opened, beginning, identify_file, member_name, open_package},
    reason::{Bomb, MemberFault, Reason, Warning},
    text,
};

/// Growth below this is never out of proportion.
const SMALL: u64 = 32 << 20;
/// Nested files up to this size are kept in memory, larger ones in a scratch file.
const IN_MEMORY: usize = 4 << 20;
/// Bytes of one XML part that are read for marks.
const PART: u64 = 32 << 20;

impl Look<'_> {
    /// Looks into a ZIP.
    pub(super) fn package<F: Read + Seek>(&mut self, file: F, format: &Format, depth: usize) -> Result<(), Stop> {
        if depth > self.limits.depth {
            return Err(Reason::Bomb(Bomb::Depth).into());
        }
        let mut archive = match open_package(file, self.limits.members)? {
            Opened::Archive(archive) => archive,
            Opened::TooMany => return Err(Reason::Bomb(Bomb::Members).into()),
            Opened::Damaged => return Err(Reason::Damaged(format.named()).into()),
        };
        self.members += archive.len();
        if self.members > self.limits.members {
            return Err(Reason::Bomb(Bomb::Members).into());
        }
        if archive.has_overlapping_files().unwrap_or(true) {
            return Err(Reason::Bomb(Bomb::Forged).into());
        }
        if format.kind == Kind::Ofd && archive.index_for_name("Encryptions.xml").is_some() {
            return Err(Reason::Encrypted(format.named()).into());
        }
        for at in 0..archive.len() {
            self.member(&mut archive, at, format, depth)?;
        }
        Ok(())
    }

    fn member<F: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<F>,
        at: usize,
        format: &Format,
        depth: usize,
    ) -> Result<(), Stop> {
        let damaged = || Reason::Damaged(format.named());
        let entry = archive.by_index_raw(at).map_err(|_| damaged())?;
        let name = member_name(&entry);
        member::check(&name)?;
        if entry.is_symlink() {
            return Err(Reason::Member(MemberFault::Path).into());
        }
        if entry.encrypted() {
            return Err(Reason::Encrypted(format.named()).into());
        }
        let declared = entry.size();
        self.grows(declared, 0)?;
        drop(entry);
        if name.ends_with('/') {
            return Ok(());
        }
        let in_zip = format.kind == Kind::Zip;
        if in_zip {
            member::no_program(&name).map_err(|reason| reason.within(&name))?;
        }
        let part = Part::of(&name, format.kind);
        if part == Part::Macros {
            self.warnings.insert(Warning::Macros);
        }
        if format.kind == Kind::Odf && name == "META-INF/manifest.xml" {
            manifest(archive, at, format)?;
        }
        let mut entry = archive.by_index(at).map_err(|error| match error {
            ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
                Reason::Closed(format.named())
            }
            _ => damaged(),
        })?;
        let (mut kept, read) = self.unpack(&mut entry, declared, part, format)?;
        drop(entry);
        kept.seek(SeekFrom::Start(0))?;
        match part {
            Part::Xml => self.xml(kept, format.kind)?,
            Part::Document => match self.within(kept, read, &name, in_zip, depth) {
                Err(Stop::Refused(reason)) if in_zip => return Err(reason.within(&name).into()),
                looked => looked?,
            },
            Part::Macros | Part::Rest => {}
        }
        Ok(self.check()?)
    }

    /// Reads a member to its end, counting, and gives its length; keeps what is going to be looked into, and of the rest no more than
    /// what tells its format, which fits into memory: film and pictures are not written to the scratch space.
    fn unpack(
        &mut self,
        entry: &mut impl Read,
        declared: u64,
        part: Part,
        format: &Format,
    ) -> Result<(SpooledTempFile, u64), Stop> {
        let mut kept = SpooledTempFile::new(IN_MEMORY);
        let (mut head, mut most) = (Vec::new(), None);
        let mut block = vec![0; 64 * 1024];
        let mut read = 0_u64;
        loop {
            let length = match entry.read(&mut block) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Reason::Damaged(format.named()).into()),
            };
            read += length as u64;
            if read > declared {
                return Err(Reason::Bomb(Bomb::Forged).into());
            }
            self.grows(0, length as u64)?;
            let keeps = match part {
                Part::Xml => read <= PART,
                Part::Document if read <= IN_MEMORY as u64 => {
                    let room = usize::try_from(HEAD).unwrap_or_default().saturating_sub(head.len());
                    head.extend_from_slice(&block[..length.min(room)]);
                    true
                }
                Part::Document => read <= *most.get_or_insert_with(|| self.looked_into(&head)),
                Part::Macros | Part::Rest => false,
            };
            if keeps {
                kept.write_all(&block[..length])?;
            }
        }
        let cut = part == Part::Document && most.is_some_and(|most| read > most) && beginning(&head) == Beginning::Text;
        if part == Part::Xml && read > PART || cut {
            self.warnings.insert(Warning::TextUnread);
        }
        Ok((kept, read))
    }

    /// Does a member of these bytes reach the scratch space?
    #[cfg(test)]
    pub(super) fn spools(&mut self, bytes: &[u8], format: &Format) -> bool {
        let (kept, read) = self.unpack(&mut &bytes[..], bytes.len() as u64, Part::Document, format).unwrap();
        assert_eq!(read, bytes.len() as u64, "it is read to its end all the same");
        kept.is_rolled()
    }

    /// How much of a file within is looked into, by its beginning.
    fn looked_into(&self, head: &[u8]) -> u64 {
        match beginning(head) {
            Beginning::Archive => u64::MAX,
            Beginning::Pdf if self.pdf.is_some() => self.limits.child_file,
            Beginning::Text => self.limits.text,
            Beginning::Pdf | Beginning::Other => 0,
        }
    }

    /// Counts what is unpacked, and what is said to come.
    fn grows(&mut self, coming: u64, read: u64) -> Result<(), Reason> {
        self.unpacked = self.unpacked.saturating_add(read);
        let all = self.unpacked.saturating_add(coming);
        let most = self.bytes.saturating_add(self.limits.growth).min(self.bytes.saturating_mul(self.limits.ratio));
        if all > SMALL.max(most) { Err(Reason::Bomb(Bomb::Growth)) } else { Ok(()) }
    }

    fn xml(&mut self, mut kept: SpooledTempFile, kind: Kind) -> Result<(), Stop> {
        let mut bytes = Vec::new();
        kept.read_to_end(&mut bytes)?;
        let room = usize::try_from(self.limits.text.saturating_sub(self.read)).unwrap_or(usize::MAX);
        let mut written = String::new();
        if !text::xml::text(&text::decode(&bytes), room, &mut written) {
            self.warnings.insert(Warning::TextUnread);
        }
        self.read += written.len() as u64;
        self.marks.read(&written);
        if kind == Kind::Ofd {
            // Some programs write every letter of a page as an object of its own.
            self.marks.read(&written.replace('\n', ""));
        }
        Ok(())
    }

    /// A file within a file. In a ZIP it has to be one that could come in by itself.
    fn within(
        &mut self,
        mut kept: SpooledTempFile,
        read: u64,
        path: &str,
        in_zip: bool,
        depth: usize,
    ) -> Result<(), Stop> {
        let Some(name) = member::name(path) else { return Ok(()) };
        let found = identify_file(&mut kept, &name)?.format;
        kept.seek(SeekFrom::Start(0))?;
        if in_zip && read > 0 {
            member::admit(path, &found, self.policy)?;
        }
        match found.kind {
            Kind::Ooxml | Kind::Odf | Kind::Ofd | Kind::Zip => self.package(&mut kept, &found, depth + 1)?,
            Kind::Ole if found.media_type == "application/vnd.ms-office-encrypted" => {
                return Err(Reason::Encrypted(found.named()).into());
            }
            Kind::Ole => self.compound(&mut kept, &found)?,
            Kind::Text | Kind::Xml => self.plain(&mut kept)?,
            Kind::Active => {
                self.warnings.insert(Warning::Script);
                self.plain(&mut kept)?;
            }
            Kind::Pdf => self.pdf_within(kept, read)?,
            Kind::Closed => {
                self.warnings.insert(Warning::Within);
            }
            Kind::Other if format::all().iter().all(|known| known.media_type != found.media_type) => {
                self.warnings.insert(Warning::Within);
            }
            Kind::Image | Kind::Other => {}
        }
        Ok(())
    }
}

impl Look<'_> {
    /// A PDF within: as long as they have not taken longer in all than one may by itself, a child looks into each.
    fn pdf_within(&mut self, mut kept: SpooledTempFile, read: u64) -> Result<(), Stop> {
        let Some(reader) = self.pdf.filter(|_| self.pdfs_took < Duration::from_secs(self.limits.child_seconds)) else {
            self.warnings.insert(Warning::Within);
            return Ok(());
        };
        if read > self.limits.child_file {
            return Err(Reason::TooLarge(self.limits.child_file).into());
        }
        kept.roll()?;
        let SpooledData::OnDisk(mut file) = kept.into_inner() else { return Ok(()) };
        file.seek(SeekFrom::Start(0))?;
        let begun = Instant::now();
        let found = reader(file);
        self.pdfs_took += begun.elapsed();
        self.warnings.extend(found?);
        Ok(())
    }
}

/// An encrypted member of an ODF file is named so in the manifest (ISO/IEC 26300-3, 3.4).
fn manifest<F: Read + Seek>(archive: &mut ZipArchive<F>, at: usize, format: &Format) -> Result<(), Reason> {
    let damaged = || Reason::Damaged(format.named());
    let mut bytes = Vec::new();
    archive.by_index(at).map_err(|_| damaged())?.take(PART).read_to_end(&mut bytes).map_err(|_| damaged())?;
    if text::decode(&bytes).contains("encryption-data") { Err(Reason::Encrypted(format.named())) } else { Ok(()) }
}

/// What a member is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Text of the document.
    Xml,
    /// A file of its own.
    Document,
    /// VBA.
    Macros,
    /// Counted alone.
    Rest,
}

impl Part {
    fn of(name: &str, package: Kind) -> Self {
        let lower = name.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
        if package == Kind::Zip {
            return Self::Document;
        }
        if ends(&["vbaproject.bin"]) || lower.starts_with("basic/") && ends(&[".xml"]) || lower.starts_with("scripts/")
        {
            return Self::Macros;
        }
        if ends(&[".xml"]) {
            return Self::Xml;
        }
        // Pictures, fonts and sound of a document are its own; anything else in it may be another document.
        let own = [
            ".rels", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bmp", ".tif", ".tiff", ".ttf", ".otf",
            ".odttf", ".fntdata", ".jb2", ".jp2", ".mp3", ".mp4", ".wav", ".vml", ".rdf", ".dat", ".esl", "mimetype",
            ".svm",
        ];
        if ends(&own) { Self::Rest } else { Self::Document }
    }
}
