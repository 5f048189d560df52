//! Keys that sign heads, in the text forms of the Go tools (`golang.org/x/mod/sumdb/note`), so that those can make and read them:
//! `PRIVATE+KEY+<name>+<id>+<base64 of 0x01 ‖ seed>` and `<name>+<id>+<base64 of 0x01 ‖ public key>`.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use sha2::{Digest, Sha256};

/// The signature type Ed25519 of C2SP signed-note.
const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// Name of a key: a URL without scheme of the installation, e.g. `archive.example.cn/audit`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// Reads a name: not empty, at most 255 bytes, no blank, no control character, no `+`, no `/` at either end.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = !text.is_empty() && text.len() <= 255 && !text.starts_with('/') && !text.ends_with('/');
        let fits = bare && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which of the keys of a name: the first four bytes of `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    fn of(name: &KeyName, key: &VerifyingKey) -> Self {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(&name.0)
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize()
            .into();
        Self([hash[0], hash[1], hash[2], hash[3]])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What stood where a key was expected is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 key in the note format")]
pub struct NotAKey;

/// A key that checks signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: KeyName,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let (name, id, bytes) = parts(text.trim()).ok_or(NotAKey)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NotAKey)?;
        let key = Self { name, key };
        if key.id() == id && !key.key.is_weak() { Ok(key) } else { Err(NotAKey) }
    }

    /// Its name.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Which key of that name.
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.name, &self.key)
    }

    /// Is this the key's signature of the text?
    pub fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name.0, self.id(), encoded(self.key.as_bytes()))
    }
}

/// A key that signs. Its seed is wiped from memory with it; `Debug` shows the public half.
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key made of 32 random bytes.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Reads the content of a key file.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let (name, id, seed) = text.trim().strip_prefix(PRIVATE).and_then(parts).ok_or(NotAKey)?;
        let key = Self::from_seed(name, &seed);
        if key.public().id() == id { Ok(key) } else { Err(NotAKey) }
    }

    /// What goes into the key file: a secret.
    pub fn secret_text(&self) -> String {
        format!("{PRIVATE}{}+{}+{}", self.name.0, self.public().id(), encoded(self.key.as_bytes()))
    }

    /// The half that is given away.
    pub fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Signs a text: 64 bytes.
    pub fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.public()).finish()
    }
}

fn parts(text: &str) -> Option<(KeyName, KeyId, [u8; 32])> {
    // Base64 may hold a plus sign, names may not.
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    let mut short = [0; 4];
    hex::decode_to_slice(id, &mut short).ok()?;
    let bytes = STANDARD.decode(key).ok()?;
    let (kind, bytes) = bytes.split_first()?;
    let bytes = (*kind == ED25519).then_some(bytes)?.try_into().ok()?;
    Some((KeyName::parse(name)?, KeyId(short), bytes))
}

fn encoded(key: &[u8; 32]) -> String {
    STANDARD.encode([&[ED25519], key.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Go package's documentation.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn keys_of_the_go_tools_read_and_write_back() {
        let secret = SigningKey::parse(SECRET).unwrap();
        assert_eq!(secret.secret_text(), SECRET);
        assert_eq!(secret.public().to_string(), PUBLIC);
        assert_eq!(PublicKey::parse(&format!("{PUBLIC}\n")).unwrap(), secret.public());
        assert!(!format!("{secret:?}").contains("AYEKF"), "the seed is not shown");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let changed = PUBLIC.replace("c74f20a3", "c74f20a4");
        for text in ["", "PeterNeumann", SECRET, &changed, &PUBLIC.replace("ARpc", "BBpc"), &PUBLIC.replace("TW", "")] {
            assert_eq!(PublicKey::parse(text), Err(NotAKey), "{text}");
        }
        assert!(SigningKey::parse(PUBLIC).is_err());
        for name in ["", "a b", "a+b", "/a", "a/", "a\u{3000}b", "a\n"] {
            assert_eq!(KeyName::parse(name), None);
        }
    }
}
