//! Compound files: the old office formats. Their text is read as runs of UTF-16, which Chinese text in them is.

use std::io::{Read, Seek};

use cfb::CompoundFile;

use super::{Look, Stop};
use crate::{
    format::Format,
    reason::{Reason, Warning},
    text,
};

/// Streams that hold the text.
const WRITTEN: &[&str] = &["/WordDocument", "/Workbook", "/Book", "/PowerPoint Document"];

impl Look<'_> {
    pub(super) fn compound<F: Read + Seek>(&mut self, file: &mut F, format: &Format) -> Result<(), Stop> {
        let Ok(mut compound) = CompoundFile::open(file) else { return Err(Reason::Damaged(format.named()).into()) };
        if is_encrypted(&mut compound) {
            return Err(Reason::Encrypted(format.named()).into());
        }
        if ["/Macros", "/_VBA_PROJECT_CUR", "/VBA"].iter().any(|storage| compound.is_storage(storage)) {
            self.warnings.insert(Warning::Macros);
        }
        if ["/ObjectPool", "/MBD"].iter().any(|storage| compound.is_storage(storage)) {
            self.warnings.insert(Warning::Within);
        }
        let mut written = false;
        for name in WRITTEN {
            if let Ok(mut stream) = compound.open_stream(name) {
                written = true;
                let mut bytes = Vec::new();
                let room = self.limits.text.saturating_sub(self.read);
                let whole = stream.len() <= room;
                if (&mut stream).take(room).read_to_end(&mut bytes).is_err() || !whole {
                    self.warnings.insert(Warning::TextUnread);
                }
                self.read += bytes.len() as u64;
                text::read_utf16_runs(&bytes, &mut self.marks);
                self.check()?;
            }
        }
        if !written {
            self.warnings.insert(Warning::TextUnread);
        }
        Ok(())
    }
}

fn is_encrypted<F: Read + Seek>(compound: &mut CompoundFile<F>) -> bool {
    if ["/EncryptedPackage", "/EncryptedSummary", "/encryption"].iter().any(|stream| compound.is_stream(stream)) {
        return true;
    }
    // MS-DOC 2.5.2, FibBase: fEncrypted.
    let word = first(compound, "/WordDocument", 12).is_some_and(|fib| fib[11] & 1 == 1);
    // MS-PPT 2.3.2, CurrentUserAtom: headerToken.
    let slides = first(compound, "/Current User", 16).is_some_and(|atom| atom[12..16] == [0xDF, 0xC4, 0xD1, 0xF3]);
    word || slides || ["/Workbook", "/Book"].iter().any(|stream| has_file_pass(compound, stream))
}

fn first<F: Read + Seek>(compound: &mut CompoundFile<F>, stream: &str, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    compound.open_stream(stream).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// MS-XLS 2.4.117: `FilePass`, which stands among the first records of an encrypted workbook.
fn has_file_pass<F: Read + Seek>(compound: &mut CompoundFile<F>, stream: &str) -> bool {
    let Ok(stream) = compound.open_stream(stream) else { return false };
    let mut bytes = Vec::new();
    if stream.take(64 * 1024).read_to_end(&mut bytes).is_err() {
        return false;
    }
    let mut at = 0;
    while let Some(&[kind, high, low, up]) = bytes.get(at..at + 4) {
        match u16::from_le_bytes([kind, high]) {
            0x002F => return true,
            // The end of the globals.
            0x000A => return false,
            _ => at += 4 + usize::from(u16::from_le_bytes([low, up])),
        }
    }
    false
}
