//! The checksum that a client sends with a piece of an upload (tus, extension “checksum”).

use sha2::{Digest, Sha256};

/// What a piece has to be, in one of the algorithms of [`Checksum::ALGORITHMS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1, which every tus client knows: against errors of the line, not against people.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
    /// MD5: as SHA-1.
    Md5([u8; 16]),
}

impl Checksum {
    /// Names of the algorithms, as in `Tus-Checksum-Algorithm`.
    pub const ALGORITHMS: &'static str = "sha1,sha256,md5";

    /// A checksum by the name of its algorithm; nothing if that is unknown or the length does not fit.
    pub fn new(algorithm: &str, digest: &[u8]) -> Option<Self> {
        match algorithm {
            "sha1" => digest.try_into().ok().map(Self::Sha1),
            "sha256" => digest.try_into().ok().map(Self::Sha256),
            "md5" => digest.try_into().ok().map(Self::Md5),
            _ => None,
        }
    }

    pub(crate) fn begin(self) -> Summing {
        match self {
            Self::Sha1(wanted) => Summing::Sha1(wanted, sha1::Sha1::new()),
            Self::Sha256(wanted) => Summing::Sha256(wanted, Sha256::new()),
            Self::Md5(wanted) => Summing::Md5(wanted, md5::Md5::new()),
        }
    }
}

/// A checksum on the way.
#[derive(Debug)]
pub(crate) enum Summing {
    Sha1([u8; 20], sha1::Sha1),
    Sha256([u8; 32], Sha256),
    Md5([u8; 16], md5::Md5),
}

impl Summing {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(_, sum) => sum.update(bytes),
            Self::Sha256(_, sum) => sum.update(bytes),
            Self::Md5(_, sum) => sum.update(bytes),
        }
    }

    pub(crate) fn fits(self) -> bool {
        match self {
            Self::Sha1(wanted, sum) => sum.finalize().as_slice() == wanted,
            Self::Sha256(wanted, sum) => sum.finalize().as_slice() == wanted,
            Self::Md5(wanted, sum) => sum.finalize().as_slice() == wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_algorithm_tells_right_from_wrong() {
        // Of "abc": FIPS 180-4 and RFC 1321.
        let known = [
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ];
        assert_eq!(known.map(|(name, _)| name).join(","), Checksum::ALGORITHMS);
        for (name, digest) in known {
            let checksum = Checksum::new(name, &hex::decode(digest).unwrap()).unwrap();
            let mut right = checksum.begin();
            right.update(b"a");
            right.update(b"bc");
            assert!(right.fits(), "{name}");
            let mut wrong = checksum.begin();
            wrong.update(b"abd");
            assert!(!wrong.fits(), "{name}");
        }
        assert_eq!(Checksum::new("sha1", &[0; 32]), None);
        assert_eq!(Checksum::new("crc32", &[0; 4]), None);
    }
}
