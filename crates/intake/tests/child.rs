//! The child process as it is: its walls, its pictures, and how it is stopped.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use image::{ImageFormat, Rgb, RgbImage};
use intake::{
    Children, FileName, Limits, NoPicture,
    format::{Format, Kind},
    identify::identify,
    sandbox::Cell,
};
use tempfile::TempDir;

const CHILD: &str = env!("CARGO_BIN_EXE_intake-child");

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn children(limits: Limits) -> Children {
    Children::new(CHILD.into(), Vec::new(), limits, 2)
}

fn format(path: &Path) -> Format {
    identify(path, &FileName::parse("文件").unwrap()).unwrap().format
}

fn kept(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn shown(jpeg: &[u8]) -> RgbImage {
    assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
    image::load_from_memory(jpeg).unwrap().to_rgb8()
}

/// Tries a deed inside the sandbox: whether it was done, or `None` if the process did not live to say.
fn probe(deed: &str, readable: Vec<PathBuf>) -> Option<bool> {
    let cell = Cell { memory: 1 << 30, cpu: 1, readable };
    let cell = serde_json::to_string(&cell).unwrap();
    let status = Command::new(CHILD).args(["probe", &cell, deed]).status().unwrap();
    match status.code() {
        Some(0) => Some(true),
        Some(1) => Some(false),
        Some(code) => panic!("the sandbox could not be made: {code}"),
        None => None,
    }
}

#[test]
fn nothing_is_written() {
    assert_ne!(probe("write", Vec::new()), Some(true));
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_reads_no_other_file_and_reaches_nobody() {
    for deed in ["read", "listen", "connect", "start", "memory"] {
        assert_eq!(probe(deed, Vec::new()), Some(false), "{deed}");
    }
    let folder = TempDir::new().unwrap();
    let font = kept(&folder, "font.ttf", b"a font");
    assert_eq!(probe("read-font", vec![font, "/nowhere/font.ttf".into()]), Some(false));
    let font = kept(&folder, "font.ttf", b"a font");
    assert_eq!(probe("read-font", vec![font]), Some(true));
}

#[test]
fn a_child_that_goes_on_and_on_is_killed_by_its_cpu_limit() {
    let began = Instant::now();
    assert_eq!(probe("spin", Vec::new()), None);
    assert!(began.elapsed().as_secs() < 30);
}

#[tokio::test]
async fn a_child_that_does_not_end_is_killed_by_the_clock() {
    let limits = Limits { child_seconds: 1, ..Limits::default() };
    for program in ["sleep 600", "while :; do :; done", "while :; do echo; done >&2"] {
        let children = Children::new("/bin/sh".into(), vec!["-c".into(), program.into()], limits.clone(), 2);
        let began = Instant::now();
        let ended = children.page(&data("chinese.pdf"), Kind::Pdf, 1, 100).await;
        assert!(matches!(ended, Err(NoPicture::Stopped)), "{program}: {ended:?}");
        assert!(began.elapsed().as_secs() < 20);
    }
}

#[tokio::test]
async fn a_child_knows_nothing_of_its_parent() {
    let limits = Limits { picture: 1000, ..Limits::default() };
    let children = Children::new("/bin/sh".into(), vec!["-c".into(), "export -p; pwd".into()], limits.clone(), 2);
    let known = String::from_utf8(children.page(&data("chinese.pdf"), Kind::Pdf, 1, 100).await.unwrap()).unwrap();
    assert!(!known.contains("CARGO") && !known.contains("HOME") && known.ends_with("/\n"), "{known}");
    let endless = Children::new("/bin/sh".into(), vec!["-c".into(), "cat /dev/zero".into()], limits, 2);
    assert!(endless.page(&data("chinese.pdf"), Kind::Pdf, 1, 100).await.is_err());
}

#[tokio::test]
async fn a_picture_is_scaled_turned_and_keeps_nothing_else() {
    let folder = TempDir::new().unwrap();
    // Left half red, right half blue; EXIF says that it lies on its side (6: turn right), and where it was taken.
    let picture = RgbImage::from_fn(600, 300, |x, _| if x < 300 { Rgb([220, 0, 0]) } else { Rgb([0, 0, 220]) });
    let mut plain = Cursor::new(Vec::new());
    picture.write_to(&mut plain, ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    let mut exif =
        b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 30.27N 120.15E".to_vec();
    let mut segment = vec![0xFF, 0xE1];
    segment.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    segment.append(&mut exif);
    let jpeg = [&plain[..2], &segment, &plain[2..]].concat();
    let path = kept(&folder, "照片.jpg", &jpeg);
    let small = children(Limits::default()).thumbnail(&path, &format(&path), 320).await.unwrap();
    assert!(memchr::memmem::find(&small, b"GPS").is_none() && memchr::memmem::find(&small, b"Exif").is_none());
    let small = shown(&small);
    assert_eq!(small.dimensions(), (160, 320));
    assert!(small.get_pixel(80, 20)[0] > 180 && small.get_pixel(80, 300)[2] > 180, "red above, blue below");
}

#[tokio::test]
async fn transparent_is_white_and_small_stays_small() {
    let folder = TempDir::new().unwrap();
    let mut png = Cursor::new(Vec::new());
    image::RgbaImage::new(20, 10).write_to(&mut png, ImageFormat::Png).unwrap();
    let path = kept(&folder, "章.png", &png.into_inner());
    let small = shown(&children(Limits::default()).thumbnail(&path, &format(&path), 320).await.unwrap());
    assert_eq!(small.dimensions(), (20, 10));
    assert!(small.pixels().all(|point| point.0 == [255, 255, 255]));
}

#[tokio::test]
async fn a_picture_of_too_many_points_is_not_decoded() {
    let folder = TempDir::new().unwrap();
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(100, 100).write_to(&mut png, ImageFormat::Png).unwrap();
    let path = kept(&folder, "大.png", &png.into_inner());
    let limits = Limits { pixels: 5000, ..Limits::default() };
    assert!(matches!(children(limits).thumbnail(&path, &format(&path), 320).await, Err(NoPicture::Large)));
    let limits = Limits { child_file: 10, ..Limits::default() };
    assert!(matches!(children(limits).thumbnail(&path, &format(&path), 320).await, Err(NoPicture::Large)));
}

/// Dark points in per mille.
fn ink(picture: &RgbImage) -> usize {
    let dark = picture.pixels().filter(|point| point.0.iter().all(|&part| part < 100)).count();
    1000 * dark / picture.pixels().len()
}

#[tokio::test]
async fn a_page_with_chinese_text_is_shown() {
    let path = data("chinese.pdf");
    let page = shown(&children(Limits::default()).page(&path, Kind::Pdf, 1, 1400).await.unwrap());
    assert_eq!(page.width(), 1400);
    assert!((10..200).contains(&ink(&page)), "{}", ink(&page));
    let small = shown(&children(Limits::default()).thumbnail(&path, &format(&path), 320).await.unwrap());
    assert_eq!(small.width(), 320);
    for number in [0, 2, 201] {
        let ended = children(Limits::default()).page(&path, Kind::Pdf, number, 1400).await;
        assert!(matches!(ended, Err(NoPicture::NoPage)), "{number}");
    }
}

/// A page whose Chinese font is not embedded.
fn not_embedded() -> Vec<u8> {
    let text = hex::encode("机密★5年".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    let content = format!("BT /F 40 Tf 20 100 Td <{text}> Tj ET");
    format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>\nendobj\n\
         4 0 obj\n<</Length {}>>stream\n{content}\nendstream\nendobj\n\
         5 0 obj\n<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>\nendobj\n\
         6 0 obj\n<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)\
         /Supplement 2>>/DW 1000/FontDescriptor 7 0 R>>\nendobj\n\
         7 0 obj\n<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880\
         /Descent -120/CapHeight 880/StemV 93>>\nendobj\ntrailer\n<</Root 1 0 R/Size 8>>\n",
        content.len()
    )
    .into_bytes()
}

#[tokio::test]
async fn a_page_whose_chinese_font_is_not_embedded_takes_one_of_the_system() {
    let folder = TempDir::new().unwrap();
    let path = kept(&folder, "无字体.pdf", &not_embedded());
    let bare = children(Limits::default()).with_fonts(Vec::new());
    let without = ink(&shown(&bare.page(&path, Kind::Pdf, 1, 600).await.unwrap()));
    let fonts =
        ["/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"];
    let Some(font) = fonts.iter().map(PathBuf::from).find(|font| font.exists()) else { return };
    let with = children(Limits::default()).with_fonts(vec![font]);
    let with = ink(&shown(&with.page(&path, Kind::Pdf, 1, 600).await.unwrap()));
    assert!(with > without + 5, "{with} with the font, {without} without");
}

#[tokio::test]
async fn what_is_no_picture_has_none() {
    let folder = TempDir::new().unwrap();
    let path = kept(&folder, "记录.txt", "会议记录".as_bytes());
    let ended = children(Limits::default()).thumbnail(&path, &format(&path), 320).await;
    assert!(matches!(ended, Err(NoPicture::Format(_))), "{ended:?}");
    let path = kept(&folder, "坏.pdf", b"%PDF-1.4\nnothing");
    assert!(matches!(children(Limits::default()).page(&path, Kind::Pdf, 1, 320).await, Err(NoPicture::Unreadable)));
    let missing = Children::new("/nowhere/fonds".into(), Vec::new(), Limits::default(), 1);
    assert!(matches!(missing.page(&path, Kind::Pdf, 1, 320).await, Err(NoPicture::Io(_))));
}

/// An OFD of one page with this content.
fn ofd(folder: &TempDir, name: &str, font: &str, area: &str, content: &str) -> PathBuf {
    let space = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let members = [
        (
            "OFD.xml",
            format!(
                "<ofd:OFD {space} Version=\"1.1\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
            ),
        ),
        (
            "Doc_0/Document.xml",
            format!(
                "<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages></ofd:Document>"
            ),
        ),
        ("Doc_0/PublicRes.xml", format!("<ofd:Res {space} BaseLoc=\"Res\"><ofd:Fonts>{font}</ofd:Fonts></ofd:Res>")),
        (
            "Doc_0/Pages/Page_0/Content.xml",
            format!(
                "<ofd:Page {space}><ofd:Content><ofd:Layer ID=\"2\">{content}</ofd:Layer></ofd:Content></ofd:Page>"
            ),
        ),
    ];
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        package.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut package, text.as_bytes()).unwrap();
    }
    kept(folder, name, &package.finish().unwrap().into_inner())
}

