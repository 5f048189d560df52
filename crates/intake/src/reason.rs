//! Why a file may not come in, and what is worth saying about one that may.

use domain::{Code, Problem, form::Mark};
use serde::{Deserialize, Serialize};

/// Why a file is refused. It repeats nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its name.
    Name(NameFault),
    /// It carries a state-secret mark.
    Secret(Mark, Place),
    /// There is nothing in it.
    Empty,
    /// It is larger than the tenant's limit, in bytes.
    TooLarge(u64),
    /// Its format is not on the tenant's list.
    NotAllowed(Named),
    /// It is a page that runs scripts where it is shown (SVG, HTML).
    Active(Named),
    /// It, or a member of it, opens with a password only.
    Encrypted(Named),
    /// An archive that cannot be looked into.
    Closed(Named),
    /// It cannot be read to its end.
    Damaged(Named),
    /// Unpacked, it is far more than it seems.
    Bomb(Bomb),
    /// A member of an archive has a name that can do harm.
    Member(MemberFault),
    /// A member of a ZIP, by its path, is refused as it would be by itself.
    Within(String, Box<Reason>),
}

/// A format, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// In Chinese, e.g. `PDF 文档`.
    pub zh: String,
    /// In English, e.g. `PDF document`.
    pub en: String,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing but blanks or dots.
    Empty,
    /// More than [`crate::name::LONGEST`] characters.
    TooLong,
    /// `/` or `\`.
    Path,
    /// Characters that cannot be seen.
    Invisible,
    /// Characters that turn the reading direction: `exe.pdf` may be read `fdp.exe`.
    Direction,
    /// An extension by which a double click runs it, whatever is in it.
    Program,
}

/// Where a mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the name of the file, or of a member of it.
    Name,
    /// In its text.
    Text,
}

/// What is out of proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bomb {
    /// More members than the limit.
    Members,
    /// Members unpack to more than the limits of growth.
    Growth,
    /// Archives within archives, too deep.
    Depth,
    /// Members that lie over each other, or are longer than they say.
    Forged,
    /// A picture of more points than the limit.
    Pixels,
    /// Reading it takes more memory or time than a document may.
    Effort,
}

/// What is wrong with a member's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberFault {
    /// It leads out of the archive, or is a link.
    Path,
    /// It has characters that cannot be seen or turn the reading direction.
    Letters,
}

impl Reason {
    /// The word kept in the database and counted in metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Secret(..) => "state_secret",
            Self::Empty => "empty",
            Self::TooLarge(_) => "too_large",
            Self::NotAllowed(_) => "not_allowed",
            Self::Active(_) => "active",
            Self::Encrypted(_) => "encrypted",
            Self::Closed(_) => "closed",
            Self::Damaged(_) => "damaged",
            Self::Bomb(_) => "bomb",
            Self::Member(_) => "member_name",
            Self::Within(_, reason) => reason.word(),
        }
    }

    /// The refusal at a field of the input.
    pub fn problem(&self, path: &[&str]) -> Problem {
        let (zh, en) = self.said();
        Problem::new(self.code(), path, zh, en)
    }

    fn code(&self) -> Code {
        match self {
            Self::Empty | Self::Name(NameFault::Empty) => Code::Required,
            Self::TooLarge(_) | Self::Name(NameFault::TooLong) => Code::TooLong,
            Self::Within(_, reason) => reason.code(),
            _ => Code::Invalid,
        }
    }

    /// The same of a member of a ZIP, with its path where that helps to find it. A mark is not pointed at, and of what is wrong with
    /// the whole ZIP no member is to blame.
    pub(crate) fn within(self, member: &str) -> Self {
        match self {
            Self::Within(inner, reason) => Self::Within(format!("{member}/{inner}"), reason),
            Self::Name(_)
            | Self::TooLarge(_)
            | Self::NotAllowed(_)
            | Self::Active(_)
            | Self::Encrypted(_)
            | Self::Closed(_)
            | Self::Damaged(_) => Self::Within(member.to_owned(), Box::new(self)),
            Self::Secret(..) | Self::Empty | Self::Bomb(_) | Self::Member(_) => self,
        }
    }

    fn said(&self) -> (String, String) {
        let of = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::Name(fault) => fault.said(),
            Self::Secret(_, place) => place.said(),
            Self::Empty => of("文件是空的，请检查后重新上传。", "The file is empty: check it and upload it again."),
            Self::TooLarge(limit) => (
                format!("文件超过 {} MB 的上限，请拆分或压缩后再上传。", limit / 1_000_000),
                format!("The file is above the limit of {} MB: split or shrink it.", limit / 1_000_000),
            ),
            Self::NotAllowed(format) => (
                format!("不接收此类文件（{}）。请转换为允许的格式（如 PDF、OFD、DOCX）后再上传。", format.zh),
                format!("Files of this type ({}) are not taken: convert it, e.g. to PDF, OFD or DOCX.", format.en),
            ),
            Self::Active(format) => (
                format!("{}打开时可能运行脚本，不予接收。请转换为 PDF 或图片后再上传。", format.zh),
                format!(
                    "A file of this type ({}) can run scripts when opened: convert it to PDF or a picture.",
                    format.en
                ),
            ),
            Self::Encrypted(format) => (
                format!("文件已加密或设有密码（{}），无法归档。请解除密码后重新上传。", format.zh),
                format!(
                    "The file is encrypted or has a password ({}): remove it and upload the file again.",
                    format.en
                ),
            ),
            Self::Closed(format) => (
                format!("无法检查此类压缩文件（{}）里的内容。请解压后逐个上传，或改用普通 ZIP。", format.zh),
                format!("An archive of this kind ({}) cannot be checked: upload its files, or a plain ZIP.", format.en),
            ),
            Self::Damaged(format) => (
                format!("文件不完整或已损坏（{}），无法检查。请确认能正常打开后重新上传。", format.zh),
                format!(
                    "The file is incomplete or damaged ({}): make sure that it opens, then upload it again.",
                    format.en
                ),
            ),
            Self::Bomb(bomb) => bomb.said(),
            Self::Member(fault) => fault.said(),
            Self::Within(member, reason) => {
                let (zh, en) = reason.said();
                let member = shown(member);
                (format!("压缩包内的“{member}”：{zh}"), format!("In the archive, \"{member}\": {en}"))
            }
        }
    }
}

