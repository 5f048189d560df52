//! Text out of bytes: which encoding, and marks in it.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use domain::form::{Mark, names_a_grade, state_secret_mark};
use encoding_rs::{CoderResult, Encoding, GB18030, UTF_8};

pub(crate) mod xml;

/// What has been found in texts so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    /// The first state-secret mark.
    pub(crate) mark: Option<Mark>,
    /// A grade is named, at least as a word.
    pub(crate) named: bool,
}

impl Marks {
    pub(crate) fn read(&mut self, text: &str) {
        if self.named || names_a_grade(text) {
            self.named = true;
            self.mark = self.mark.or_else(|| state_secret_mark(text));
        }
    }
}

/// The encoding of a text that begins like this; `None` for what is no text. Chinese text without a byte order mark is
/// UTF-8 or, where it cannot be that, GB18030 (which GBK and GB2312 are part of).
pub(crate) fn encoding(head: &[u8], whole: bool) -> Option<&'static Encoding> {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return reads(encoding, &head[length..], whole).then_some(encoding);
    }
    [UTF_8, GB18030].into_iter().find(|encoding| reads(encoding, head, whole))
}

/// Decodes it without fault, and into letters?
fn reads(encoding: &'static Encoding, bytes: &[u8], whole: bool) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let Some(room) = decoder.max_utf8_buffer_length_without_replacement(bytes.len()) else { return false };
    let mut text = String::with_capacity(room);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, whole);
    matches!(result, encoding_rs::DecoderResult::InputEmpty) && !text.chars().any(is_binary)
}

/// Control characters that no text has; form feeds and escape sequences of terminals pass.
fn is_binary(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t'..='\r' | '\u{1A}' | '\u{1B}' | '\u{85}')
}

/// The text of bytes, whatever they are.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    encoding(bytes, true).unwrap_or(UTF_8).decode(bytes).0
}

const BLOCK: usize = 256 * 1024;

/// Reads a stream of text for marks, block by block; true once it was read to its end within the limit.
pub(crate) fn read_marks(
    mut reader: impl Read,
    encoding: &'static Encoding,
    limit: u64,
    marks: &mut Marks,
) -> io::Result<bool> {
    let mut decoder = encoding.new_decoder();
    let mut bytes = vec![0; BLOCK];
    let mut text = String::with_capacity(4 * BLOCK);
    let mut read = 0_u64;
    loop {
        let length = reader.read(&mut bytes)?;
        let last = length == 0;
        let mut at = 0;
        loop {
            let (result, used, _) = decoder.decode_to_string(&bytes[at..length], &mut text, last);
            at += used;
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull => look(&mut text, marks),
            }
        }
        if text.len() >= BLOCK || last {
            look(&mut text, marks);
        }
        read += length as u64;
        if last {
            marks.read(&text);
            return Ok(true);
        }
        if marks.mark.is_some() || read > limit {
            return Ok(false);
        }
    }
}

/// Looks through the whole lines of a block and leaves the rest. Of a line without end its last few letters are looked at
/// again, so that no border cuts a mark in two.
fn look(text: &mut String, marks: &mut Marks) {
    let (seen, done) = match text.rfind(['\n', '\r']) {
        Some(at) => (at, at + 1),
        None => (text.len(), text.char_indices().rev().nth(63).map_or(0, |(at, _)| at)),
    };
    marks.read(&text[..seen]);
    text.drain(..done);
}

/// Chinese text in UTF-16 within a binary stream, as the old office formats keep it, at even and at odd places.
pub(crate) fn read_utf16_runs(bytes: &[u8], marks: &mut Marks) {
    for shift in [0, 1] {
        let units =
            bytes.get(shift..).unwrap_or_default().chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
        let text: String = char::decode_utf16(units).map(|letter| letter.map_or('\n', letter_or_break)).collect();
        marks.read(&text);
    }
}

fn letter_or_break(letter: char) -> char {
    match letter {
        '\t'
        | ' '..='~'
        | '\u{2000}'..='\u{2BFF}'
        | '\u{2E80}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FFEF}'
        | '\u{10000}'.. => letter,
        _ => '\n',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(bytes: &[u8]) -> Marks {
        let mut marks = Marks::default();
        let encoding = encoding(bytes, true).expect("it is text");
        assert!(read_marks(bytes, encoding, 8 << 20, &mut marks).is_ok());
        marks
    }

    #[test]
    fn chinese_text_is_read_in_its_encodings() {
        let text = "会议纪要\r\n机密★5年\r\n一、学习文件";
        let (gb, ..) = GB18030.encode(text);
        assert!(std::str::from_utf8(&gb).is_err());
        assert_eq!(marks(&gb).mark, Some(Mark::Secret));
        assert_eq!(marks(text.as_bytes()).mark, Some(Mark::Secret));
        let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(marks(&utf16).mark, Some(Mark::Secret));
    }

    #[test]
    fn bytes_are_no_text() {
        assert_eq!(encoding(&[0x89, b'P', b'N', b'G', 0, 1, 2, 3], true), None);
        assert_eq!(encoding(b"\0\0\0\x18ftypmp42", true), None);
        // A head that ends within a character is text all the same.
        assert!(encoding(&"会议".as_bytes()[..5], false).is_some());
        assert!(encoding("会议".as_bytes(), true).is_some());
    }

    #[test]
    fn a_mark_over_the_border_of_two_blocks_is_found() {
        for shift in 0..16 {
            let text = format!("{}\n秘密★3年\n{}", "记".repeat(BLOCK / 3 - shift), "录\n".repeat(BLOCK));
            assert_eq!(marks(text.as_bytes()).mark, Some(Mark::Confidential), "{shift}");
        }
        let line = format!("{}机密★{}", "记".repeat(2 * BLOCK), "录".repeat(BLOCK));
        assert_eq!(marks(line.as_bytes()).mark, Some(Mark::Secret));
        let words = format!("{}秘密投票{}", "记".repeat(2 * BLOCK), "录".repeat(BLOCK));
        assert_eq!(marks(words.as_bytes()), Marks { mark: None, named: true });
    }

    #[test]
    fn text_within_an_old_document_is_read_at_any_place() {
        for shift in 0..2 {
            let mut bytes = vec![7; 100 + shift];
            bytes.extend("\r绝密\r".encode_utf16().flat_map(u16::to_le_bytes));
            bytes.extend([0xD8; 33]);
            let mut marks = Marks::default();
            read_utf16_runs(&bytes, &mut marks);
            assert_eq!(marks.mark, Some(Mark::TopSecret), "{shift}");
        }
    }
}
