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
