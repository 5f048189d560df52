//! The name of a file, as somebody gave it.

use domain::{
    Problem,
    form::{Mark, state_secret_mark},
};
use unicode_normalization::UnicodeNormalization;

use crate::{
    format,
    reason::{NameFault, Reason},
};

/// Longest name, in characters: what the file systems of people's computers can hold.
pub const LONGEST: usize = 255;

/// Extensions by which Windows, macOS or a phone runs a file that is opened, or follows it elsewhere. What is in it says nothing: a script
/// is text like any other.
const PROGRAMS: [&str; 57] = [
    "apk", "app", "appx", "bat", "chm", "cmd", "com", "command", "cpl", "deb", "desktop", "dll", "dmg", "exe",
    "gadget", "hlp", "hta", "inf", "ins", "ipa", "iso", "jar", "js", "jse", "lnk", "mjs", "msc", "msi", "msix", "msp",
    "mst", "pif", "pkg", "ps1", "psd1", "psm1", "reg", "rgs", "rpm", "run", "scf", "scpt", "scr", "sct", "sh", "sys",
    "url", "vb", "vbe", "vbs", "vhd", "webloc", "ws", "wsc", "wsf", "wsh", "xll",
];

/// A name in NFC that can be shown, stored and sent in a header. The same name twice is fine: names are no keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName(String);

impl FileName {
    /// Reads a name as given.
    ///
    /// # Errors
    /// It is empty, too long, a path, holds characters that cannot be seen or turn the reading direction, or is that of a program.
    pub fn parse(given: &str) -> Result<Self, NameFault> {
        // Nothing is normalised that is not going to be kept.
        if given.chars().take(4 * LONGEST + 1).count() > 4 * LONGEST {
            return Err(NameFault::TooLong);
        }
        let name: String = given.nfc().collect();
        if let Some(fault) = name.chars().find_map(fault_of) {
            return Err(fault);
        }
        if name.trim().is_empty() || name.chars().all(|letter| letter == '.') {
            return Err(NameFault::Empty);
        }
        if name.chars().any(|letter| matches!(letter, '/' | '\\')) {
            return Err(NameFault::Path);
        }
        if name.chars().count() > LONGEST {
            return Err(NameFault::TooLong);
        }
        let name = Self(name);
        // Windows leaves dots and blanks at the end away.
        let seen = Self(name.0.trim_end_matches(['.', ' ', '\u{3000}']).to_owned());
        if seen.extension().is_some_and(|end| PROGRAMS.contains(&end.as_str())) {
            return Err(NameFault::Program);
        }
        Ok(name)
    }

    /// A name for a file whose own cannot be said: what it is, with the extension of its format where there is one.
    pub fn standing_in(media_type: &str) -> Self {
        Self(match format::of(media_type).extensions.first() {
            Some(extension) => format!("文件.{extension}"),
            None => "文件".to_owned(),
        })
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the last dot, in lower case: letters and digits only, at most ten.
    pub fn extension(&self) -> Option<String> {
        let (stem, end) = self.0.rsplit_once('.')?;
        let plain = !stem.is_empty() && (1..=10).contains(&end.len()) && end.chars().all(|c| c.is_ascii_alphanumeric());
        plain.then(|| end.to_ascii_lowercase())
    }

    /// The name in at most so many bytes of UTF-8, shortened before its extension: for file systems and mail.
    pub fn within(&self, bytes: usize) -> String {
        if self.0.len() <= bytes {
            return self.0.clone();
        }
        let tail = self.extension().map(|end| self.0[self.0.len() - end.len() - 1..].to_owned()).unwrap_or_default();
        let room = bytes.saturating_sub(tail.len() + '…'.len_utf8());
        let mut cut = room.min(self.0.len());
        while !self.0.is_char_boundary(cut) {
            cut -= 1;
        }
        format!("{}…{tail}", &self.0[..cut])
    }

    /// A state-secret mark in the name: the rule for texts, of the stem and of each part between dashes and the like.
    pub fn mark(&self) -> Option<Mark> {
        mark_in(&self.0)
    }
}

/// A state-secret mark in a name or a path.
pub(crate) fn mark_in(name: &str) -> Option<Mark> {
    let last = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let parts = name.split(['_', '-', '—', '–', '.', '+', ',', '，', '、', '/', '\\']);
    std::iter::once(last).chain(parts).find_map(state_secret_mark)
}

/// Why a character does not belong in a name; joiners and variation selectors do, they make emoji and rare characters.
pub(crate) fn fault_of(letter: char) -> Option<NameFault> {
    match letter {
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}' => {
            Some(NameFault::Direction)
        }
        '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}' => {
            Some(NameFault::Invisible)
        }
        '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => Some(NameFault::Invisible),
        letter if letter.is_control() => Some(NameFault::Invisible),
        _ => None,
    }
}

