//! What a check has found, in words that name the entry.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::Locale;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The entry is not the one that was logged.
    Tampered,
    /// Nor is it, and the hash stored beside it was made to fit.
    Rewritten,
    /// Its before and after are not those that were logged.
    BodyChanged,
    /// Its before and after are gone, and no entry says that they were destroyed by rule.
    BodyMissing,
    /// It was logged and is not there.
    Missing,
    /// It stands at another place than it was logged at.
    Reordered,
    /// It was never logged.
    Inserted,
    /// It is genuine and in order, under a number that is not its own.
    Renumbered,
    /// The entry is proved; the hash stored beside it is not its own.
    LeafChanged,
    /// The entry is proved; the log's tile does not have its hash.
    TileChanged,
    /// Among these at least one was rewritten, and all hashes up to their tile with it.
    BlockRewritten,
    /// Somewhere among these history was rewritten with everything that was stored of it.
    HistoryRewritten,
    /// The line is none of an export's.
    Unreadable,
    /// The export or a head is of another log.
    OtherLog,
    /// The export does not begin with a header that this version knows.
    NoHeader,
    /// The export does not end with a head: it was cut.
    NoHead,
    /// The export's own head is signed by none of the keys given, or wrongly.
    HeadRefused,
}

impl Kind {
    /// A stable name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tampered => "TAMPERED",
            Self::Rewritten => "REWRITTEN",
            Self::BodyChanged => "BODY_CHANGED",
            Self::BodyMissing => "BODY_MISSING",
            Self::Missing => "MISSING",
            Self::Reordered => "REORDERED",
            Self::Inserted => "INSERTED",
            Self::Renumbered => "RENUMBERED",
            Self::LeafChanged => "LEAF_CHANGED",
            Self::TileChanged => "TILE_CHANGED",
            Self::BlockRewritten => "BLOCK_REWRITTEN",
            Self::HistoryRewritten => "HISTORY_REWRITTEN",
            Self::Unreadable => "UNREADABLE",
            Self::OtherLog => "OTHER_LOG",
            Self::NoHeader => "NO_HEADER",
            Self::NoHead => "NO_HEAD",
            Self::HeadRefused => "HEAD_REFUSED",
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Tampered => ("被篡改：与写入日志时的内容不符", "tampered with: not what was logged"),
            Self::Rewritten => (
                "被改写：内容已变，旁存的哈希也已重算",
                "rewritten: not what was logged, and the hash beside it was made to fit",
            ),
            Self::BodyChanged => (
                "变更前后的内容被篡改：与日志中的摘要不符",
                "before and after were tampered with: their digest is not the one logged",
            ),
            Self::BodyMissing => (
                "变更前后的内容不在，且没有依规定销毁的记录",
                "before and after are gone, and no entry says that they were destroyed by rule",
            ),
            Self::Missing => ("缺失：日志中有，导出中没有", "missing: logged, and not in the export"),
            Self::Reordered => ("次序被调换：不在写入日志时的位置", "reordered: not where it was logged"),
            Self::Inserted => ("被插入：从未写入日志", "inserted: never logged"),
            Self::Renumbered => {
                ("编号被改：条目属实，编号不是原来的", "renumbered: genuine, under a number not its own")
            }
            Self::LeafChanged => {
                ("条目属实，旁存的哈希被改", "the entry is proved, the hash stored beside it was changed")
            }
            Self::TileChanged => {
                ("条目属实，日志哈希块中的哈希被改", "the entry is proved, its hash in the log's tile was changed")
            }
            Self::BlockRewritten => (
                "其中至少一条被改写，连同哈希块一并重算；其上一层的哈希仍在，故可定位到此范围",
                "at least one of these was rewritten and its tile made to fit; the level above still tells",
            ),
            Self::HistoryRewritten => (
                "历史被改写：与可信的日志头不符，所存哈希均已重算，改写发生在此范围内",
                "history was rewritten among these: the root is not that of the trusted head, and all stored hashes were made to fit",
            ),
            Self::Unreadable => ("无法读取：不是审计导出的行", "cannot be read: no line of an audit export"),
            Self::OtherLog => {
                ("不是同一份日志：导出与日志头的来源不同", "another log: export and head have different origins")
            }
            Self::NoHeader => ("导出没有本版本认识的首行", "the export has no header that this version knows"),
            Self::NoHead => {
                ("导出没有末行的日志头，可能被截断", "the export does not end with a head: it may have been cut")
            }
            Self::HeadRefused => (
                "导出自带的日志头没有已知密钥的有效签名",
                "the export's own head has no valid signature of a known key",
            ),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Numbers of the entries in the log, from 0; empty where it is about the whole.
    pub entries: Entries,
    /// What.
    pub kind: Kind,
    /// Line of the export, from 1, where that helps to find it.
    pub line: Option<u64>,
}

/// A half-open range with an order, so that findings can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entries {
    /// The first.
    pub from: u64,
    /// The one after the last.
    pub to: u64,
}

impl From<Range<u64>> for Entries {
    fn from(range: Range<u64>) -> Self {
        Self { from: range.start, to: range.end }
    }
}

impl Finding {
    /// A sentence that names the entries.
    pub fn message(&self, locale: Locale) -> String {
        let Entries { from, to } = self.entries;
        let (zh, en) = self.kind.words();
        let what = locale.pick(zh, en);
        let whom = match (to.saturating_sub(from), locale) {
            (0, _) => String::new(),
            (1, Locale::Zh) => format!("第 {from} 条"),
            (1, Locale::En) => format!("entry {from}"),
            (_, Locale::Zh) => format!("第 {from} 至 {} 条", to - 1),
            (_, Locale::En) => format!("entries {from} to {}", to - 1),
        };
        let place = match (self.line, locale) {
            (None, _) => String::new(),
            (Some(line), Locale::Zh) => format!("（导出第 {line} 行）"),
            (Some(line), Locale::En) => format!(" (line {line} of the export)"),
        };
        match (whom.is_empty(), locale) {
            (true, _) => format!("{what}{place}"),
            (false, Locale::Zh) => format!("{whom}{place}{what}"),
            (false, Locale::En) => format!("{whom}{place}: {what}"),
        }
    }
}

/// What came of one head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The entries below its size are, to the last bit, those that it was signed over.
    Proved,
    /// They are not, and the findings name each that is not.
    Named,
    /// They are not; the findings name what can be named.
    Broken,
}

/// A head that the export was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its size.
    pub size: u64,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// Is it to be trusted: given from outside, or signed by a known key?
    pub trusted: bool,
    /// What came of it.
    pub verdict: Verdict,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Which log.
    pub origin: String,
    /// Entries that were read.
    pub entries: u64,
    /// Entries whose body was destroyed by rule: their leaves stand, their contents cannot be checked.
    pub destroyed: u64,
    /// Entries after the newest trusted head: nothing but the export itself speaks for them.
    pub unproved: u64,
    /// The heads, by size.
    pub heads: Vec<Checked>,
    /// What is wrong, by entry.
    pub findings: Vec<Finding>,
    /// There is more than is named.
    pub more: bool,
}

impl Report {
    /// Nothing is wrong, and a trusted head says so.
    pub fn clean(&self) -> bool {
        self.findings.is_empty() && !self.more && self.heads.iter().any(|head| head.trusted)
    }
}
