//! Versions of pictures, sound and archives, from their first bytes.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;

pub(super) fn image<F: Read + Seek>(head: &[u8], file: &mut F) -> io::Result<Option<&'static str>> {
    Ok(match head {
        [b'G', b'I', b'F', b'8', b'7', b'a', ..] => Some("87a"),
        [b'G', b'I', b'F', b'8', b'9', b'a', ..] => Some("89a"),
        [0xFF, 0xD8, ..] => jpeg(head),
        [0x89, b'P', b'N', b'G', ..] => png(file)?,
        [b'B', b'M', ..] => bmp(head),
        [b'R', b'I', b'F', b'F', ..] => webp(head),
        _ => None,
    })
}

pub(super) fn other(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'R', b'a', b'r', b'!', 0x1A, 7, 0, ..] => Some("2.9"),
        [b'R', b'a', b'r', b'!', 0x1A, 7, 1, 0, ..] => Some("5.0"),
        [b'R', b'I', b'F', b'F', ..] => wave(head),
        _ => None,
    }
}

pub(super) fn svg(text: &str) -> Option<&'static str> {
    let near: String = text.chars().take(4096).collect();
    let svg = &near[near.find("<svg")?..];
    ["1.0", "1.1"].into_iter().find(|version| svg.contains(&format!("version=\"{version}\"")))
}

/// The Exif version where there is one, else JFIF's.
fn jpeg(head: &[u8]) -> Option<&'static str> {
    // Tag 0x9000, type 7, four bytes; in either order of bytes.
    let exif = [&b"\x90\x00\x00\x07\x00\x00\x00\x04"[..], b"\x00\x90\x07\x00\x04\x00\x00\x00"];
    let found = exif.iter().find_map(|tag| memmem::find(head, tag)).and_then(|at| head.get(at + 8..at + 12));
    match found {
        Some(b"0200") => return Some("Exif 2.0"),
        Some(b"0210") => return Some("Exif 2.1"),
        Some(b"0220") => return Some("Exif 2.2"),
        Some(b"0221") => return Some("Exif 2.21"),
        Some(b"0230" | b"0231" | b"0232") => return Some("Exif 2.3"),
        _ => {}
    }
    match head.get(2..13) {
        Some([0xFF, 0xE0, _, _, b'J', b'F', b'I', b'F', 0, 1, minor]) => match minor {
            0 => Some("1.00"),
            1 => Some("1.01"),
            2 => Some("1.02"),
            _ => None,
        },
        Some([0xFF, 0xDB | 0xC0 | 0xC2 | 0xC4, ..]) => Some("raw"),
        _ => None,
    }
}

/// By the newest chunk that it uses.
fn png<F: Read + Seek>(file: &mut F) -> io::Result<Option<&'static str>> {
    file.seek(SeekFrom::Start(8))?;
    let mut version = "1.0";
    for _ in 0..100_000 {
        let mut header = [0; 8];
        if file.read_exact(&mut header).is_err() {
            break;
        }
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]);
        match &header[4..] {
            b"IEND" => break,
            b"acTL" => return Ok(Some("animated")),
            b"iTXt" => version = "1.2",
            b"iCCP" | b"sRGB" | b"sPLT" if version == "1.0" => version = "1.1",
            _ => {}
        }
        file.seek(SeekFrom::Current(i64::from(length) + 4))?;
    }
    Ok(Some(version))
}

fn bmp(head: &[u8]) -> Option<&'static str> {
    match head.get(14)? {
        40 => Some("3.0"),
        108 => Some("4.0"),
        124 => Some("5.0"),
        _ => None,
    }
}

fn webp(head: &[u8]) -> Option<&'static str> {
    match head.get(12..16)? {
        b"VP8 " => Some("lossy"),
        b"VP8L" => Some("lossless"),
        b"VP8X" => Some("extended"),
        _ => None,
    }
}

fn wave(head: &[u8]) -> Option<&'static str> {
    let at = memmem::find(head, b"fmt ")?;
    match head.get(at + 4..at + 10)? {
        [16, 0, 0, 0, 1, 0] => Some("PCM"),
        [_, _, 0, 0, 0xFE, 0xFF] => Some("extensible"),
        _ => None,
    }
}
