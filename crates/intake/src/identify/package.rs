//! ZIP files: which format lies within, by its parts.

use std::{
    borrow::Cow,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::GB18030;
use memchr::memmem;
use zip::{ZipArchive, read::ZipFile};

use super::Identity;
use crate::text;

/// Bytes of a part that tells the format.
const PART: u64 = 256 * 1024;

pub(super) fn identity<F: Read + Seek>(file: &mut F) -> io::Result<Identity> {
    // Not a limit of the guard, which refuses far fewer: this is what may be held to answer the question.
    let Opened::Archive(mut archive) = open(&mut *file, 200_000)? else {
        return Ok(Identity::new("application/zip", None));
    };
    if archive.index_for_name("OFD.xml").is_some() {
        return Ok(Identity::new("application/ofd", None));
    }
    if let Some(types) = part(&mut archive, "[Content_Types].xml")
        && let Some(media_type) = main_part(&types)
    {
        return Ok(Identity::new(&media_type, None));
    }
    if let Some(media_type) = part(&mut archive, "mimetype") {
        let media_type = media_type.trim();
        if media_type.starts_with("application/vnd.oasis.opendocument.") {
            let content = part(&mut archive, "content.xml").unwrap_or_default();
            return Ok(Identity::new(media_type, opendocument(&content)));
        }
        if media_type.starts_with("application/") && media_type.len() < 100 && media_type.is_ascii() {
            return Ok(Identity::new(media_type, None));
        }
    }
    Ok(Identity::new("application/zip", None))
}

/// What came of opening an archive.
pub(crate) enum Opened<F> {
    Archive(Box<ZipArchive<F>>),
    /// It has more members than may be held.
    TooMany,
    /// It is none, or broken.
    Damaged,
}

/// Opens an archive of at most so many members.
pub(crate) fn open<F: Read + Seek>(mut file: F, members: usize) -> io::Result<Opened<F>> {
    if claimed(&mut file)? > members as u64 {
        return Ok(Opened::TooMany);
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(ZipArchive::new(file).map_or(Opened::Damaged, |archive| Opened::Archive(Box::new(archive))))
}

/// The longest tail of a ZIP: end record with comment, locator and record of ZIP64.
const TAIL: u64 = 22 + 65_535 + 20 + 56;

/// Members, as the end records say (APPNOTE 4.3.14 to 4.3.16), before the directory is read: a hundred million of them
/// would fill the memory before anybody could count.
fn claimed<F: Read + Seek>(file: &mut F) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let mut most = 0;
    for at in memmem::find_iter(&tail, b"PK\x05\x06") {
        most = most.max(number(&tail, at + 10, 2).unwrap_or(0));
    }
    for at in memmem::find_iter(&tail, b"PK\x06\x06") {
        most = most.max(number(&tail, at + 32, 8).unwrap_or(0));
    }
    for at in memmem::find_iter(&tail, b"PK\x06\x07") {
        let Some(place) = number(&tail, at + 8, 8) else { continue };
        let mut record = Vec::new();
        file.seek(SeekFrom::Start(place.min(length)))?;
        file.take(56).read_to_end(&mut record)?;
        most = most.max(number(&record, 32, 8).unwrap_or(0));
    }
    Ok(most)
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |sum, &byte| (sum << 8) | u64::from(byte)))
}

/// A part's text, as far as it is looked at.
fn part<F: Read + Seek>(archive: &mut ZipArchive<F>, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    // A part that breaks off is read as far as it goes.
    let _ = archive.by_name(name).ok()?.take(PART).read_to_end(&mut bytes);
    Some(text::decode(&bytes).into_owned())
}

/// The media type of an OOXML document: that of its main part, which ends in `.main+xml`.
fn main_part(types: &str) -> Option<String> {
    let main = types.split('"').find(|value| value.starts_with("application/") && value.ends_with(".main+xml"))?;
    let stem = main.strip_suffix(".main+xml")?;
    Some(if stem.ends_with(".macroEnabled") { format!("{stem}.12") } else { stem.to_owned() })
}

fn opendocument(content: &str) -> Option<&'static str> {
    let at = content.find("office:version=")?;
    let value = content.get(at + 16..at + 19)?;
    ["1.0", "1.1", "1.2", "1.3"].into_iter().find(|&version| version == value)
}

/// The name of a member: UTF-8 where it is that, else GB18030, which ZIP programs on Chinese computers write.
pub(crate) fn member_name<R: Read>(member: &ZipFile<'_, R>) -> String {
    let raw = member.name_raw();
    std::str::from_utf8(raw).map_or_else(|_| GB18030.decode(raw).0, Cow::Borrowed).into_owned()
}
