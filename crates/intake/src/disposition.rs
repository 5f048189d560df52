//! `Content-Disposition` of a download (RFC 6266), with the name in UTF-8 (RFC 8187).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::name::FileName;

/// What the browser is to do with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Keep it: everything that somebody uploaded.
    Attachment,
    /// Show it: only pictures that we have made ourselves.
    Inline,
}

/// All but `attr-char` of RFC 8187.
const NOT_ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The value of the header. Clients that do not know `filename*` see the name with `_` for what is not ASCII.
pub fn header(disposition: Disposition, name: &FileName) -> String {
    let word = match disposition {
        Disposition::Attachment => "attachment",
        Disposition::Inline => "inline",
    };
    let plain: String = name.as_str().chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let full = utf8_percent_encode(name.as_str(), NOT_ATTR_CHAR);
    format!("{word}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

/// Quotes and backslashes are read in different ways, and some clients decode `%41`.
fn is_plain(letter: char) -> bool {
    (' '..='~').contains(&letter) && !matches!(letter, '"' | '\\' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment(name: &str) -> String {
        header(Disposition::Attachment, &FileName::parse(name).unwrap())
    }

    #[test]
    fn a_chinese_name_comes_in_both_spellings() {
        assert_eq!(
            attachment("会议 1.docx"),
            "attachment; filename=\"__ 1.docx\"; filename*=UTF-8''%E4%BC%9A%E8%AE%AE%201.docx"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(
            attachment("a\"; x=%41'*.html"),
            "attachment; filename=\"a_; x=_41'*.html\"; filename*=UTF-8''a%22%3B%20x%3D%2541%27%2A.html"
        );
        let shown = header(Disposition::Inline, &FileName::parse("图.jpg").unwrap());
        assert!(shown.starts_with("inline; ") && shown.is_ascii());
    }
}
