//! What of an upload is durable: written only after the bytes are, so that an offset that can be read is one that holds.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"fondsup1";
/// Bytes of a slot that say something, and how far apart the two are: a torn write of one leaves the other.
const SLOT: usize = 64;
const APART: u64 = 4096;

/// Length and durable offset of an upload, in two slots that are written by turns; the younger one that is whole counts.
#[derive(Debug)]
pub(super) struct Record {
    file: File,
    turn: u64,
    pub(super) length: u64,
    pub(super) offset: u64,
}

impl Record {
    /// A record of an upload without bytes, durable but for its name in the folder.
    pub(super) fn create(path: &Path, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let mut record = Self { file, turn: 0, length, offset: 0 };
        record.advance(0)?;
        record.file.sync_all()
    }

    /// Reads it; with `write` it may be advanced.
    pub(super) fn open(path: &Path, write: bool) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(write).open(path)?;
        let (turn, length, offset) = [0, APART]
            .into_iter()
            .filter_map(|at| read_slot(&file, at))
            .max()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the record of an upload is unreadable"))?;
        Ok(Self { file, turn, length, offset })
    }

    /// Makes an offset durable. The bytes below it have to be.
    pub(super) fn advance(&mut self, offset: u64) -> io::Result<()> {
        let turn = self.turn + 1;
        let mut slot = Vec::with_capacity(SLOT);
        slot.extend_from_slice(MAGIC);
        for number in [turn, self.length, offset] {
            slot.extend_from_slice(&number.to_be_bytes());
        }
        let seal = Sha256::digest(&slot);
        slot.extend_from_slice(&seal);
        self.file.write_all_at(&slot, (turn % 2) * APART)?;
        self.file.sync_data()?;
        self.turn = turn;
        self.offset = offset;
        Ok(())
    }
}

/// Turn, length and offset of a slot that is whole.
fn read_slot(file: &File, at: u64) -> Option<(u64, u64, u64)> {
    let mut slot = [0; SLOT];
    file.read_exact_at(&mut slot, at).ok()?;
    let (said, seal) = slot.split_at(32);
    if Sha256::digest(said).as_slice() != seal {
        return None;
    }
    let (words, _) = said.strip_prefix(MAGIC)?.as_chunks::<8>();
    let [turn, length, offset] = words else { return None };
    Some((u64::from_be_bytes(*turn), u64::from_be_bytes(*length), u64::from_be_bytes(*offset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_slot_leaves_the_offset_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        Record::create(&path, 100).unwrap();
        let mut record = Record::open(&path, true).unwrap();
        let mut before = record.offset;
        for offset in [10, 25, 25, 60, 100] {
            record.advance(offset).unwrap();
            let whole = std::fs::read(&path).unwrap();
            assert_eq!(Record::open(&path, false).unwrap().offset, offset);
            let at = usize::try_from((record.turn % 2) * APART).unwrap();
            for byte in at..at + SLOT {
                let mut torn = whole.clone();
                torn[byte] ^= 0x40;
                std::fs::write(&path, torn).unwrap();
                let left = Record::open(&path, false).unwrap();
                assert_eq!((left.offset, left.length), (before, 100));
            }
            std::fs::write(&path, whole).unwrap();
            before = offset;
        }
    }
}