/// The end of a path, which tells more than its beginning.
fn shown(path: &str) -> String {
    const MOST: usize = 80;
    let length = path.chars().count();
    if length <= MOST {
        path.to_owned()
    } else {
        path.chars().skip(length - MOST).fold("…".to_owned(), |shown, letter| shown + letter.encode_utf8(&mut [0; 4]))
    }
}

impl NameFault {
    fn said(self) -> (String, String) {
        let (zh, en) = match self {
            Self::Empty => ("文件名为空，请填写。", "The name is empty: enter one."),
            Self::TooLong => ("文件名超过 255 个字，请缩短。", "The name is longer than 255 characters: shorten it."),
            Self::Path => (
                "文件名中不能有“/”或“\\”，请改名后再上传。",
                "The name may not have \"/\" or \"\\\" in it: rename the file.",
            ),
            Self::Invisible => (
                "文件名中有不可见字符，请改名后再上传。",
                "The name has characters that cannot be seen: rename the file.",
            ),
            Self::Program => (
                "文件名的扩展名是程序或脚本，打开时会直接运行，不予接收。请改为文档（如 PDF、DOCX）后再上传。",
                "By its extension the file is a program or a script, which runs when it is opened: upload a document, e.g. PDF or DOCX.",
            ),
            Self::Direction => (
                "文件名中有改变文字方向的字符，容易伪装文件类型，请改名后再上传。",
                "The name has characters that turn the reading direction and can hide what the file is: rename it.",
            ),
        };
        (zh.to_owned(), en.to_owned())
    }
}

impl Place {
    fn said(self) -> (String, String) {
        let (zh, en) = match self {
            Self::Name => ("文件名", "The name of the file"),
            Self::Text => ("文件内容", "The text of the file"),
        };
        (
            format!(
                "{zh}中有国家秘密标志。本平台不得录入、存储、传输国家秘密：请立即停止上传，不要另存或转发，并联系本单位保密办处理。"
            ),
            format!(
                "{en} carries a state-secret mark. State secrets may not be entered here: stop the upload, do not copy or \
                 forward the file, and call your confidentiality office (保密办)."
            ),
        )
    }
}

impl Bomb {
    fn said(self) -> (String, String) {
        let (zh, en) = match self {
            Self::Members => ("压缩包内文件过多，请拆分后上传。", "The archive has too many files in it: split it."),
            Self::Growth => (
                "文件解压后体积异常，不予接收。请解压后逐个上传。",
                "Unpacked, the file is out of all proportion: upload its files one by one.",
            ),
            Self::Depth => {
                ("压缩包嵌套层数过多，请解压后上传。", "Archives lie too deep within each other: unpack them.")
            }
            Self::Forged => (
                "压缩包的目录与内容不符，不予接收。请重新打包后上传。",
                "The archive's directory does not agree with its content: pack it anew.",
            ),
            Self::Pixels => ("图片像素过大，请缩小后上传。", "The picture has too many points: scale it down."),
            Self::Effort => (
                "读取此文件所需的内存或时间异常，不予接收。请另存为新文件后重新上传。",
                "Reading the file takes more memory or time than a document may: save it anew and upload that.",
            ),
        };
        (zh.to_owned(), en.to_owned())
    }
}

