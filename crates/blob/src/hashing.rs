//! Hashing a whole upload: SHA-256 of it and of its chunks, SM3 beside them, in one go.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    thread,
};

use sha2::{Digest, Sha256};
use sm3::Sm3;

use crate::{
    chunks::{CHUNK, ChunkList},
    digest::{Digests, Sha256Digest, Sm3Digest},
};

/// SHA-256 of a body and the list of its chunks, taken while it passes in chunks.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    len: u64,
    whole: Sha256,
    chunks: Vec<[u8; 32]>,
}

impl Tally {
    /// The next chunk, whole.
    pub(crate) fn take(&mut self, chunk: &[u8]) {
        self.len += chunk.len() as u64;
        self.whole.update(chunk);
        self.chunks.push(Sha256::digest(chunk).into());
    }

    pub(crate) fn done(self) -> (Sha256Digest, ChunkList) {
        (Sha256Digest(self.whole.finalize().into()), ChunkList::new(self.len, self.chunks))
    }
}

/// Hashes a file. SM3, which has no instructions of its own in the processor, runs beside SHA-256 and reads for itself:
/// the bytes are in the page cache.
pub(crate) fn hash(path: &Path) -> io::Result<(Digests, ChunkList)> {
    let ((sha256, list), sm3) = thread::scope(|scope| {
        let sm3 = scope.spawn(|| {
            let mut sm3 = Sm3::new();
            each_chunk(path, |chunk| sm3.update(chunk))?;
            Ok::<_, io::Error>(sm3.finalize())
        });
        let mut tally = Tally::default();
        each_chunk(path, |chunk| tally.take(chunk))?;
        let sm3 = sm3.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok::<_, io::Error>((tally.done(), sm3))
    })?;
    let digests = Digests { len: list.len(), sha256, sm3: Sm3Digest(sm3.into()), chunks: list.digest() };
    Ok((digests, list))
}

/// Hashes what is in memory.
pub(crate) fn of_bytes(bytes: &[u8]) -> (Digests, ChunkList) {
    let (mut tally, mut sm3) = (Tally::default(), Sm3::new());
    sm3.update(bytes);
    for chunk in bytes.chunks(1 << 20) {
        tally.take(chunk);
    }
    let (sha256, list) = tally.done();
    let digests = Digests { len: list.len(), sha256, sm3: Sm3Digest(sm3.finalize().into()), chunks: list.digest() };
    (digests, list)
}

/// Calls with each chunk of a file, in order.
pub(crate) fn each_chunk(path: &Path, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = Vec::with_capacity(1 << 20);
    loop {
        buffer.clear();
        file.by_ref().take(CHUNK).read_to_end(&mut buffer)?;
        if buffer.is_empty() {
            return Ok(());
        }
        take(&buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abc_has_the_digests_of_the_standards() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let (digests, list) = hash(file.path()).unwrap();
        assert_eq!(digests.len, 3);
        assert_eq!(
            digests.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "FIPS 180-4"
        );
        assert_eq!(
            digests.sm3.to_string(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
            "GB/T 32905-2016, A.1"
        );
        assert_eq!(digests.chunks, list.digest());
        assert!(list.holds(0, b"abc"));
    }

    #[test]
    fn chunks_are_of_a_mebibyte_and_the_last_is_the_rest() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let chunks = [vec![1; 1 << 20], vec![2; 1 << 20], vec![3; 5]];
        let bytes = chunks.concat();
        std::fs::write(file.path(), &bytes).unwrap();
        let (digests, list) = hash(file.path()).unwrap();
        assert_eq!(digests.sha256.0, <[u8; 32]>::from(Sha256::digest(&bytes)));
        for (number, chunk) in (0..).zip(&chunks) {
            assert!(list.holds(number, chunk));
        }
        assert_eq!(list.len(), bytes.len() as u64);
    }

    #[test]
    fn nothing_has_a_digest_and_no_chunks() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (digests, list) = hash(file.path()).unwrap();
        assert_eq!((digests.len, list.encode().len()), (0, 24));
    }
}
