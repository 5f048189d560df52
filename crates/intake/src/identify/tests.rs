use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

/// Identifies bytes under a name; media type and PRONOM identifier.
fn identified(name: &str, bytes: &[u8]) -> (String, Option<String>) {
    let name = FileName::parse(name).unwrap();
    let identity = identify_file(&mut Cursor::new(bytes), &name).unwrap();
    (identity.format.media_type, identity.puid)
}

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn expect(name: &str, bytes: &[u8], media_type: &str, puid: Option<&str>) {
    assert_eq!(identified(name, bytes), (media_type.to_owned(), puid.map(str::to_owned)), "{name}");
}

#[test]
fn documents_are_known_by_their_parts() {
    const MAIN: &str = "<Types><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                        <Override PartName=\"/m.xml\" ContentType=\"TYPE.main+xml\"/></Types>";
    let ooxml = |kind: &str| zip(&[("[Content_Types].xml", &MAIN.replace("TYPE", kind))]);
    let office = "application/vnd.openxmlformats-officedocument.";
    for (kind, puid) in [
        ("wordprocessingml.document", "fmt/412"),
        ("spreadsheetml.sheet", "fmt/214"),
        ("presentationml.presentation", "fmt/215"),
    ] {
        let media_type = format!("{office}{kind}");
        expect("一.docx", &ooxml(&media_type), &media_type, Some(puid));
    }
    expect(
        "宏.docx",
        &ooxml("application/vnd.ms-word.document.macroEnabled"),
        "application/vnd.ms-word.document.macroEnabled.12",
        Some("fmt/523"),
    );
    let odt = "application/vnd.oasis.opendocument.text";
    let content = "<office:document-content office:version=\"1.2\">";
    expect("二.odt", &zip(&[("mimetype", odt), ("content.xml", content)]), odt, Some("fmt/291"));
    expect("三.ofd", &zip(&[("OFD.xml", "<ofd:OFD/>")]), "application/ofd", None);
    expect("四.zip", &zip(&[("会议.txt", "记录")]), "application/zip", Some("x-fmt/263"));
    expect("五.zip", b"PK\x03\x04 and nothing else", "application/zip", Some("x-fmt/263"));
}

#[test]
fn a_declared_type_is_compared_with_the_content() {
    let identity =
        |name: &str, bytes: &[u8]| identify_file(&mut Cursor::new(bytes), &FileName::parse(name).unwrap()).unwrap();
    let text = identity("记录.txt", "会议记录".as_bytes());
    let Some(warning) = text.declared_otherwise("image/png") else { panic!("a text is no picture") };
    let said = warning.problem(&["file"]).zh;
    assert!(said.contains("PNG") && said.contains("已按内容处理"), "{said}");
    assert!(identity("图.jpg", b"%PDF-1.4\n").declared_otherwise("image/jpeg").is_some());
    // What programs say of the same file, each in its way.
    for declared in [
        "text/plain; charset=utf-8",
        "TEXT/PLAIN",
        "text/csv",
        "application/xml",
        "application/octet-stream",
        "text/markdown",
        "",
    ] {
        assert_eq!(text.declared_otherwise(declared), None, "{declared}");
    }
    let table = identity("名册.csv", "姓名,年龄\n甲,30\n".as_bytes());
    assert_eq!(table.declared_otherwise("application/vnd.ms-excel"), None, "as Windows says where Excel is installed");
    let archive = identity("包.zip", &zip(&[("会议.txt", "记录")]));
    assert_eq!(archive.declared_otherwise("application/x-zip-compressed"), None, "as Windows says");
}

#[test]
fn versions_of_pdf_are_told() {
    expect("一.pdf", b"%PDF-1.4\n1 0 obj", "application/pdf", Some("fmt/18"));
    expect("一.pdf", b"junk before\n%PDF-1.7\n", "application/pdf", Some("fmt/276"));
    expect("一.pdf", b"%PDF-9.9\n", "application/pdf", None);
    let attributes = format!("%PDF-1.4\n{}<rdf pdfaid:part=\"1\" pdfaid:conformance=\"B\"/>", "x".repeat(3_000_000));
    expect("档案.pdf", attributes.as_bytes(), "application/pdf", Some("fmt/354"));
    let elements = "%PDF-1.7\n<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>U</pdfaid:conformance>";
    expect("档案.pdf", elements.as_bytes(), "application/pdf", Some("fmt/478"));
}

