//! Secrets that are kept: sealed by a key that the database does not have, each for the one place where it stands.
//!
//! XChaCha20-Poly1305: its nonces are long enough to be drawn by chance, for as many seals as anybody makes.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use sha2::{Digest as _, Sha256};

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes drawn by chance for every seal.
pub const NONCE: usize = 24;

/// A key, known by a name that is made of it.
#[derive(Clone)]
struct Named {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// The keys of an installation: the first one seals, all of them open.
#[derive(Clone, Default)]
pub struct Keyring(Vec<Named>);

/// What was sealed, and by which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Name of the key.
    pub key: String,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// What is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 bytes in Base64, as `openssl rand -base64 32` prints them")]
pub struct NoKey;

impl Keyring {
    /// Adds a key, in Base64; the first one seals.
    ///
    /// # Errors
    /// It is none.
    pub fn and(mut self, text: &str) -> Result<Self, NoKey> {
        let bytes: [u8; KEY] = STANDARD.decode(text.trim()).ok().and_then(|key| key.try_into().ok()).ok_or(NoKey)?;
        let digest = Sha256::new().chain_update(b"fonds key").chain_update(bytes).finalize();
        let id = hex::encode(&digest[..6]);
        self.0.push(Named { id, cipher: XChaCha20Poly1305::new(&Key::from(bytes)) });
        Ok(self)
    }

    /// Name of the key that seals; none: nothing can be sealed.
    pub fn newest(&self) -> Option<&str> {
        self.0.first().map(|key| key.id.as_str())
    }

    /// Seals a text for a place: it opens nowhere else. None: there is no key.
    pub fn seal(&self, nonce: [u8; NONCE], place: &str, clear: &str) -> Option<Sealed> {
        let key = self.0.first()?;
        let payload = Payload { msg: clear.as_bytes(), aad: place.as_bytes() };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(Sealed { key: key.id.clone(), bytes: [nonce.as_slice(), &sealed].concat() })
    }

    /// Opens what was sealed for this place. None: the key is not there, or it is not what was sealed.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Option<String> {
        let key = self.0.iter().find(|key| key.id == sealed.key)?;
        let (nonce, body) = sealed.bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: body, aad: place.as_bytes() };
        String::from_utf8(key.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> String {
        STANDARD.encode([byte; KEY])
    }

    fn ring(bytes: &[u8]) -> Keyring {
        bytes.iter().try_fold(Keyring::default(), |ring, byte| ring.and(&key(*byte))).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_at_its_place_alone() {
        let sealed = ring(&[1]).seal([7; NONCE], "webhook 1 a", "https://hook.example.cn/?key=秘").unwrap();
        assert_eq!(ring(&[1]).open("webhook 1 a", &sealed).as_deref(), Some("https://hook.example.cn/?key=秘"));
        assert_eq!(ring(&[1]).open("webhook 1 b", &sealed), None, "carried over to another row");
        assert_eq!(ring(&[2]).open("webhook 1 a", &sealed), None, "another key");
        for at in 0..sealed.bytes.len() {
            let mut bent = sealed.clone();
            bent.bytes[at] ^= 1;
            assert_eq!(ring(&[1]).open("webhook 1 a", &bent), None, "byte {at}");
            bent.bytes.truncate(at);
            assert_eq!(ring(&[1]).open("webhook 1 a", &bent), None, "cut at {at}");
        }
    }

    #[test]
    fn the_first_key_seals_and_an_older_one_still_opens() {
        let old = ring(&[1]).seal([7; NONCE], "a", "before").unwrap();
        let both = ring(&[2, 1]);
        assert_eq!(both.open("a", &old).as_deref(), Some("before"));
        let new = both.seal([8; NONCE], "a", "after").unwrap();
        assert_eq!((new.key.as_str(), ring(&[2]).open("a", &new).as_deref()), (both.newest().unwrap(), Some("after")));
        assert_ne!(old.key, new.key);
    }

    #[test]
    fn without_a_key_nothing_is_sealed_and_what_is_no_key_is_refused() {
        assert_eq!(Keyring::default().seal([7; NONCE], "a", "b"), None);
        for text in ["", "key", &STANDARD.encode([1; 16]), &STANDARD.encode([1; 33])] {
            assert_eq!(Keyring::default().and(text).unwrap_err(), NoKey, "{text}");
        }
        assert!(!format!("{:?}", ring(&[1])).contains(&key(1)));
    }
}
