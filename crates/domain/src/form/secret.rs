//! State-secret marks (国家秘密标志): what carries one does not belong on this platform, not even as a draft.

use serde::{Deserialize, Serialize};

use crate::org::words;

words! {
    /// Grades of state secrets (《中华人民共和国保守国家秘密法》).
    Mark {
        /// 绝密.
        TopSecret = "top_secret", "绝密";
        /// 机密.
        Secret = "secret", "机密";
        /// 秘密.
        Confidential = "confidential", "秘密";
    }
}

/// The first mark in a text: a grade with a star (`机密★10年`), with a period or alone on its line (`秘 密`,
/// `绝密 5年`), in brackets before or after a heading (`【机密】…`), or after `密级`. Words such as 机密性 or 秘密投票
/// are none. Spaces, full-width and traditional characters make no difference.
pub fn state_secret_mark(text: &str) -> Option<Mark> {
    text.split(is_line_break).find_map(|line| {
        let line: Vec<char> = line.chars().filter(|&letter| !is_blank(letter)).map(plain).collect();
        (0..line.len().saturating_sub(1)).find_map(|at| {
            let mark = grade(line[at], line[at + 1])?;
            is_mark(&line[..at], &line[at + 2..]).then_some(mark)
        })
    })
}

/// Whether a grade of state secrets is named at all, as a mark or as a word (机密性, 秘密投票): worth a second look.
pub fn names_a_grade(text: &str) -> bool {
    let mut before = None;
    text.chars().filter(|&letter| !is_blank(letter)).map(plain).any(|letter| {
        let named = before.is_some_and(|first| grade(first, letter).is_some());
        before = Some(letter);
        named
    })
}

fn grade(first: char, second: char) -> Option<Mark> {
    match (first, second) {
        ('绝', '密') => Some(Mark::TopSecret),
        ('机', '密') => Some(Mark::Secret),
        ('秘', '密') => Some(Mark::Confidential),
        _ => None,
    }
}

fn is_mark(before: &[char], after: &[char]) -> bool {
    starred(after) || after_its_label(before) || bracketed(before, after) || alone(before, after)
}

fn starred(after: &[char]) -> bool {
    match after {
        [star, ..] if is_star(*star) => true,
        // An asterisk also makes text bold: a mark only with a period, or at the end.
        ['*', rest @ ..] => rest.is_empty() || period(rest) > 0,
        _ => false,
    }
}

fn after_its_label(before: &[char]) -> bool {
    // The last few characters only, so that a long line costs no more than its length.
    let label: String = before[before.len().saturating_sub(12)..].iter().collect();
    let label = label.trim_end_matches([':', '为', '是', '定', '\u{3010}', '[', '(']);
    ["密级", "保密等级", "涉密等级"].iter().any(|name| label.ends_with(name))
}

fn bracketed(before: &[char], after: &[char]) -> bool {
    let rest = &after[period(after)..];
    let closed = rest.first().is_some_and(|&letter| matches!(letter, '】' | ']' | '〕' | ')' | '》' | '〉'));
    let opens = |letter: char| matches!(letter, '【' | '[' | '〔' | '(' | '《' | '〈');
    let heads = before.iter().all(|&letter| !letter.is_alphanumeric()) && before.last().copied().is_some_and(opens);
    // At the end of a line round brackets may explain a word, e.g. 无记名投票(秘密).
    let ends = rest.len() == 1 && before.last().is_some_and(|&letter| matches!(letter, '【' | '[' | '〔'));
    closed && (heads || ends)
}

fn alone(before: &[char], after: &[char]) -> bool {
    if before.iter().any(|letter| letter.is_alphanumeric()) {
        return false;
    }
    let rest: String = after[period(after)..].iter().collect();
    let rest = rest.trim_matches(|letter: char| !letter.is_alphanumeric());
    matches!(rest, "" | "级" | "件" | "文件" | "解密")
}

