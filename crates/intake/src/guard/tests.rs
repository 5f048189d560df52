use std::io::{Cursor, Write};

use domain::form::Mark;
use proptest::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::{
    identify::identify_file,
    reason::{Bomb, MemberFault},
};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What becomes of bytes under a name, with the usual limits.
fn judged(name: &str, bytes: &[u8]) -> Result<BTreeSet<Warning>, Reason> {
    limited(name, bytes, &Limits::default())
}

fn limited(name: &str, bytes: &[u8], limits: &Limits) -> Result<BTreeSet<Warning>, Reason> {
    let name = FileName::parse(name).unwrap();
    let identity = identify_file(&mut Cursor::new(bytes), &name).unwrap();
    admit(&name, &identity, bytes.len() as u64, &Policy::default())?;
    let rules = Rules { limits, policy: &Policy::default(), pdf: None };
    match look_file(Cursor::new(bytes), &identity, rules) {
        Ok(warnings) => Ok(warnings),
        Err(Stop::Refused(reason)) => Err(reason),
        Err(Stop::Io(error) | Stop::Child(error)) => panic!("{error}"),
    }
}

/// The sentence of a refusal.
fn refusal(name: &str, bytes: &[u8]) -> String {
    judged(name, bytes).unwrap_err().problem(&["file"]).zh
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(paragraphs: &[&str], others: &[(&str, &[u8])]) -> Vec<u8> {
    let types = format!("<Types><Override ContentType=\"{WORD}.main+xml\"/></Types>");
    let text: String = paragraphs.iter().map(|text| ["<w:p><w:r><w:t>", text, "</w:t></w:r></w:p>"].concat()).collect();
    let body = format!("<w:document><w:body>{text}</w:body></w:document>");
    let mut members: Vec<(&str, &[u8])> =
        vec![("[Content_Types].xml", types.as_bytes()), ("word/document.xml", body.as_bytes())];
    members.extend(others);
    zip(&members)
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        compound.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    compound.into_inner().into_inner()
}

/// A PNG of which there is a header alone.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::GrayImage::new(1, 1).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let mut bytes = bytes.into_inner();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let check = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&check.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

#[test]
fn a_plain_document_comes_in() {
    let text = docx(&["支部党员大会会议记录", "应到二十人，实到十八人。"], &[("word/media/a.png", b"\x89PNG")]);
    assert_eq!(judged("会议记录.docx", &text), Ok(BTreeSet::new()));
    assert_eq!(judged("点.png", &png_header(1, 1)), Ok(BTreeSet::new()));
    assert_eq!(judged("包.zip", &zip(&[("照片/合影.txt", "合影".as_bytes())])), Ok(BTreeSet::new()));
}

#[test]
fn what_is_not_on_the_list_is_refused() {
    assert!(refusal("程序.txt", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF").contains("不接收此类文件"));
    assert!(refusal("图.svg", b"<svg onload='x()'/>").contains("可能运行脚本"));
    assert!(refusal("页.html", b"<html></html>").contains("可能运行脚本"));
    assert!(refusal("空.txt", b"").contains("空的"));
    let policy = Policy { size: 3, ..Policy::default() };
    let name = FileName::parse("a.txt").unwrap();
    let identity = identify_file(&mut Cursor::new(b"abcd"), &name).unwrap();
    assert_eq!(admit(&name, &identity, 4, &policy), Err(Reason::TooLarge(3)));
}

#[test]
fn archives_that_cannot_be_opened_are_refused_even_when_listed() {
    let mut policy = Policy::default();
    policy.allow.insert("application/x-7z-compressed".into());
    let name = FileName::parse("包.7z").unwrap();
    let identity = identify_file(&mut Cursor::new(b"7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0\0\0"), &name).unwrap();
    let reason = admit(&name, &identity, 14, &policy).unwrap_err();
    assert!(reason.problem(&["file"]).zh.contains("无法检查此类压缩文件"));
}

#[test]
fn encrypted_files_are_refused_with_the_way_out() {
    let way = "请解除密码后重新上传";
    let mut member = zip(&[("名册.txt", "名册".as_bytes())]);
    for (signature, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        let at = memchr::memmem::find(&member, signature).unwrap();
        member[at + flags] |= 1;
    }
    assert!(refusal("加密.zip", &member).contains(way));
    let ofd = zip(&[("OFD.xml", b"<ofd:OFD/>"), ("Encryptions.xml", b"<ofd:Encryptions/>")]);
    assert!(refusal("加密.ofd", &ofd).contains(way));
    let odt: [(&str, &[u8]); 2] = [
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", b"<manifest:encryption-data/>"),
    ];
    assert!(refusal("加密.odt", &zip(&odt)).contains(way));
    assert!(refusal("加密.docx", &compound(&[("/EncryptedPackage", &[1; 64])])).contains(way));
    let mut fib = [0; 64];
    fib[11] = 1;
    assert!(refusal("加密.doc", &compound(&[("/WordDocument", &fib)])).contains(way));
    let workbook = [9, 8, 2, 0, 0, 6, 0x2F, 0, 2, 0, 1, 0];
    assert!(refusal("加密.xls", &compound(&[("/Workbook", &workbook)])).contains(way));
    let mut user = [0; 20];
    user[12..16].copy_from_slice(&[0xDF, 0xC4, 0xD1, 0xF3]);
    assert!(
        refusal("加密.ppt", &compound(&[("/PowerPoint Document", &[0; 9]), ("/Current User", &user)])).contains(way)
    );
    let inner = zip(&[("加密.docx", &compound(&[("/EncryptedPackage", &[1; 64])]))]);
    assert!(refusal("包.zip", &inner).contains(way));
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![0; 40 << 20];
    let flat = zip(&[("零.bin", &zeros)]);
    assert!(flat.len() < 100_000);
    assert!(refusal("小.zip", &flat).contains("体积异常"));
    // 42.zip: archives in archives.
    let nest = |inner: &[u8]| {
        let members: Vec<(String, &[u8])> = (0..16).map(|at| (format!("lib {at}.zip"), inner)).collect();
        zip(&members.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect::<Vec<_>>())
    };
    let bomb = nest(&nest(&nest(&nest(&zip(&[("0.dll", &zeros[..1 << 20])])))));
    assert!(bomb.len() < 1_000_000);
    assert!(matches!(judged("42.zip", &bomb), Err(Reason::Bomb(Bomb::Depth | Bomb::Growth))));
    let many: Vec<(String, &[u8])> = (0..300).map(|at| (format!("{at}"), &b""[..])).collect();
    let many = zip(&many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect::<Vec<_>>());
    let limits = Limits { members: 100, ..Limits::default() };
    assert_eq!(limited("多.zip", &many, &limits), Err(Reason::Bomb(Bomb::Members)));
    assert!(Reason::Bomb(Bomb::Members).problem(&[]).zh.contains("文件过多"));
}

#[test]
fn a_directory_that_lies_is_refused() {
    let mut short = zip(&[("零.bin", &[7; 5000])]);
    let at = memchr::memmem::find(&short, b"PK\x01\x02").unwrap();
    short[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(judged("谎.zip", &short).is_err());
    // Two members, one body.
    let mut twice = zip(&[("一.bin", &[7; 5000]), ("二.bin", &[7; 5000])]);
    let first = memchr::memmem::find(&twice, b"PK\x01\x02").unwrap();
    let second = first + 4 + memchr::memmem::find(&twice[first + 4..], b"PK\x01\x02").unwrap();
    twice[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    assert!(refusal("叠.zip", &twice).contains("目录与内容不符"));
}

#[test]
fn a_picture_of_too_many_points_is_refused() {
    assert!(refusal("大.png", &png_header(50_000, 50_000)).contains("像素过大"));
    assert!(refusal("坏.png", &png_header(1, 1)[..20]).contains("已损坏"));
}

#[test]
fn names_of_members_may_do_no_harm() {
    for name in ["../../etc/passwd", "/etc/passwd", "C:\\x.txt", "a\\..\\..\\b.txt"] {
        // The writer tidies names up: put back what an attacker writes.
        let plain = name.replace(['.', '/', '\\', ':'], "_");
        let bytes = replace(&zip(&[(&plain, b"x")]), plain.as_bytes(), name.as_bytes());
        assert_eq!(judged("包.zip", &bytes), Err(Reason::Member(MemberFault::Path)), "{name}");
    }
    let hidden = zip(&[("报告\u{202E}fdp.exe", b"x")]);
    assert!(refusal("包.zip", &hidden).contains("改变文字方向"));
    assert!(refusal("包.zip", &zip(&[("材料/机密★10年.txt", b"x")])).contains("保密办"));
    // A name in GB18030, as Chinese Windows writes it.
    let (gb, ..) = encoding_rs::GB18030.encode("绝密.txt");
    let bytes = replace(&zip(&[("12345678", b"x")]), b"12345678", &gb);
    assert_eq!(judged("包.zip", &bytes), Err(Reason::Secret(Mark::TopSecret, Place::Name)));
}

fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, old).collect();
    assert_eq!(places.len(), 2, "local and central header");
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

#[test]
fn what_could_not_come_in_by_itself_does_not_come_in_a_zip() {
    let program = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF";
    for (member, bytes, why) in [
        ("工具/安装.exe", &b"whatever"[..], "程序或脚本"),
        ("工具/启动.BAT", b"echo", "程序或脚本"),
        ("说明.txt", program, "不接收此类文件"),
        ("页面.html", b"<html><script>x()</script></html>", "可能运行脚本"),
        ("包.rar", b"Rar!\x1A\x07\x01\0\0\0", "不接收此类文件"),
        ("包.7z", b"7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0\0\0", "不接收此类文件"),
        ("未知.bin", b"\0\x01\x02\x03\xFF\xFE\xFD", "不接收此类文件"),
    ] {
        let said = refusal("包.zip", &zip(&[("正文.txt", "正文".as_bytes()), (member, bytes)]));
        assert!(said.contains(&format!("“{member}”")) && said.contains(why), "{member}: {said}");
        let nested = refusal("外.zip", &zip(&[("内.zip", &zip(&[(member, bytes)]))]));
        assert!(nested.contains(&format!("“内.zip/{member}”")) && nested.contains(why), "{member}: {nested}");
    }
    let mut closed = Policy::default();
    closed.allow.insert("application/vnd.rar".into());
    let rar = zip(&[("包.rar", b"Rar!\x1A\x07\x01\0\0\0")]);
    let name = FileName::parse("包.zip").unwrap();
    let identity = identify_file(&mut Cursor::new(&rar), &name).unwrap();
    let rules = Rules { limits: &Limits::default(), policy: &closed, pdf: None };
    let Err(Stop::Refused(reason)) = look_file(Cursor::new(&rar), &identity, rules) else { panic!("it came in") };
    assert!(reason.problem(&[]).zh.contains("无法检查此类压缩文件"), "nobody could look into it, listed or not");
    let narrow = Policy { allow: ["application/zip".to_owned()].into(), ..Policy::default() };
    let rules = Rules { policy: &narrow, ..rules };
    let text = zip(&[("正文.txt", "正文".as_bytes())]);
    let Err(Stop::Refused(reason)) = look_file(Cursor::new(&text), &identity, rules) else { panic!("it came in") };
    assert_eq!(reason.word(), "not_allowed", "the tenant's own list holds within as well");
}

#[test]
fn what_computers_add_to_a_zip_by_themselves_is_no_reason() {
    let bytes = zip(&[
        ("材料/正文.txt", "正文".as_bytes()),
        ("__MACOSX/材料/._正文.txt", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02\0\0\0\x09\0\0"),
        ("材料/.DS_Store", b"\0\0\0\x01Bud1\0\0\x10\0\0\0\x08\0\0\0\x10\0\0\0\xFF\xFE"),
        ("材料/空.dat", b""),
    ]);
    assert!(judged("材料.zip", &bytes).is_ok(), "{:?}", judged("材料.zip", &bytes));
    assert!(judged("材料.zip", &zip(&[("._图.txt", b"Rar!\x1A\x07\x01\0\0\0")])).is_err());
}

#[test]
fn what_is_not_looked_into_is_not_written_to_the_scratch_space() {
    let (limits, policy) = (Limits::default(), Policy::default());
    let mut look = Look::new(Rules { limits: &limits, policy: &policy, pdf: None }, 1 << 30);
    let format = crate::format::of("application/zip");
    let mut kept = |begin: &[u8]| {
        let bytes = [begin, &vec![7; 6 << 20]].concat();
        look.spools(&bytes, &format)
    };
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\xFF\xFE";
    assert!(!kept(film), "a film is identified by what fits into memory");
    assert!(!kept(b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"), "and a picture");
    assert!(kept(b"PK\x03\x04"), "an archive is looked into");
}

#[test]
fn a_state_secret_mark_in_a_text_is_refused_everywhere() {
    let (gb, ..) = encoding_rs::GB18030.encode("会议纪要\r\n机密★10年\r\n一、学习");
    let sheet = "<sst><si><t>名单</t></si><si><r><t>秘</t></r><r><t>密★</t></r></si></sst>";
    let types = WORD.replace("wordprocessingml.document", "spreadsheetml.sheet");
    let types = format!("<Types><Override ContentType=\"{types}.main+xml\"/></Types>");
    let xlsx = zip(&[("[Content_Types].xml", types.as_bytes()), ("xl/sharedStrings.xml", sheet.as_bytes())]);
    let page = "<ofd:Page><ofd:TextObject><ofd:TextCode>绝密★长期</ofd:TextCode></ofd:TextObject></ofd:Page>";
    let ofd = zip(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Pages/Page_0/Content.xml", page.as_bytes())]);
    let letter = |letter: char| format!("<o:TextObject><o:TextCode>{letter}</o:TextCode></o:TextObject>");
    let spread = "机密★5年".chars().map(letter).collect::<Vec<String>>().concat();
    let spread = zip(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Pages/Page_0/Content.xml", spread.as_bytes())]);
    let odt = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", "<text:p>秘密<text:s/>3年</text:p>".as_bytes()),
    ]);
    let word: Vec<u8> = [0; 512].into_iter().chain("\r机密★\r正文".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let secret = docx(&["机密", "正文"], &[]);
    for (name, bytes) in [
        ("纪要.txt", gb.to_vec()),
        ("纪要.docx", secret.clone()),
        ("名单.xlsx", xlsx.clone()),
        ("文件.ofd", ofd),
        ("拆字.ofd", spread),
        ("文件.odt", odt),
        ("旧.doc", compound(&[("/WordDocument", &word)])),
        ("包.zip", zip(&[("里/纪要.docx", &secret)])),
        ("嵌.docx", docx(&["附表见下"], &[("word/embeddings/a.xlsx", &xlsx)])),
        ("页眉.docx", docx(&["正文"], &[("word/header1.xml", "<w:p><w:t>绝密★启用前</w:t></w:p>".as_bytes())])),
    ] {
        let said = refusal(name, &bytes);
        assert!(said.starts_with("文件内容中有国家秘密标志") && said.contains("联系本单位保密办"), "{name}: {said}");
    }
    assert!(refusal("机密★10年.docx", &docx(&["正文"], &[])).starts_with("文件名中有国家秘密标志"));
}

#[test]
fn what_may_come_in_but_is_worth_a_word() {
    let named = docx(&["保守党的秘密，注意信息的机密性。"], &[]);
    assert_eq!(judged("誓词.docx", &named), Ok(BTreeSet::from([Warning::GradeNamed])));
    let macros = docx(&["正文"], &[("word/vbaProject.bin", b"\xD0\xCF")]);
    assert_eq!(judged("宏.docx", &macros), Ok(BTreeSet::from([Warning::Macros])));
    let within = zip(&[("扫描.pdf", b"%PDF-1.4\n\xFF\xFE")]);
    assert_eq!(judged("包.zip", &within), Ok(BTreeSet::from([Warning::Within])));
    let limits = Limits { text: 64, ..Limits::default() };
    let long = docx(&[&"长".repeat(100)], &[]);
    assert_eq!(limited("长.docx", &long, &limits), Ok(BTreeSet::from([Warning::TextUnread])));
}

#[test]
fn what_breaks_off_is_refused() {
    let whole = docx(&["正文"], &[]);
    assert!(refusal("断.docx", &whole[..whole.len() / 2]).contains("已损坏"));
    let broken = zip(&[("一.txt", "文字".repeat(1000).as_bytes())]);
    let mut broken = broken;
    broken[60] ^= 0xFF;
    assert!(refusal("坏.zip", &broken).contains("已损坏"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_stands_in_a_file_there_is_an_answer(
        which in 0..7_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut bytes = match which {
            0 => docx(&["正文", "机密"], &[("word/media/a.bin", &[1; 300])]),
            1 => zip(&[("内.zip", &zip(&[("文.txt", "文字".as_bytes())])), ("空", b"")]),
            2 => compound(&[("/WordDocument", &[3; 5000]), ("/Current User", &[0; 20])]),
            3 => compound(&[("/Workbook", &[9, 8, 2, 0, 0, 6, 1, 0, 2, 0, 1, 0])]),
            4 => png_header(20, 20),
            5 => "会议记录\n秘密投票".as_bytes().to_vec(),
            _ => {
                let mut bytes = Cursor::new(Vec::new());
                image::RgbImage::new(3, 3).write_to(&mut bytes, image::ImageFormat::Tiff).unwrap();
                bytes.into_inner()
            }
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = judged("文件.bin", &bytes);
    }
}
