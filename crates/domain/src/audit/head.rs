//! The head of a tenant's log at one size: a C2SP tlog-checkpoint. Its lines are the origin, the number of entries, the root and, as
//! an extension, the time: `at 2026-03-12T08:00:00Z`.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    key::{KeyId, KeyName, PublicKey, SigningKey},
    note::{self, Note, Untrusted},
};
use crate::{merkle::Hash, tenant::TenantKey};

/// Which log: the installation, which has the key's name, and the tenant: `archive.example.cn/audit/zj`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The installation.
    pub site: KeyName,
    /// The tenant.
    pub tenant: TenantKey,
}

impl Origin {
    /// Reads the first line of a head.
    pub fn parse(text: &str) -> Option<Self> {
        let (site, tenant) = text.rsplit_once('/')?;
        Some(Self { site: KeyName::parse(site)?, tenant: TenantKey::parse(tenant)? })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.site.as_str(), self.tenant.as_str())
    }
}

/// What the log was at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub origin: Origin,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// When it was signed, to the second.
    pub at: DateTime<Utc>,
}

impl Head {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, size, root, at } = self;
        format!("{origin}\n{size}\n{root}\nat {}\n", at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// The signed head. All keys have the name of the installation.
    pub fn sign(&self, keys: &[&SigningKey]) -> String {
        note::sign(&self.text(), keys)
    }

    /// A head that one of the known keys of its own installation has signed, and that key.
    pub fn open(note: &str, known: &[PublicKey]) -> Result<(Self, KeyId), Untrusted> {
        let note = Note::parse(note)?;
        let (text, key) = note.verify(known)?;
        let head = Self::parse(text).ok_or(Untrusted::Malformed)?;
        if *key.name() == head.origin.site { Ok((head, key.id())) } else { Err(Untrusted::UnknownKey) }
    }

    /// A head whose signature is not looked at, for one that came on a way that is trusted for itself.
    pub fn open_unsigned(note: &str) -> Result<Self, Untrusted> {
        Self::parse(Note::parse(note)?.unverified_text()).ok_or(Untrusted::Malformed)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let at = lines.next()?.strip_prefix("at ")?;
        let head = Self {
            origin: Origin::parse(origin)?,
            size: size.parse().ok()?,
            root: Hash::parse(root)?,
            at: DateTime::parse_from_rfc3339(at).ok()?.to_utc(),
        };
        // One spelling a head: no leading zeros, no further lines.
        (head.text() == text).then_some(head)
    }
}

/// Heads that stand in a file one after another, each closed by an empty line, with where each ends, that line included. What is no
/// head is given as it stands, for whoever reads it to refuse; what is no text, as an empty one.
pub fn many(bytes: &[u8]) -> impl Iterator<Item = (&str, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(from..).filter(|rest| !rest.trim_ascii().is_empty())?;
        let (mut signed, mut end) = (false, 0);
        for line in rest.split_inclusive(|&byte| byte == b'\n') {
            if line == b"\n" && signed {
                break;
            }
            signed = line.starts_with("— ".as_bytes());
            end += line.len();
        }
        from = (from + end + 1).min(bytes.len());
        Some((str::from_utf8(&rest[..end]).unwrap_or_default(), from))
    })
}

