//! A text with signatures under it, as C2SP signed-note: the text, an empty line, and a line `— <name> <base64>` a signature.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::key::{KeyId, PublicKey, SigningKey};

/// Longest note that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// Most signatures that are read.
const MOST: usize = 64;

/// Why a note is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Not a signed note at all.
    #[error("not a signed note")]
    Malformed,
    /// None of the known keys has signed.
    #[error("signed by none of the keys given")]
    UnknownKey,
    /// A known key's signature does not fit the text.
    #[error("the signature of a known key does not fit the text")]
    BadSignature,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

/// A note as read: nothing of it is believed before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note.
    pub fn parse(note: &str) -> Result<Self, Untrusted> {
        let plain = note.len() <= LONGEST && !note.chars().any(|c| c < ' ' && c != '\n');
        let at = note.rfind("\n\n").filter(|_| plain && note.ends_with('\n')).ok_or(Untrusted::Malformed)?;
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        let signatures: Option<Vec<_>> = lines.lines().map(signature).collect();
        match signatures {
            Some(signatures) if (1..=MOST).contains(&signatures.len()) => {
                Ok(Self { text: text.to_owned(), signatures })
            }
            _ => Err(Untrusted::Malformed),
        }
    }

    /// The text, with its last newline; who reads it before [`Self::verify`] believes whoever wrote it.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The text, where at least one known key has signed it and no known key's signature is wrong; and the first key that has.
    /// Signatures of unknown keys are passed over: that is how keys change and witnesses countersign.
    pub fn verify<'a, 'k>(&'a self, known: &'k [PublicKey]) -> Result<(&'a str, &'k PublicKey), Untrusted> {
        let mut signed_by = None;
        for signature in &self.signatures {
            let same = |key: &&PublicKey| key.name().as_str() == signature.name && key.id() == signature.id;
            if let Some(key) = known.iter().find(same) {
                if !key.verifies(&self.text, &signature.bytes) {
                    return Err(Untrusted::BadSignature);
                }
                signed_by = signed_by.or(Some(key));
            }
        }
        signed_by.map(|key| (self.text.as_str(), key)).ok_or(Untrusted::UnknownKey)
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    let named = !name.is_empty() && !name.contains('+') && !bytes.is_empty();
    named.then(|| Signature { name: name.to_owned(), id: KeyId(*id), bytes: bytes.to_vec() })
}

/// Signs a text, which ends in a newline, with one key or, while keys change, with several.
pub fn sign(text: &str, keys: &[&SigningKey]) -> String {
    let mut note = format!("{text}\n");
    for key in keys {
        let public = key.public();
        let bytes = [public.id().0.as_slice(), &key.sign(text)].concat();
        let _ = writeln!(note, "— {} {}", public.name().as_str(), STANDARD.encode(bytes));
    }
    note
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::key::KeyName;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[seed; 32])
    }

    /// The example of the Go package's documentation.
    #[test]
    fn a_note_of_the_go_tools_is_the_same_here() {
        let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let note = sign(text, &[&SigningKey::parse(secret).unwrap()]);
        assert_eq!(
            note,
            format!(
                "{text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
            )
        );
    }

    #[test]
    fn any_of_several_known_keys_is_enough_and_strangers_are_passed_over() {
        let (old, new) = (key(1), key(2));
        let note = Note::parse(&sign("text\n", &[&old, &new])).unwrap();
        for known in [vec![old.public()], vec![new.public()], vec![key(3).public(), new.public()]] {
            assert_eq!(note.verify(&known).unwrap().0, "text\n");
        }
        assert_eq!(note.verify(&[key(3).public()]), Err(Untrusted::UnknownKey));
        assert_eq!(note.verify(&[]), Err(Untrusted::UnknownKey));
    }

    #[test]
    fn a_changed_text_is_not_believed() {
        let note = sign("size 5\n", &[&key(1)]).replace("size 5", "size 6");
        assert_eq!(Note::parse(&note).unwrap().verify(&[key(1).public()]), Err(Untrusted::BadSignature));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let good = sign("text\n", &[&key(1)]);
        let cut = &good[..good.len() - 1];
        for bad in ["", "text\n", "text\n\n", cut, &good.replace('—', "-"), &good.replace("text", "te\txt")] {
            assert_eq!(Note::parse(bad), Err(Untrusted::Malformed), "{bad:?}");
        }
    }
}