/// How many characters a period takes at the beginning: `10年`, `六个月`, `长期`.
fn period(text: &[char]) -> usize {
    let number = text.iter().take_while(|&&letter| is_numeral(letter)).count();
    let rest: String = text[number..].iter().take(2).collect();
    if number == 0 {
        return if matches!(rest.as_str(), "长期" | "永久") { 2 } else { 0 };
    }
    match rest.chars().next() {
        Some('年' | '月' | '天' | '日') => number + 1,
        Some('个') if rest == "个月" => number + 2,
        _ => 0,
    }
}

fn is_numeral(letter: char) -> bool {
    letter.is_ascii_digit() || "〇零一二三四五六七八九十百两半".contains(letter)
}

fn is_star(letter: char) -> bool {
    matches!(letter, '★' | '☆' | '⭐' | '🌟' | '⋆' | '\u{2726}'..='\u{273D}')
}

fn is_line_break(letter: char) -> bool {
    matches!(letter, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(letter, '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{3164}')
}

/// Traditional and full-width spellings as the plain ones.
fn plain(letter: char) -> char {
    match letter {
        '機' => '机',
        '絕' | '絶' => '绝',
        '祕' => '秘',
        '長' => '长',
        '個' => '个',
        '級' => '级',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mark_is_seen_in_every_spelling() {
        let marks = [
            ("机密★10年", Mark::Secret),
            ("秘密★", Mark::Confidential),
            ("绝密★启用前", Mark::TopSecret),
            ("绝　密", Mark::TopSecret),
            ("会议记录\n  机 密  \n第一项", Mark::Secret),
            ("機密★長期", Mark::Secret),
            ("秘\u{200b}密 ☆ ５年", Mark::Confidential),
            ("秘密 5年", Mark::Confidential),
            ("机密＊六个月", Mark::Secret),
            ("【机密】关于换届工作的请示", Mark::Secret),
            ("（秘密）换届方案", Mark::Confidential),
            ("换届方案〔机密〕", Mark::Secret),
            ("密级：机密", Mark::Secret),
            ("文件密级 为 绝密，不得复制", Mark::TopSecret),
            ("★机密★", Mark::Secret),
            ("附件为机密★5年文件", Mark::Secret),
            ("机密级", Mark::Secret),
        ];
        for (text, mark) in marks {
            assert_eq!(state_secret_mark(text), Some(mark), "{text}");
        }
    }

    #[test]
    fn a_word_within_a_sentence_is_no_mark() {
        let words = [
            "",
            "密",
            "保守党的秘密，执行党的决定",
            "会议采取无记名秘密投票方式",
            "秘密投票",
            "注意信息的机密性",
            "采取无记名投票（秘密）",
            "**秘密**投票",
            "保守国家秘密10年来无事故",
            "本材料不涉密，密级：公开",
            "密级：非机密",
            "机密文件不得上传本系统",
            "绝对保密",
            "★ 秘密投票办法",
        ];
        for text in words {
            assert_eq!(state_secret_mark(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_is_worth_a_second_look() {
        assert!(names_a_grade("注意信息的机密性"));
        assert!(names_a_grade("無記名祕 密投票"));
        assert!(!names_a_grade("支部党员大会会议记录，不涉密"));
    }

    #[test]
    fn a_long_line_of_words_is_read_in_no_time() {
        assert_eq!(state_secret_mark(&"秘密".repeat(200_000)), None);
    }

    proptest! {
        #[test]
        fn it_is_total(text in "[机秘绝密★*年0-9一（）\\[\\]【】 　\n密级：]{0,40}") {
            let _ = state_secret_mark(&text);
        }

        #[test]
        fn a_star_is_found_anywhere(before in "[a-z天地人\n]{0,20}", blank in "[ 　\u{200b}]{0,3}") {
            let text = format!("{before}机{blank}密{blank}★{blank}10年");
            prop_assert_eq!(state_secret_mark(&text), Some(Mark::Secret));
        }
    }
}