/// Heads that stand somewhere in a text: in a letter that was kept whole, quoted or not. Each is found by its form alone; whether it is
/// believed is another question.
pub fn within(text: &str) -> Vec<String> {
    let unquoted = |line: &'_ str| line.trim_end().trim_start_matches(['>', ' ']).to_owned();
    let lines: Vec<_> = text.lines().map(unquoted).collect();
    let mut found = Vec::new();
    for from in 0..lines.len() {
        let Some([origin, size, root, at, blank]) = lines.get(from..from + 5) else { break };
        let fits = Origin::parse(origin).is_some()
            && size.parse::<u64>().is_ok()
            && Hash::parse(root).is_some()
            && at.starts_with("at ")
            && blank.is_empty();
        let signatures: Vec<_> = lines[from + 5..].iter().take_while(|line| line.starts_with("— ")).collect();
        if fits && !signatures.is_empty() {
            let lines = lines[from..from + 5].iter().chain(signatures);
            found.push(lines.flat_map(|line| [line.as_str(), "\n"]).collect());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            origin: Origin::parse("archive.example.cn/audit/zj").unwrap(),
            size: 20_852_163,
            root: Hash::leaf(b"root"),
            at: DateTime::from_timestamp(1_760_000_000, 0).unwrap(),
        }
    }

    fn key(name: &str) -> SigningKey {
        SigningKey::from_seed(KeyName::parse(name).unwrap(), &[3; 32])
    }

    #[test]
    fn a_signed_head_is_a_checkpoint() {
        let signed = head().sign(&[&key("archive.example.cn/audit")]);
        let lines: Vec<_> = signed.lines().collect();
        let root = Hash::leaf(b"root").to_string();
        assert_eq!(lines[..5], ["archive.example.cn/audit/zj", "20852163", &root, "at 2025-10-09T08:53:20Z", ""]);
        assert!(lines[5].starts_with("— archive.example.cn/audit "));
        let known = [key("archive.example.cn/audit").public()];
        assert_eq!(Head::open(&signed, &known).unwrap(), (head(), known[0].id()));
        assert_eq!(Head::open_unsigned(&signed).unwrap(), head());
    }

    #[test]
    fn the_key_of_one_installation_does_not_sign_for_another() {
        let other = key("other.example.cn/audit");
        assert_eq!(Head::open(&head().sign(&[&other]), &[other.public()]), Err(Untrusted::UnknownKey));
    }

    #[test]
    fn a_head_has_one_spelling() {
        let key = key("archive.example.cn/audit");
        for (from, to) in
            [("2085", "02085"), ("20Z\n", "20Z\nmore\n"), ("20Z", "20+00:00"), ("/zj", "/ZJ"), ("at ", "")]
        {
            let signed = note::sign(&head().text().replace(from, to), &[&key]);
            assert_eq!(Head::open(&signed, &[key.public()]), Err(Untrusted::Malformed), "{to}");
        }
    }

    #[test]
    fn a_head_is_found_in_the_letter_that_it_came_by() {
        let key = key("archive.example.cn/audit");
        let note = head().sign(&[&key]);
        let letter = format!(
            "某某同志：\n\n请妥善保存本邮件。\nhttps://archive.example.cn/audit\n\n{note}\n如有疑问，请联系。\n\n-- \n自动发出\n"
        );
        let quoted: String = letter.lines().flat_map(|line| ["> ", line, "\r\n"]).collect();
        for text in [letter, quoted] {
            let found = within(&text);
            assert_eq!(found, std::slice::from_ref(&note));
            assert_eq!(Head::open(&found[0], &[key.public()]).unwrap().0, head());
        }
        assert!(within("某某同志：\n\n12\n\n— a b\n").is_empty());
        let (unsigned, _) = note.split_once('—').unwrap();
        assert!(within(unsigned).is_empty(), "one that was cut is none");
    }

    #[test]
    fn heads_of_a_file_come_one_after_another() {
        let note = |size| Head { size, ..head() }.sign(&[&key("archive.example.cn/audit"), &key("witness.example.cn")]);
        let file = format!("{}\n{}\n", note(5), note(9));
        let sizes = |text: &str| -> Vec<_> {
            many(text.as_bytes()).map(|(note, _)| Head::open_unsigned(note).map(|head| head.size)).collect()
        };
        assert_eq!(sizes(&file), [Ok(5), Ok(9)]);
        assert_eq!(many(file.as_bytes()).last().unwrap().1, file.len());
        assert_eq!(sizes(&note(7)), [Ok(7)], "a file of one head");
        assert_eq!(sizes(&file[..file.len() - 9]), [Ok(5), Err(Untrusted::Malformed)], "a file that was cut");
        assert!(sizes("\n").is_empty());
    }
}