/// The refusal of a name, for the field of that name.
pub fn problem(fault: NameFault) -> Problem {
    Reason::Name(fault).problem(&["name"])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(name: &str) -> Result<String, NameFault> {
        FileName::parse(name).map(|name| name.as_str().to_owned())
    }

    #[test]
    fn what_runs_when_it_is_opened_is_refused_by_its_name() {
        for name in ["run.vbs", "会议记录.docx.exe", "链接.URL", "a.txt.exe", "脚本.Ps1", "表.js. ", "快捷方式.lnk"]
        {
            assert_eq!(parsed(name), Err(NameFault::Program), "{name}");
        }
        for name in ["关于exe的说明.docx", "exe", ".js", "js.pdf", "会议.记录", "第1.2节.txt"] {
            assert!(parsed(name).is_ok(), "{name}");
        }
        assert!(PROGRAMS.is_sorted(), "in their order, so that each stands there once");
    }

    #[test]
    fn chinese_names_of_any_kind_pass() {
        let names = [
            "2026年3月支部党员大会会议记录.docx",
            "关于𠮷村党支部换届选举的请示（终稿）.pdf",
            "“三会一课”台账——第二季度.xlsx",
            "ﾃｽﾄ　全角 空格.txt",
            "葛\u{E0100}城区委.ofd",
            ".gitignore",
            "照片 1 (1).JPG",
            "👨‍👩‍👧合影.jpeg",
        ];
        for name in names {
            assert!(FileName::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_name_from_a_mac_is_the_same_name() {
        assert_eq!(parsed("Re\u{301}union.pdf"), parsed("R\u{e9}union.pdf"));
    }

    #[test]
    fn what_cannot_be_seen_or_turns_the_direction_is_refused() {
        assert_eq!(parsed("报告\u{202E}fdp.exe"), Err(NameFault::Direction));
        assert_eq!(parsed("报告\u{2066}.pdf"), Err(NameFault::Direction));
        assert_eq!(parsed("报告\u{200F}.pdf"), Err(NameFault::Direction));
        assert_eq!(parsed("报\0告.pdf"), Err(NameFault::Invisible));
        assert_eq!(parsed("报告\n.pdf"), Err(NameFault::Invisible));
        assert_eq!(parsed("报\u{200B}告.pdf"), Err(NameFault::Invisible));
        assert_eq!(parsed("../报告.pdf"), Err(NameFault::Path));
        assert_eq!(parsed("C:\\报告.pdf"), Err(NameFault::Path));
        assert_eq!(parsed(" \u{3000}"), Err(NameFault::Empty));
        assert_eq!(parsed(".."), Err(NameFault::Empty));
        assert_eq!(parsed(&"长".repeat(256)), Err(NameFault::TooLong));
        assert!(problem(NameFault::Direction).zh.contains("文字方向"));
    }

    #[test]
    fn a_long_name_is_shortened_before_its_extension() {
        let name = FileName::parse(&format!("{}.docx", "记录".repeat(120))).unwrap();
        let shown = name.within(255);
        assert!(shown.len() <= 255 && shown.starts_with("记录") && shown.ends_with("….docx"), "{shown}");
        assert_eq!(FileName::parse("短.pdf").unwrap().within(255), "短.pdf");
    }

    #[test]
    fn a_mark_in_a_name_is_seen() {
        let marked = [
            "机密.pdf",
            "机密★10年.pdf",
            "【秘密】换届方案.docx",
            "换届方案_绝密.docx",
            "絕密-方案.doc",
            "方案.秘密.txt",
        ];
        for name in marked {
            assert!(FileName::parse(name).unwrap().mark().is_some(), "{name}");
        }
        for name in ["无记名秘密投票办法.docx", "信息机密性要求.pdf", "会议记录.docx"] {
            assert_eq!(FileName::parse(name).unwrap().mark(), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_is_not(text in any::<String>()) {
            if let Ok(name) = FileName::parse(&text) {
                prop_assert!(name.within(255).len() <= 255);
                let _ = (name.extension(), name.mark());
            }
        }
    }
}