const LINE: &str = "<ofd:TextObject ID=\"4\" Boundary=\"10 10 180 20\" Font=\"3\" Size=\"14\"><ofd:TextCode X=\"0\" Y=\"15\" DeltaX=\"g 8 14\">关于召开会议的决议2026</ofd:TextCode></ofd:TextObject>";

#[tokio::test]
async fn a_page_of_an_ofd_is_shown() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/files/resolution.ofd");
    let children = children(Limits::default());
    let page = shown(&children.page(&path, Kind::Ofd, 1, 1280).await.unwrap());
    assert_eq!((page.width(), page.height()), (1280, 1810), "A4");
    let small = shown(&children.thumbnail(&path, &format(&path), 320).await.unwrap());
    assert_eq!(small.width(), 320);
    assert!(matches!(children.page(&path, Kind::Ofd, 2, 1280).await, Err(NoPicture::NoPage)));
    assert!(matches!(children.page(&path, Kind::Pdf, 1, 1280).await, Err(NoPicture::Unreadable)));
}

/// Most documents name a font and bring none; what is in it must not be missing from the picture.
#[tokio::test]
async fn text_of_an_ofd_whose_font_is_only_named_is_there() {
    let folder = TempDir::new().unwrap();
    let fonts =
        ["/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"];
    let Some(font) = fonts.iter().map(PathBuf::from).find(|font| font.exists()) else { return };
    let children = children(Limits::default()).with_fonts(vec![font]);
    let mut inks = Vec::new();
    for (n, named) in [
        "<ofd:Font ID=\"3\" FontName=\"宋体\"/>",
        "<ofd:Font ID=\"3\" FontName=\"SimSun\" FamilyName=\"SimSun\"></ofd:Font>",
        "<ofd:Font ID=\"3\" FontName=\"Times New Roman\"/>",
    ]
    .into_iter()
    .enumerate()
    {
        let path = ofd(&folder, &format!("{n}.ofd"), named, "0 0 200 40", LINE);
        inks.push(ink(&shown(&children.page(&path, Kind::Ofd, 1, 1200).await.unwrap())));
    }
    assert!(inks[0] > 20 && inks.iter().all(|&ink| ink == inks[0]), "{inks:?}");
}