impl MemberFault {
    fn said(self) -> (String, String) {
        let (zh, en) = match self {
            Self::Path => (
                "压缩包内有指向外部的路径或链接，不予接收。请重新打包后上传。",
                "The archive has paths or links that lead out of it: pack it anew.",
            ),
            Self::Letters => (
                "压缩包内有文件名含不可见或改变文字方向的字符，请改名、重新打包后上传。",
                "A file in the archive has a name with characters that cannot be seen or turn the reading direction: \
                 rename it and pack it anew.",
            ),
        };
        (zh.to_owned(), en.to_owned())
    }
}

/// What is worth saying about a file that comes in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Warning {
    /// The name says something else than the content; the content counts.
    Extension {
        /// As in the name.
        extension: String,
        /// What it is, in Chinese.
        zh: String,
        /// What it is, in English.
        en: String,
    },
    /// The program that sent it has called it something else than the content; the content counts.
    Declared {
        /// As it was called, in Chinese.
        declared_zh: String,
        /// As it was called, in English.
        declared_en: String,
        /// What it is, in Chinese.
        zh: String,
        /// What it is, in English.
        en: String,
    },
    /// It brings macros.
    Macros,
    /// It brings `JavaScript`, or starts programs.
    Script,
    /// Other files lie within that were not looked into.
    Within,
    /// A grade of state secrets is named as a word, e.g. 机密性.
    GradeNamed,
    /// Its text could not be read, or not all of it: nobody has looked for marks there.
    TextUnread,
}

impl Warning {
    /// The word kept in the database.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Extension { .. } => "extension",
            Self::Declared { .. } => "declared",
            Self::Macros => "macros",
            Self::Script => "script",
            Self::Within => "within",
            Self::GradeNamed => "grade_named",
            Self::TextUnread => "text_unread",
        }
    }

    /// The warning at a field of the input.
    pub fn problem(&self, path: &[&str]) -> Problem {
        let of = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        let (zh, en) = match self {
            Self::Extension { extension, zh, en } => (
                format!("扩展名为“.{extension}”，但内容是{zh}，已按内容处理。建议改正文件名。"),
                format!(
                    "The name ends in \".{extension}\", but the content is a {en} and is treated as such: rename it."
                ),
            ),
            Self::Declared { declared_zh, declared_en, zh, en } => (
                format!("上传时声明的类型是{declared_zh}，但内容是{zh}，已按内容处理。请确认选对了文件。"),
                format!(
                    "It was sent as a {declared_en}, but the content is a {en} and is treated as such: make sure that it is the right file."
                ),
            ),
            Self::Macros => of(
                "文件中有宏，打开时请勿启用。建议另存为不含宏的格式。",
                "The file has macros: do not enable them, and better save it without.",
            ),
            Self::Script => of(
                "文件中有脚本或会启动程序，长期保存可能失效。建议另存为 PDF/A。",
                "The file has scripts or starts programs, which will not last: better save it as PDF/A.",
            ),
            Self::Within => of(
                "文件中还嵌有未经检查的其他文件，请确认其中没有不应上传的内容。",
                "Other files lie within, which were not checked: make sure that they may be uploaded.",
            ),
            Self::GradeNamed => of(
                "内容中出现“秘密”“机密”或“绝密”字样，请确认不涉及国家秘密；拿不准的，请先联系本单位保密办。",
                "The words 秘密, 机密 or 绝密 occur: make sure that no state secret is touched, and ask your confidentiality \
                 office (保密办) when in doubt.",
            ),
            Self::TextUnread => of(
                "文件的文字未能全部读取，未能检查国家秘密标志，请自行确认。",
                "Not all of the text could be read and checked for state-secret marks: check it yourself.",
            ),
        };
        Problem::new(Code::Procedure, path, zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_refused_with_whom_to_call_and_without_what_it_said() {
        for place in [Place::Name, Place::Text] {
            let said = |mark: &Mark| Reason::Secret(*mark, place).problem(&["file"]);
            let problem = said(&Mark::Secret);
            assert!(problem.zh.contains("保密办") && problem.en.contains("confidentiality office"));
            assert!(Mark::ALL.iter().all(|mark| said(mark) == problem), "which mark it was is not repeated");
        }
    }
}
