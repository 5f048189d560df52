//! ZIP files: which format lies within, by its parts.

use std::{
    borrow::Cow,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::GB18030;
use zip::{ZipArchive, read::ZipFile};

use super::Identity;
use crate::text;

/// Bytes of a part that tells the format.
const PART: u64 = 256 * 1024;

pub(super) fn identity<F: Read + Seek>(file: &mut F) -> io::Result<Identity> {
    // Not a limit of the guard, which refuses far fewer: this is what may be held to answer the question.
    let Some(mut archive) = open(&mut *file, 200_000)? else { return Ok(Identity::new("application/zip", None)) };
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

/// Opens an archive; `None` for what is none, or has a directory of more than so many members.
pub(crate) fn open<F: Read + Seek>(mut file: F, members: usize) -> io::Result<Option<ZipArchive<F>>> {
    if directory(&mut file)? > members as u64 * 512 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(ZipArchive::new(file).ok())
}

/// Bytes of the central directory, as the end of the file says (APPNOTE 4.3.14, 4.3.16): a hundred million members
/// would fill the memory before anybody could count them.
fn directory<F: Read + Seek>(file: &mut F) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    let begin = length.saturating_sub(22 + 65_535 + 76);
    file.seek(SeekFrom::Start(begin))?;
    let mut tail = Vec::new();
    file.take(22 + 65_535 + 76).read_to_end(&mut tail)?;
    let le = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |sum, &byte| (sum << 8) | u64::from(byte));
    let mut largest = 0;
    for at in memchr::memmem::find_iter(&tail, b"PK\x05\x06") {
        largest = largest.max(tail.get(at + 12..at + 16).map_or(0, le));
    }
    if largest < u64::from(u32::MAX) {
        return Ok(largest);
    }
    let record = memchr::memmem::rfind(&tail, b"PK\x06\x06").and_then(|at| tail.get(at + 40..at + 48)).map(le);
    Ok(record.unwrap_or(u64::MAX))
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
