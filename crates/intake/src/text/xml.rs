//! The text of a part of an office document, in lines as somebody reads them.

use quick_xml::{Reader, events::Event};

/// Elements that stand within a line, in the dialects of OOXML, of ODF and of OFD. All others end
/// one: a line too many is harmless, two lines in one would hide a mark.
const INLINE: &[&str] = &[
    "r",
    "rPr",
    "t",
    "delText",
    "hyperlink",
    "ins",
    "del",
    "moveTo",
    "moveFrom",
    "smartTag",
    "sdt",
    "sdtContent",
    "sdtPr",
    "fldSimple",
    "ruby",
    "rt",
    "rubyBase",
    "span",
    "a",
    "s",
    "tab",
    "TextCode",
    "b",
    "i",
    "u",
    "rFonts",
    "sz",
    "color",
];

/// Elements whose text is an instruction to the program.
const SILENT: &[&str] = &["instrText", "script", "binData"];

/// Appends the character data of XML to `text`, up to `room` bytes in all; true once it was read to its end. Entities
/// other than the five of XML are left out: nothing is ever expanded.
pub(crate) fn text(xml: &str, room: usize, text: &mut String) -> bool {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut silent = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => silent += usize::from(is(SILENT, start.local_name().as_ref())),
            Ok(Event::End(end)) => {
                let name = end.local_name();
                silent = silent.saturating_sub(usize::from(is(SILENT, name.as_ref())));
                if !is(INLINE, name.as_ref()) {
                    text.push('\n');
                }
            }
            Ok(Event::Empty(empty)) => match empty.local_name().as_ref() {
                "br" | "cr" | "line-break" | "p" => text.push('\n'),
                "tab" | "s" => text.push(' '),
                _ => {}
            },
            Ok(Event::Text(some)) if silent == 0 => text.push_str(&some.into_inner()),
            Ok(Event::CData(some)) if silent == 0 => text.push_str(&some.into_inner()),
            Ok(Event::GeneralRef(some)) if silent == 0 => match some.resolve_char_ref() {
                Ok(Some(letter)) => text.push(letter),
                _ => text.push_str(quick_xml::escape::resolve_xml_entity(&some).unwrap_or_default()),
            },
            Ok(Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
        if text.len() > room {
            return false;
        }
    }
}

fn is(names: &[&str], name: &str) -> bool {
    names.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(xml: &str) -> Vec<String> {
        let mut out = String::new();
        assert!(text(xml, 1 << 20, &mut out), "{xml}");
        out.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn runs_of_a_paragraph_are_one_line() {
        let xml = "<w:document><w:body><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>机</w:t></w:r><w:proofErr/>\
                   <w:r><w:t>密★</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>5&#24180;</w:t></w:r></w:p>\
                   <w:p><w:r><w:t>第一项 &amp; 第二项</w:t></w:r></w:p></w:body></w:document>";
        assert_eq!(lines(xml), ["机密★", "5年", "第一项 & 第二项"]);
    }

    #[test]
    fn cells_are_lines_of_their_own() {
        assert_eq!(lines("<sst><si><t>密级</t></si><si><r><t>秘</t></r><r><t>密</t></r></si></sst>"), ["密级", "秘密"]);
        assert_eq!(
            lines("<ofd:P><ofd:TextObject><ofd:TextCode>绝密</ofd:TextCode></ofd:TextObject></ofd:P>"),
            ["绝密"]
        );
    }

    #[test]
    fn entities_of_its_own_are_not_expanded() {
        let xml = "<!DOCTYPE a [<!ENTITY b \"密密密\">]><a><t>&b;&b;字</t></a>";
        assert_eq!(lines(xml), ["字"]);
    }

    #[test]
    fn what_is_broken_or_too_long_says_so() {
        assert!(!text("<a><t>字</t", 1 << 20, &mut String::new()));
        assert!(!text(&format!("<t>{}</t>", "字".repeat(100)), 64, &mut String::new()));
    }
}
