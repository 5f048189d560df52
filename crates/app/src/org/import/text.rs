//! UTF-8, with or without a mark at its beginning, or GB18030.

use std::{
    borrow::Cow,
    io::{BufRead, Result},
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Gb18030,
}

/// Looks at the beginning of a file and steps over the mark. The header is Chinese, so that the first bytes decide: Chinese
/// in GB18030 is no valid UTF-8.
pub(super) fn detect(reader: &mut impl BufRead) -> Result<Encoding> {
    let start = reader.fill_buf()?;
    if start.starts_with(b"\xEF\xBB\xBF") {
        reader.consume(3);
        return Ok(Encoding::Utf8);
    }
    Ok(match std::str::from_utf8(start) {
        Ok(_) => Encoding::Utf8,
        // A letter that is cut by the end of the buffer is no error.
        Err(error) if error.error_len().is_none() => Encoding::Utf8,
        // Whatever comes after a header that is UTF-8 is a faulty row, not another encoding.
        Err(error) if start[..error.valid_up_to()].contains(&b'\n') => Encoding::Utf8,
        Err(_) => Encoding::Gb18030,
    })
}

impl Encoding {
    /// The text of a field; none where the bytes are none. In neither encoding is a comma, a quote or a line break part of a
    /// longer letter, so that fields may be cut before they are decoded.
    pub(super) fn decode(self, field: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(field).ok().map(Cow::Borrowed),
            Self::Gb18030 => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(field),
        }
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_header_tells_the_encoding() {
        let header = "党组织代码,上级代码\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(header);
        assert_eq!(detect(&mut Cursor::new(header)).unwrap(), Encoding::Utf8);
        assert_eq!(detect(&mut Cursor::new(&gb)).unwrap(), Encoding::Gb18030);
        let mut marked = Cursor::new([b"\xEF\xBB\xBF", header.as_bytes()].concat());
        assert_eq!((detect(&mut marked).unwrap(), marked.position()), (Encoding::Utf8, 3));
        let spoilt = [header.as_bytes(), b"1,\xFF\n"].concat();
        assert_eq!(detect(&mut Cursor::new(spoilt)).unwrap(), Encoding::Utf8);
        assert_eq!(Encoding::Gb18030.decode(&gb).unwrap(), header);
        assert_eq!(Encoding::Gb18030.decode(b"\x81"), None);
        assert_eq!(Encoding::Utf8.decode(b"\xFF"), None);
    }
}