#[test]
fn old_office_documents_are_known_by_their_streams() {
    for (stream, bytes, media_type, puid) in [
        ("/WordDocument", &[0; 64][..], "application/msword", "fmt/40"),
        ("/Workbook", &[9, 8, 16, 0, 0, 6, 5, 0, 0xBB, 0x0D, 0xCC, 7], "application/vnd.ms-excel", "fmt/61"),
        ("/Book", &[9, 8], "application/vnd.ms-excel", "fmt/59"),
        ("/PowerPoint Document", &[0; 8], "application/vnd.ms-powerpoint", "fmt/126"),
        ("/EncryptedPackage", &[0; 8], "application/vnd.ms-office-encrypted", "fmt/494"),
        ("/其他", &[0; 8], "application/x-cfb", "fmt/111"),
    ] {
        let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        compound.create_stream(stream).unwrap().write_all(bytes).unwrap();
        expect("旧.doc", &compound.into_inner().into_inner(), media_type, Some(puid));
    }
}

#[test]
fn pictures_sound_and_film() {
    let png = |format| {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::new(1, 1).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    expect("a.png", &png(image::ImageFormat::Png), "image/png", Some("fmt/11"));
    expect("a.jpg", &png(image::ImageFormat::Jpeg), "image/jpeg", Some("fmt/44"));
    expect("a.gif", &png(image::ImageFormat::Gif), "image/gif", Some("fmt/4"));
    expect("a.tif", &png(image::ImageFormat::Tiff), "image/tiff", Some("fmt/353"));
    expect("a.bmp", &png(image::ImageFormat::Bmp), "image/bmp", Some("fmt/116"));
    expect("a.webp", &png(image::ImageFormat::WebP), "image/webp", Some("fmt/567"));
    let exif = b"\xFF\xD8\xFF\xE1\0\x40Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x90\0\0\x07\0\0\0\x040221";
    expect("a.jpg", exif, "image/jpeg", Some("fmt/645"));
    expect("a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4", Some("fmt/199"));
    expect("a.mp3", b"\xFF\xFB\x90\x64\0\0\0\0\0\0\0\0\0\0\0\0", "audio/mpeg", Some("fmt/134"));
    expect(
        "a.wav",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xAC\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0",
        "audio/wav",
        Some("fmt/141"),
    );
    expect("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0\0\0\0\0\0\0", "application/x-7z-compressed", Some("fmt/484"));
    expect("a.rar", b"Rar!\x1A\x07\x01\0\0\0\0\0\0\0\0\0", "application/vnd.rar", Some("fmt/613"));
}

#[test]
fn text_is_text_in_either_encoding() {
    let (gb, ..) = encoding_rs::GB18030.encode("支部党员大会会议记录，应到二十人，实到十八人。");
    expect("记录.txt", &gb, "text/plain", Some("x-fmt/111"));
    expect("记录.txt", "会议记录".as_bytes(), "text/plain", Some("x-fmt/111"));
    expect("名册.csv", "姓名,性别\n李四,女\n".as_bytes(), "text/csv", Some("x-fmt/18"));
    // What looks like a bitmap by two letters is a note.
    expect("备注.txt", "BM会议备注".as_bytes(), "text/plain", Some("x-fmt/111"));
    expect("页.html", "\u{FEFF} <!-- 说明 -->\n<HTML lang=zh>".as_bytes(), "text/html", Some("fmt/96"));
    expect("图.svg", b"<?xml version=\"1.0\"?><svg version=\"1.1\"/>", "image/svg+xml", Some("fmt/92"));
    expect("伪.txt", b"<script>alert(1)</script>", "text/html", Some("fmt/96"));
}

#[test]
fn what_nobody_knows_has_no_identifier() {
    let (media_type, puid) = identified("x.bin", &[0, 1, 2, 3, 0xFE, 0xFF, 0, 0, 9]);
    assert_eq!((media_type.as_str(), puid), ("application/octet-stream", None));
}

#[test]
fn a_name_that_says_something_else_is_told() {
    let name = FileName::parse("会议记录.pdf").unwrap();
    let identity = identify_file(&mut Cursor::new(zip(&[("a", "b")])), &name).unwrap();
    let problem = identity.disagreement(&name).unwrap().problem(&["file"]);
    assert_eq!(problem.zh, "扩展名为“.pdf”，但内容是ZIP 压缩包，已按内容处理。建议改正文件名。");
    assert!(identity.disagreement(&FileName::parse("包.ZIP").unwrap()).is_none());
    assert!(identity.disagreement(&FileName::parse("没有扩展名").unwrap()).is_none());
}
