//! One line of text from outside, made fit for a header, a sentence or a chat: it cannot begin another line, hide or
//! turn round what follows.

use std::fmt;

/// Characters that one piece of a message has at the most.
const LONGEST: usize = 120;

/// A line without control characters, line breaks, direction marks and invisible characters, at most 120 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// Takes what can be shown of a text; blanks and breaks become one space.
    pub fn of(text: &str) -> Self {
        let shown: String = text.chars().filter(|&letter| !is_hidden(letter)).map(blank).collect();
        let line = shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if line.chars().count() <= LONGEST {
            return Self(line);
        }
        Self(line.chars().take(LONGEST - 1).chain(['…']).collect())
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is there nothing to show?
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn blank(letter: char) -> char {
    if letter.is_whitespace() || letter.is_control() { ' ' } else { letter }
}

/// Marks and overrides of direction, soft hyphen and zero-width characters, interlinear and variation marks of the tag
/// block. Joiners stay: Mongolian and Uyghur names need them.
const fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\u{AD}'
            | '\u{61C}'
            | '\u{200B}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn breaks_and_turns_are_gone_and_names_stay() {
        assert_eq!(Line::of("支部\r\nBcc: a@example.cn\r\n\r\n正文").as_str(), "支部 Bcc: a@example.cn 正文");
        assert_eq!(Line::of("会议\u{202E}fdp.exe\u{202C}").as_str(), "会议fdp.exe");
        assert_eq!(Line::of(" a\u{2028}b\u{85}c\u{B}d\u{3000}e ").as_str(), "a b c d e");
        assert_eq!(Line::of("ئا\u{200C}ب").as_str(), "ئا\u{200C}ب");
        assert_eq!(Line::of("长".repeat(200).as_str()).as_str().chars().count(), 120);
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_and_stays_as_it_is(text in any::<String>()) {
            let line = Line::of(&text);
            let unfit = |c: char| c.is_control() || is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}');
            prop_assert!(!line.as_str().chars().any(unfit));
            prop_assert_eq!(Line::of(line.as_str()), line);
        }
    }
}
