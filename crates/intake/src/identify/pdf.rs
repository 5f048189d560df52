//! Versions of PDF: the header's, or the part and level of PDF/A that the metadata claim.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;

/// Readers look for the header in the first kilobyte.
pub(super) fn begins(head: &[u8]) -> bool {
    memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some()
}

/// `A-1b` where the metadata say so, else the header's number, e.g. `1.4`.
pub(super) fn version<F: Read + Seek>(head: &[u8], file: &mut F) -> io::Result<Option<String>> {
    if let Some(level) = archival(file)? {
        return Ok(Some(level));
    }
    let at = memmem::find(head, b"%PDF-").unwrap_or_default() + 5;
    let number = head.get(at..at + 3).filter(|three| three[0].is_ascii_digit() && three[1] == b'.');
    Ok(number.and_then(|three| std::str::from_utf8(three).ok()).map(str::to_owned))
}

const BLOCK: usize = 1 << 20;
const REACH: usize = 512;
/// Bytes that are looked through for the claim; metadata stand uncompressed in PDF/A.
const FAR: u64 = 256 << 20;

fn archival<F: Read + Seek>(file: &mut F) -> io::Result<Option<String>> {
    file.seek(SeekFrom::Start(0))?;
    let finder = memmem::Finder::new(b"pdfaid:part");
    let mut block: Vec<u8> = Vec::with_capacity(BLOCK + REACH);
    let mut rest = file.take(FAR);
    loop {
        let read = (&mut rest).take(BLOCK as u64).read_to_end(&mut block)?;
        if let Some(at) = finder.find(&block)
            && (block.len() - at >= REACH || read == 0)
        {
            let claim = &block[at.saturating_sub(REACH)..block.len().min(at + REACH)];
            return Ok(level(&String::from_utf8_lossy(claim)));
        }
        if read == 0 {
            return Ok(None);
        }
        let keep = block.len().min(2 * REACH);
        block.drain(..block.len() - keep);
    }
}

/// `pdfaid:part` and `pdfaid:conformance`, as attributes or as elements.
fn level(claim: &str) -> Option<String> {
    let value = |name: &str| {
        let at = claim.find(name)? + name.len();
        claim[at..].trim_start_matches(['=', '"', '\'', '>', ' ', '\n', '\r', '\t']).chars().next()
    };
    let part = value("pdfaid:part").filter(char::is_ascii_digit)?;
    let conformance = value("pdfaid:conformance").filter(char::is_ascii_alphabetic);
    Some(format!("A-{part}{}", conformance.map(|level| level.to_ascii_lowercase().to_string()).unwrap_or_default()))
}
