//! `fonds verify proof`: a check of the proof of one entry, on any machine.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::Args;
use domain::{
    Locale,
    audit::{
        Head,
        proof::{Proof, Proved, Unproved, verify_proof, verify_under},
    },
};

use super::audit::{heads, key, unread};
use crate::words::{Failure, say, terminal_locale};

#[derive(Debug, Args)]
pub(crate) struct OfEntry {
    /// The proof that the auditor has downloaded, JSON.
    proof: PathBuf,
    /// A public key of the installation, in the note format; several where keys have changed.
    #[arg(long, value_name = "FILE", required_unless_present = "head")]
    key: Vec<PathBuf>,
    /// Heads that came on another way: the proof's own has to be one of them.
    #[arg(long, value_name = "FILE")]
    head: Vec<PathBuf>,
}

impl OfEntry {
    /// Exit 0: proved; 1: not.
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let locale = terminal_locale();
        let keys = self.key.iter().map(|file| key(file)).collect::<Result<Vec<_>, _>>()?;
        let known = self.head.iter().map(|file| heads(file, &keys)).collect::<Result<Vec<_>, _>>()?.concat();
        let text = fs::read_to_string(&self.proof).map_err(|error| unread(&self.proof, &error))?;
        let proved = Proof::parse(text.trim_start_matches('\u{FEFF}'))
            .and_then(|proof| if keys.is_empty() { under(&proof, &known) } else { verify_proof(&proof, &keys) });
        let proved = proved.map(|proved| {
            let named = known.is_empty() || known.iter().any(|head| same(head, &proved.head));
            (proved, named)
        });
        Ok(match proved {
            Ok((proved, true)) => {
                told(&proved, locale);
                say(locale.pick("结论：该条在日志中，未被改动", "result: the entry is in the log and was not changed"));
                ExitCode::SUCCESS
            }
            Ok((_, false)) => {
                say(locale.pick(
                    "结论：证明所附的日志头不在给出的日志头之中",
                    "result: the head of this proof is none of those that were given",
                ));
                ExitCode::FAILURE
            }
            Err(why) => {
                say(&match locale {
                    Locale::Zh => format!("结论：没有得到证明（{why}）"),
                    Locale::En => format!("result: not proved: {why}"),
                });
                ExitCode::FAILURE
            }
        })
    }
}

fn same(one: &Head, other: &Head) -> bool {
    (&one.origin, one.size, one.root) == (&other.origin, other.size, other.root)
}

/// Without a key: under the head of those given that the proof names.
fn under(proof: &Proof, known: &[Head]) -> Result<Proved, Unproved> {
    let own = Head::open_unsigned(&proof.head)?;
    let trusted = known.iter().find(|head| same(head, &own)).ok_or(Unproved::OtherLog)?;
    verify_under(proof, trusted.clone())
}

fn told(proved: &Proved, locale: Locale) {
    let Proved { entry, body, head } = proved;
    // What stands in an entry was written by people: the terminal is not to obey it.
    let (action, object) = (entry.action.escape_debug(), entry.object_id.escape_debug());
    let who = entry.account.map(|account| account.to_string()).unwrap_or_default();
    say(&match locale {
        Locale::Zh => {
            format!("第 {} 号：{} {who} {action} {object}；日志头 {} 条，{}", entry.id, entry.at, head.size, head.at)
        }
        Locale::En => {
            format!(
                "no. {}: {} {who} {action} {object}; head of {} entries, {}",
                entry.id, entry.at, head.size, head.at
            )
        }
    });
    if body.is_none() {
        say(locale.pick("变更前后的内容不在其中，未作核对", "before and after are not with it, and were not checked"));
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        audit::{Body, Entry, Origin, Salt, SigningKey, key::KeyName},
        tenant::TenantKey,
    };

    use super::*;

    /// The files of a log of one entry: its proof, the public key, its head, a head of another log; and how a check with some of them ends.
    struct Files(PathBuf);

    impl Files {
        fn new() -> Self {
            let folder = std::env::temp_dir().join(format!("fonds-proof-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            let key = SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[7; 32]);
            let (salt, body) =
                (Salt([9; 32]), Body { before: None, after: Some(serde_json::json!({ "题名": "会议" })) });
            let entry = Entry {
                tenant: TenantKey::parse("zj").unwrap(),
                id: 1,
                at: chrono::DateTime::UNIX_EPOCH,
                account: None,
                post: None,
                org: None,
                action: "record.submit".to_owned(),
                object_kind: "record".to_owned(),
                object_id: "record:0\u{1b}[2J".to_owned(),
                reason: None,
                origin: None,
                body_digest: body.digest(&salt).unwrap(),
            };
            let head = |origin: &str, size| Head {
                origin: Origin::parse(origin).unwrap(),
                size,
                root: entry.leaf_hash().unwrap(),
                at: entry.at,
            };
            let own = head("archive.example.cn/audit/zj", 1).sign(&[&key]);
            let proof = Proof::new(0, &entry, Some((&salt, &body)), Vec::new(), own.clone()).unwrap().write().unwrap();
            let other = head("archive.example.cn/audit/js", 1).sign(&[&key]);
            let stranger = SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[8; 32]);
            for (name, text) in [
                ("proof", format!("\u{FEFF}{proof}")),
                ("touched", proof.replace("会议", "大会")),
                ("key", format!("{}\n", key.public())),
                ("stranger", format!("{}\n", stranger.public())),
                ("own", own),
                ("other", other),
            ] {
                fs::write(folder.join(name), text).unwrap();
            }
            Self(folder)
        }

        fn check(&self, proof: &str, keys: &[&str], heads: &[&str]) -> bool {
            let files = |names: &[&str]| names.iter().map(|name| self.0.join(name)).collect();
            let check = OfEntry { proof: self.0.join(proof), key: files(keys), head: files(heads) };
            format!("{:?}", check.run().unwrap()) == format!("{:?}", ExitCode::SUCCESS)
        }
    }

    #[test]
    fn a_proof_is_proved_by_the_key_or_by_a_head_that_came_another_way() {
        let files = Files::new();
        assert!(files.check("proof", &["key"], &[]));
        assert!(files.check("proof", &["stranger", "key"], &["own"]), "one of the keys is enough");
        assert!(files.check("proof", &[], &["other", "own"]), "without a key");
        assert!(!files.check("touched", &["key"], &[]));
        assert!(!files.check("proof", &["stranger"], &[]));
        assert!(!files.check("proof", &["key"], &["other"]), "its head is none of those that were kept");
        assert!(!files.check("proof", &[], &["other"]));
        fs::remove_dir_all(files.0).unwrap();
    }
}
