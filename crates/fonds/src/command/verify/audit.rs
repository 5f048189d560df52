//! `fonds verify audit`: an auditor's check of an export, on any machine.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use domain::{
    Locale,
    audit::{
        Finding, Head, PublicKey, Report,
        finding::{Kind, Verdict},
        head, verify,
    },
};
use mail_parser::MessageParser;

use crate::words::{Failure, complain, say, terminal_locale};

/// Findings that are printed; the rest is counted.
const SHOWN: usize = 200;
/// Heads that are not proved, of those that are listed.
const HEADS: usize = 10;

#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// The export, JSON Lines.
    export: PathBuf,
    /// Heads that came on another way: by mail, on paper, from another machine; one or several in a file. Several narrow down what
    /// was rewritten.
    #[arg(long, value_name = "FILE")]
    head: Vec<PathBuf>,
    /// A public key of the installation, in the note format; several where keys have changed.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
}

impl Audit {
    /// Exit 1 where something is wrong, 2 where nothing is and no trusted head says so.
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let locale = terminal_locale();
        let keys = self.key.iter().map(|file| key(file)).collect::<Result<Vec<_>, _>>()?;
        let heads = self.head.iter().map(|file| heads(file, &keys)).collect::<Result<Vec<_>, _>>()?.concat();
        if keys.is_empty() && !heads.is_empty() {
            complain(locale.pick(
                "未给 --key：日志头的签名没有核对，只凭其来路可信",
                "without --key no signature is checked: the heads are trusted for the way they came",
            ));
        }
        let export = File::open(&self.export).map_err(|error| unread(&self.export, &error))?;
        let report = verify(BufReader::with_capacity(1 << 20, export), &heads, &keys)
            .map_err(|error| unread(&self.export, &error))?;
        for line in lines(&report, locale) {
            say(&line);
        }
        Ok(match Outcome::of(&report) {
            Outcome::Whole | Outcome::WholeButDestroyed => ExitCode::SUCCESS,
            Outcome::Unproved | Outcome::NoExport => ExitCode::from(2),
            Outcome::Shorter | Outcome::Wrong => ExitCode::FAILURE,
        })
    }
}

pub(super) fn key(file: &Path) -> Result<PublicKey, Failure> {
    let text = fs::read_to_string(file).map_err(|error| unread(file, &error))?;
    PublicKey::parse(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}

pub(super) fn heads(file: &Path, keys: &[PublicKey]) -> Result<Vec<Head>, Failure> {
    let read = fs::read(file).map_err(|error| unread(file, &error))?;
    let open = |note: &str| {
        if keys.is_empty() { Head::open_unsigned(note) } else { Head::open(note, keys).map(|(head, _)| head) }
    };
    let bytes = as_signed(&read);
    let heads: Result<Vec<_>, _> = head::many(&bytes).map(|(note, _)| open(note)).collect();
    match heads {
        Ok(heads) if heads.is_empty() => Err(format!("{}: there is no head in it", file.display()).into()),
        Ok(heads) => Ok(heads),
        Err(error) => {
            // Not a file of heads: a letter, as it was kept.
            let found = head::within(&letter(&read));
            if found.is_empty() {
                return Err(format!("{}: {error}", file.display()).into());
            }
            let heads: Result<Vec<_>, _> = found.iter().map(|note| open(note)).collect();
            heads.map_err(|error| format!("{}: {error}", file.display()).into())
        }
    }
}

/// The text of a letter with its encoding undone; of anything else as it stands.
fn letter(bytes: &[u8]) -> String {
    let parsed = MessageParser::default().parse(bytes).filter(|letter| letter.from().is_some());
    let text = parsed.as_ref().and_then(|letter| letter.body_text(0));
    text.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), Cow::into_owned)
}

/// Lines as they were signed, whatever a mail program or an editor has made of their ends.
fn as_signed(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim_end);
    lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

pub(super) fn unread(file: &Path, error: &std::io::Error) -> Failure {
    format!("{} cannot be read: {error}", file.display()).into()
}

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Whole,
    /// Whole, as far as bodies were not destroyed by rule.
    WholeButDestroyed,
    Unproved,
    NoExport,
    /// All that is there is right, and a trusted head is of more entries.
    Shorter,
    Wrong,
}