#[tokio::test]
async fn an_ofd_that_was_made_to_do_harm_has_no_picture_and_ends() {
    let folder = TempDir::new().unwrap();
    let limits = Limits { child_cpu: 5, child_seconds: 10, child_memory: 1 << 30, ..Limits::default() };
    let children = children(limits);
    let font = "<ofd:Font ID=\"3\" FontName=\"宋体\"/>";
    let deep = format!("{}{}", "<ofd:PageBlock ID=\"5\">".repeat(200_000), "</ofd:PageBlock>".repeat(200_000));
    let wide = LINE.replace("g 8 14", "g 2000000000 14").replace("Size=\"14\"", "Size=\"1e300\"");
    for (n, (area, content)) in [
        ("0 0 200 40", deep.as_str()),
        ("0 0 200 40", wide.as_str()),
        ("0 0 1e300 1e300", LINE),
        ("0 0 NaN 40", LINE),
        ("0 0 -200 40", LINE),
        ("0 0 1 1e9", LINE),
        ("", LINE),
        ("0 0 200 40", "<ofd:TextObject"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = ofd(&folder, &format!("{n}.ofd"), font, area, content);
        let began = Instant::now();
        match children.page(&path, Kind::Ofd, 1, 1280).await {
            Ok(jpeg) => assert!(shown(&jpeg).height() <= 4 * 1280, "{n}"),
            Err(NoPicture::Stopped | NoPicture::Unreadable | NoPicture::Large) => {}
            Err(other) => panic!("{n}: {other}"),
        }
        assert!(began.elapsed().as_secs() < 20, "{n}");
    }
    let whole = fs::read(ofd(&folder, "whole.ofd", font, "0 0 200 40", LINE)).unwrap();
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        let path = kept(&folder, "cut.ofd", &whole[..length]);
        assert!(matches!(children.page(&path, Kind::Ofd, 1, 1280).await, Err(NoPicture::Unreadable)), "{length}");
    }
}
