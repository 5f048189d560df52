//! What a file is, by its content. What its name says is compared, and never believed.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use file_format::FileFormat;

use crate::{
    format::{self, Format, Kind},
    name::FileName,
    reason::Warning,
    text,
};

mod ole;
mod package;
mod pdf;
mod version;

pub(crate) use self::package::{Opened, member_name, open as open_package};

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its format.
    pub format: Format,
    /// Version of the format, in the words of PRONOM, where one is told.
    pub version: Option<String>,
    /// PRONOM identifier; `None` where the format or its version has none that we know.
    pub puid: Option<String>,
}

impl Identity {
    fn new(media_type: &str, version: Option<&str>) -> Self {
        let format = format::of(media_type);
        let puid = format.puid(version).map(str::to_owned);
        Self { version: version.map(str::to_owned), puid, format }
    }

    /// The warning of a name that says something else.
    pub fn disagreement(&self, name: &FileName) -> Option<Warning> {
        let extension = name.extension()?;
        let format = &self.format;
        (!format.agrees(&extension)).then(|| Warning::Extension {
            extension,
            zh: format.zh.clone(),
            en: format.en.clone(),
        })
    }
}

impl Identity {
    /// The warning of a media type that was declared and says something else. Types that are not in the table say nothing, nor do
    /// those by which programs call the same file: letters are letters, a table in letters is opened by the program of tables, and one
    /// container holds sound or film.
    pub(crate) fn declared_otherwise(&self, declared: &str) -> Option<Warning> {
        let (found, declared) = (&self.format, declared.split(';').next()?.trim().to_ascii_lowercase());
        let declared = format::of(&declared);
        let known = format::all().iter().any(|format| format.media_type == declared.media_type);
        let written = [&declared, found].iter().all(|format| matches!(format.kind, Kind::Text | Kind::Xml));
        let table = declared.media_type == "application/vnd.ms-excel" && found.media_type == "text/csv";
        let shared = declared.extensions.iter().any(|extension| found.extensions.contains(extension));
        let same = declared.media_type == found.media_type || written || table || shared;
        (known && !same).then(|| Warning::Declared {
            declared_zh: declared.zh,
            declared_en: declared.en,
            zh: found.zh.clone(),
            en: found.en.clone(),
        })
    }
}

/// Bytes that the first look takes.
pub(crate) const HEAD: u64 = 64 * 1024;

/// What the beginning of a file tells of how much of it is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// A ZIP or a compound file: its directory may stand anywhere.
    Archive,
    /// A PDF.
    Pdf,
    /// Letters.
    Text,
    /// Pictures, sound, film: identified by it, and not looked into.
    Other,
}

pub(crate) fn beginning(head: &[u8]) -> Beginning {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(&ole::MAGIC) {
        Beginning::Archive
    } else if pdf::begins(head) {
        Beginning::Pdf
    } else if text::encoding(head, false).is_some() {
        Beginning::Text
    } else {
        Beginning::Other
    }
}

/// Identifies a file.
///
/// # Errors
/// It cannot be read; whatever stands in it is an answer.
pub fn identify(path: &Path, name: &FileName) -> io::Result<Identity> {
    identify_file(&mut File::open(path)?, name)
}

pub(crate) fn identify_file<F: Read + Seek>(file: &mut F, name: &FileName) -> io::Result<Identity> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HEAD).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return package::identity(file);
    }
    if head.starts_with(&ole::MAGIC) {
        return Ok(ole::identity(file));
    }
    if pdf::begins(&head) {
        let version = pdf::version(&head, file)?;
        return Ok(Identity::new("application/pdf", version.as_deref()));
    }
    let whole = (head.len() as u64) < HEAD;
    if let Some(encoding) = text::encoding(&head, whole) {
        let (written, _) = encoding.decode_without_bom_handling(&head);
        if let Some(active) = active(&written) {
            return Ok(Identity::new(active, version::svg(&written)));
        }
        let found = media_type(file)?;
        // A note that begins with the letters of a binary format's signature is a note.
        let textual = found.starts_with("text/") || found.ends_with("/rtf") || found.ends_with("xml");
        let listed = name.extension().is_some_and(|extension| extension == "csv");
        return Ok(match found.as_str() {
            "text/plain" if listed => Identity::new("text/csv", None),
            found if textual => Identity::new(found, None),
            _ if found_in_text(&found) => Identity::new(&found, None),
            _ if listed => Identity::new("text/csv", None),
            _ => Identity::new("text/plain", None),
        });
    }
    let found = format::of(&media_type(file)?);
    let version = match found.kind {
        Kind::Image => version::image(&head, file)?,
        _ => version::other(&head),
    };
    Ok(Identity::new(&found.media_type, version))
}

/// Formats that are written in letters, and that `file-format` knows by more than a few of them.
fn found_in_text(media_type: &str) -> bool {
    matches!(media_type, "message/rfc822" | "application/postscript" | "application/x-mbox" | "application/mbox")
}

fn media_type<F: Read + Seek>(file: &mut F) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let found = FileFormat::from_reader(&mut *file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(found.media_type().to_owned())
}

/// HTML and SVG, as browsers sniff them: a tag of theirs near the beginning of a text that begins with a tag.
fn active(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{FEFF}');
    if !text.starts_with('<') {
        return None;
    }
    let near: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    if near.contains("<svg") || near.contains(":svg") {
        return Some("image/svg+xml");
    }
    let html = ["<!doctype html", "<html", "<script", "<body", "<head>", "<iframe", "<object", "<embed"];
    html.iter().any(|tag| near.contains(tag)).then_some("text/html")
}

#[cfg(test)]
mod tests;
