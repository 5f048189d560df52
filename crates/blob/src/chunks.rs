//! The list of a body's chunks: what makes a part of a body verifiable without reading all of it.

use sha2::{Digest, Sha256};

use crate::digest::Sha256Digest;

/// Bytes of a chunk; the last one of a body may be shorter.
pub const CHUNK: u64 = 1 << 20;

/// What a list begins with: its form, and the size of its chunks.
const HEAD: &[u8; 16] = b"fonds-chunks-1M\n";

/// SHA-256 of each chunk of a body, in order.
///
/// Its form beside the body: 16 bytes of head, the length of the body as 8 bytes, big end first, then 32 bytes a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkList {
    len: u64,
    digests: Vec<[u8; 32]>,
}

impl ChunkList {
    pub(crate) const fn new(len: u64, digests: Vec<[u8; 32]>) -> Self {
        Self { len, digests }
    }

    /// Bytes of the list of a body of that length.
    pub(crate) const fn encoded_len(len: u64) -> u64 {
        24 + 32 * len.div_ceil(CHUNK)
    }

    /// As it is kept.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24 + 32 * self.digests.len());
        bytes.extend_from_slice(HEAD);
        bytes.extend_from_slice(&self.len.to_be_bytes());
        bytes.extend(self.digests.iter().flatten());
        bytes
    }

    /// What was kept, if it has this digest; the length comes with it.
    pub(crate) fn decode(bytes: &[u8], digest: Sha256Digest) -> Option<Self> {
        if Sha256::digest(bytes).as_slice() != digest.0 {
            return None;
        }
        let len = u64::from_be_bytes(bytes.strip_prefix(HEAD)?.first_chunk::<8>().copied()?);
        let (digests, rest) = bytes.get(24..)?.as_chunks::<32>();
        let fits = rest.is_empty() && u64::try_from(digests.len()).ok()? == len.div_ceil(CHUNK);
        fits.then(|| Self { len, digests: digests.to_vec() })
    }

    /// The digest that the database keeps.
    pub(crate) fn digest(&self) -> Sha256Digest {
        Sha256Digest(Sha256::digest(self.encode()).into())
    }

    /// Bytes of the body.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// Whether these bytes are the chunk with that number.
    pub(crate) fn holds(&self, number: u64, bytes: &[u8]) -> bool {
        let wanted = usize::try_from(number).ok().and_then(|number| self.digests.get(number));
        wanted.is_some_and(|wanted| Sha256::digest(bytes).as_slice() == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> ChunkList {
        ChunkList::new(CHUNK + 1, vec![Sha256::digest(b"one").into(), Sha256::digest(b"two").into()])
    }

    #[test]
    fn a_list_reads_back_and_knows_its_chunks() {
        let bytes = list().encode();
        assert_eq!(bytes.len() as u64, ChunkList::encoded_len(CHUNK + 1));
        let back = ChunkList::decode(&bytes, list().digest()).unwrap();
        assert_eq!(back, list());
        assert!(back.holds(0, b"one") && back.holds(1, b"two"));
        assert!(!back.holds(0, b"two") && !back.holds(2, b"two"));
    }

    #[test]
    fn a_list_with_one_bit_turned_or_one_byte_less_is_none() {
        let bytes = list().encode();
        for bit in 0..bytes.len() * 8 {
            let mut turned = bytes.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            assert!(ChunkList::decode(&turned, list().digest()).is_none());
        }
        assert!(ChunkList::decode(&bytes[..bytes.len() - 1], list().digest()).is_none());
    }

    #[test]
    fn a_list_that_does_not_fit_its_length_is_none_even_with_its_own_digest() {
        let short = ChunkList::new(3 * CHUNK, vec![[1; 32]]);
        assert!(ChunkList::decode(&short.encode(), short.digest()).is_none());
    }
}