impl Outcome {
    fn of(report: &Report) -> Self {
        let (clean, findings) = (report.clean(), &report.findings);
        if clean {
            return if report.destroyed > 0 { Self::WholeButDestroyed } else { Self::Whole };
        }
        if findings.is_empty() && !report.more {
            return Self::Unproved;
        }
        if findings.iter().all(|finding| finding.kind == Kind::NoHeader) {
            return Self::NoExport;
        }
        let proved = report
            .heads
            .iter()
            .any(|head| head.trusted && head.verdict == Verdict::Proved && head.size == report.entries);
        let beyond = |finding: &Finding| finding.kind == Kind::Missing && finding.entries.from >= report.entries;
        if proved && !report.more && findings.iter().all(beyond) { Self::Shorter } else { Self::Wrong }
    }

    const fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Whole => locale.pick("结论：日志完整，未发现改动", "result: the log is whole, nothing was changed"),
            Self::WholeButDestroyed => locale.pick(
                "结论：日志完整；已按规定销毁的内容无从核对，其余未发现改动",
                "result: the log is whole; what was destroyed by rule cannot be checked, nothing else was changed",
            ),
            Self::Unproved => locale.pick(
                "结论：无法证明。请用 --head 给出另行取得的日志头，或用 --key 给出公钥",
                "result: nothing is proved. Give a head that came on another way (--head) or a public key (--key)",
            ),
            Self::NoExport => locale.pick(
                "结论：这不是本版本认识的审计日志导出文件，未作核对",
                "result: this is no export of an audit log that this version knows; nothing was checked",
            ),
            Self::Shorter => locale.pick(
                "结论：导出的各条与日志相符，但少于可信日志头的条数：或是在这些日志头之前导出的，或被截去了末尾。请重新导出，或只用导出之前的日志头核对",
                "result: what is there is what was logged, and trusted heads are of more entries: it was exported before them, or cut at its end. Export anew, or check with heads from before the export",
            ),
            Self::Wrong => locale.pick("结论：日志与可信记录不符", "result: the log is not what was signed"),
        }
    }
}

/// What is told of a report: the findings, then the heads, then the result.
fn lines(report: &Report, locale: Locale) -> Vec<String> {
    let mut lines: Vec<String> = report.findings.iter().take(SHOWN).map(|finding| finding.message(locale)).collect();
    let hidden = report.findings.len().saturating_sub(SHOWN);
    if hidden > 0 || report.more {
        lines.push(match locale {
            Locale::Zh => format!("……另有 {hidden} 项或更多未列出"),
            Locale::En => format!("… and {hidden} or more that are not listed"),
        });
    }
    // A year has half a million heads: good ones are told by their newest, of bad ones the first ten and the last.
    let newest = report.heads.iter().filter(|head| head.verdict == Verdict::Proved).max_by_key(|head| head.size);
    let bad: Vec<_> = report.heads.iter().filter(|head| head.verdict != Verdict::Proved).collect();
    let hidden = bad.len().saturating_sub(HEADS + 1);
    if hidden > 0 {
        lines.push(match locale {
            Locale::Zh => format!("共有 {} 个日志头不符，只列出前 {HEADS} 个和最后一个", bad.len()),
            Locale::En => format!("{} heads are not proved; the first {HEADS} and the last one are listed", bad.len()),
        });
    }
    let last = bad.get(HEADS..).and_then(<[_]>::last);
    let told = bad.iter().take(HEADS).chain(last).copied().chain(newest);
    lines.extend(told.map(|head| {
        let (trusted, verdict) = (word_of_trust(head.trusted, locale), word_of(head.verdict, locale));
        match locale {
            Locale::Zh => format!("日志头 {} 条，{}，{trusted}：{verdict}", head.size, head.at),
            Locale::En => format!("head of {} entries, {}, {trusted}: {verdict}", head.size, head.at),
        }
    }));
    let good = report.heads.iter().filter(|head| head.verdict == Verdict::Proved).count();
    if good > 1 {
        lines.push(match locale {
            Locale::Zh => format!("另有 {} 个更早的日志头，均相符", good - 1),
            Locale::En => format!("and {} older heads: all are proved", good - 1),
        });
    }
    let Report { entries, destroyed, unproved, .. } = report;
    // The export says what it likes; the terminal is not to obey it.
    let origin = report.origin.escape_debug();
    lines.push(match locale {
        Locale::Zh => {
            format!("{origin}：共 {entries} 条，内容已按规定销毁 {destroyed} 条，最新可信日志头之后 {unproved} 条")
        }
        Locale::En => {
            format!(
                "{origin}: {entries} entries, {destroyed} without their body, {unproved} after the newest trusted head"
            )
        }
    });
    lines.push(Outcome::of(report).words(locale).to_owned());
    lines
}

