//! Compound files (MS-CFB): which program's, by the streams in them.

use std::io::{Read, Seek, SeekFrom};

use cfb::CompoundFile;

use super::Identity;

pub(super) const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

pub(super) fn identity<F: Read + Seek>(file: &mut F) -> Identity {
    let _ = file.seek(SeekFrom::Start(0));
    let Ok(mut compound) = CompoundFile::open(&mut *file) else { return Identity::new("application/x-cfb", None) };
    if compound.is_stream("/EncryptedPackage") {
        return Identity::new("application/vnd.ms-office-encrypted", None);
    }
    if compound.is_stream("/WordDocument") {
        return Identity::new("application/msword", Some("97-2003"));
    }
    if compound.is_stream("/Workbook") {
        let version = workbook(&mut compound);
        return Identity::new("application/vnd.ms-excel", version);
    }
    if compound.is_stream("/Book") {
        return Identity::new("application/vnd.ms-excel", Some("5/95"));
    }
    if compound.is_stream("/PowerPoint Document") {
        return Identity::new("application/vnd.ms-powerpoint", Some("97-2003"));
    }
    if compound.is_stream("/__properties_version1.0") {
        return Identity::new("application/vnd.ms-outlook", None);
    }
    Identity::new("application/x-cfb", None)
}

/// By the year of the program in the first record (MS-XLS 2.4.21, BOF).
fn workbook<F: Read + Seek>(compound: &mut CompoundFile<F>) -> Option<&'static str> {
    let mut first = [0; 12];
    compound.open_stream("/Workbook").ok()?.read_exact(&mut first).ok()?;
    match first {
        [9, 8, _, _, 0, 6, _, _, _, _, 0xCC, 7] => Some("97"),
        [9, 8, _, _, 0, 6, _, _, _, _, 0xCD, 7] => Some("2000-2003"),
        _ => None,
    }
}