const fn word_of_trust(trusted: bool, locale: Locale) -> &'static str {
    if trusted { locale.pick("可信", "trusted") } else { locale.pick("签名未核对", "its signature not checked") }
}

const fn word_of(verdict: Verdict, locale: Locale) -> &'static str {
    match verdict {
        Verdict::Proved => locale.pick("相符", "the entries are those it was signed over"),
        Verdict::Named => locale.pick("不符，已逐条指出", "they are not; each is named above"),
        Verdict::Broken => locale.pick("不符，能指出的已列出", "they are not; what can be named is above"),
    }
}

#[cfg(test)]
mod tests {
    use domain::audit::finding::Checked;

    use super::*;

    #[test]
    fn the_result_stands_last_and_says_what_to_do() {
        let last = |report: &Report, locale| lines(report, locale).pop().unwrap();
        let empty = Report { origin: "archive.example.cn/audit/zj".into(), ..Report::default() };
        assert!(last(&empty, Locale::En).contains("--key"));
        let finding = Finding { entries: (5..6).into(), kind: Kind::Tampered, line: None };
        let wrong = Report { findings: vec![finding], ..empty };
        assert_eq!(last(&wrong, Locale::Zh), "结论：日志与可信记录不符");
        assert!(lines(&wrong, Locale::En)[0].starts_with("entry 5: tampered"));
        let none = Report {
            findings: vec![Finding { entries: (0..0).into(), kind: Kind::NoHeader, line: Some(1) }],
            ..Report::default()
        };
        assert!(last(&none, Locale::En).contains("no export"));
    }

    #[test]
    fn what_was_exported_before_a_head_is_shorter_and_not_forged() {
        let head = |size, verdict| Checked { size, at: chrono::DateTime::UNIX_EPOCH, trusted: true, verdict };
        let beyond = Finding { entries: (7..9).into(), kind: Kind::Missing, line: None };
        let short = Report {
            entries: 7,
            heads: vec![head(7, Verdict::Proved), head(9, Verdict::Broken)],
            findings: vec![beyond],
            ..Report::default()
        };
        assert_eq!(Outcome::of(&short), Outcome::Shorter);
        let within = Finding { entries: (3..4).into(), kind: Kind::Missing, line: None };
        let forged = Report { findings: vec![within], ..short };
        assert_eq!(Outcome::of(&forged), Outcome::Wrong);
    }

    #[test]
    fn of_many_heads_that_are_not_proved_the_first_and_the_last_are_listed() {
        let head = |size| Checked { size, at: chrono::DateTime::UNIX_EPOCH, trusted: true, verdict: Verdict::Broken };
        let report = Report { heads: (1..=500).map(head).collect(), ..Report::default() };
        let told = lines(&report, Locale::En);
        assert!(told.len() < 20, "{told:?}");
        assert!(
            told[0].starts_with("500 heads are not proved")
                && told.iter().any(|line| line.contains("head of 500 entries"))
        );
    }

    #[test]
    fn a_letter_is_read_whatever_its_encoding() {
        let eml = "From: a@example.cn\r\nTo: b@example.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\n5LiACuS6jAo=\r\n";
        assert_eq!(letter(eml.as_bytes()).replace("\r\n", "\n"), "一\n二\n");
        assert_eq!(letter("一\n二\n".as_bytes()), "一\n二\n");
    }

    #[test]
    fn a_head_that_a_mail_program_has_touched_is_still_the_head() {
        assert_eq!(as_signed("\u{FEFF}a/b\r\n5\r\n\r\n— a sig \r\n".as_bytes()), "a/b\n5\n\n— a sig\n".as_bytes());
    }
}
