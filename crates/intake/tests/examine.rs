//! The whole way of a file, with a real clamd (`script/test` starts one and sets `FONDS_TEST_CLAMD_SOCKET`).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where something is not as it should be")]

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::{Code, Locale};
use intake::{Children, Examiner, Limits, Policy, Reason, Scan, Scanner, Verdict, Warning, scan::Address};
use tempfile::TempDir;

const CHILD: &str = env!("CARGO_BIN_EXE_intake-child");

/// The public test file, in two pieces, so that no scanner takes this source for it.
fn eicar() -> Vec<u8> {
    [&br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR"[..], b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn scanner() -> Scanner {
    #[expect(clippy::disallowed_methods, reason = "where the scripts have started the servers")]
    let socket = std::env::var("FONDS_TEST_CLAMD_SOCKET").expect("script/test starts clamd and says where");
    Scanner { address: Address::Socket(socket.into()), largest: 64 << 20, patience: Duration::from_secs(20) }
}

fn examiner() -> Examiner {
    let limits = Limits::default();
    let children = Children::new(CHILD.into(), Vec::new(), limits.clone(), 2);
    Examiner { limits, children, scanner: scanner() }
}

async fn examined(name: &str, path: &Path) -> Verdict {
    examiner().examine(path, name, &Policy::default()).await.unwrap()
}

async fn bytes_examined(name: &str, bytes: &[u8]) -> Verdict {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("body");
    fs::write(&path, bytes).unwrap();
    examined(name, &path).await
}

fn refused(verdict: Verdict) -> String {
    match verdict {
        Verdict::Refused(reason) => reason.problem(&["file"]).message(Locale::Zh).to_owned(),
        Verdict::Admitted(examined, scan) => panic!("{examined:?} came in: {scan:?}"),
    }
}

#[tokio::test]
async fn a_good_file_comes_in_clean() {
    let Verdict::Admitted(examined, scan) = examined("会议记录.pdf", &data("chinese.pdf")).await else {
        panic!("refused")
    };
    assert_eq!(examined.identity.format.media_type, "application/pdf");
    assert_eq!(examined.identity.puid.as_deref(), Some("fmt/17"));
    assert_eq!((examined.pages, examined.bytes), (Some(1), fs::metadata(data("chinese.pdf")).unwrap().len()));
    assert_eq!(examined.problems(&["file"]), []);
    let Scan::Clean { engine, .. } = scan else { panic!("{scan:?}") };
    assert!(engine.starts_with("ClamAV "), "{engine}");
}

#[tokio::test]
async fn a_virus_is_named() {
    let Verdict::Admitted(_, scan) = bytes_examined("说明.txt", &eicar()).await else { panic!("refused") };
    assert_eq!(scan, Scan::Infected { name: "Fonds.Test.Eicar.UNOFFICIAL".into() });
    let Verdict::Admitted(_, scan) = bytes_examined("说明.txt", &["前言".as_bytes(), &eicar()].concat()).await
    else {
        panic!("refused")
    };
    assert!(matches!(scan, Scan::Infected { .. }), "{scan:?}");
}

#[tokio::test]
async fn what_the_scanner_does_not_take_is_not_clean() {
    // Above the scanner's own limits, which the tests set to 2 MB: said while the file is still on its way.
    let long = "会议记录\n".repeat(1_000_000);
    let Verdict::Admitted(_, scan) = bytes_examined("长.txt", long.as_bytes()).await else { panic!("refused") };
    assert_eq!(scan, Scan::TooLarge);
    // Above what we send.
    let scanner = Scanner { largest: 10, ..scanner() };
    assert_eq!(scanner.scan(&b"twelve bytes"[..], 12).await, Scan::TooLarge);
}

#[tokio::test]
async fn without_a_scanner_nothing_is_clean() {
    let mut examiner = examiner();
    examiner.scanner.address = Address::Tcp("127.0.0.1:9".parse().unwrap());
    let Ok(Verdict::Admitted(found, scan)) =
        examiner.examine(&data("chinese.pdf"), "会议记录.pdf", &Policy::default()).await
    else {
        panic!("refused")
    };
    assert!(matches!(scan, Scan::Down(_)), "{scan:?}");
    assert_eq!(found.pages, Some(1));
}

#[tokio::test]
async fn a_scanner_that_hangs_is_down() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("clamd.sock");
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let scanner = Scanner { address: Address::Socket(socket), largest: 1 << 20, patience: Duration::from_millis(200) };
    assert!(matches!(scanner.scan(&b"x"[..], 1).await, Scan::Down(_)));
    drop(listener);
}

#[tokio::test]
async fn a_pdf_is_looked_into_by_the_child() {
    assert!(refused(examined("文件.pdf", &data("marked.pdf")).await).starts_with("文件内容中有国家秘密标志"));
    assert!(refused(examined("文件.pdf", &data("password.pdf")).await).contains("请解除密码"));
    assert!(refused(examined("文件.pdf", &data("owner-password.pdf")).await).contains("请解除密码"));
    assert!(refused(bytes_examined("坏.pdf", b"%PDF-1.4\nnothing at all").await).contains("已损坏"));
    assert!(refused(examined("机密★.pdf", &data("chinese.pdf")).await).starts_with("文件名中有国家秘密标志"));
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_pdf_in_a_zip_is_looked_into_as_one_by_itself() {
    let [good, marked, password] =
        ["chinese.pdf", "marked.pdf", "password.pdf"].map(|name| fs::read(data(name)).unwrap());
    let packed = |name: &str, bytes: &[u8]| zip(&[("记录.pdf", &good), (name, bytes)]);
    let Verdict::Admitted(examined, _) = bytes_examined("材料.zip", &packed("附件.pdf", &good)).await else {
        panic!("refused")
    };
    assert!(!examined.warnings.contains(&Warning::Within), "{:?}", examined.warnings);
    let said = refused(bytes_examined("材料.zip", &packed("附件.pdf", &marked)).await);
    assert!(said.starts_with("文件内容中有国家秘密标志"), "{said}");
    let said = refused(bytes_examined("材料.zip", &packed("里/附件.pdf", &password)).await);
    assert!(said.contains("“里/附件.pdf”") && said.contains("请解除密码"), "{said}");
    let said = refused(bytes_examined("材料.zip", &packed("坏.pdf", b"%PDF-1.4\nnothing at all")).await);
    assert!(said.contains("“坏.pdf”") && said.contains("已损坏"), "{said}");
}

#[tokio::test]
async fn when_the_time_for_pdfs_in_a_zip_is_up_the_rest_is_said_to_be_unchecked() {
    let mut hasty = examiner();
    hasty.limits.child_seconds = 0;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("body");
    fs::write(&path, zip(&[("附件.pdf", &fs::read(data("password.pdf")).unwrap())])).unwrap();
    let Verdict::Admitted(examined, _) = hasty.examine(&path, "材料.zip", &Policy::default()).await.unwrap() else {
        panic!("refused")
    };
    assert!(examined.warnings.contains(&Warning::Within), "{:?}", examined.warnings);
}

fn pdf(catalog: &str, page: &str, objects: &str) -> Vec<u8> {
    format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R{catalog}>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\
         \nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]{page}>>\nendobj\n{objects}\
         trailer\n<</Root 1 0 R/Size 9>>\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn scripts_in_a_pdf_are_told() {
    let script = pdf("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", "", "");
    let Verdict::Admitted(examined, _) = bytes_examined("表.pdf", &script).await else { panic!("refused") };
    assert!(examined.warnings.contains(&Warning::Script), "{:?}", examined.warnings);
    let problems = examined.problems(&["file"]);
    assert!(problems.iter().all(|problem| problem.code == Code::Procedure && problem.path == ["file"]));
    let within = pdf("/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 4 0 R>>>>]>>>>", "", "");
    let Verdict::Admitted(examined, _) = bytes_examined("表.pdf", &within).await else { panic!("refused") };
    assert!(examined.warnings.contains(&Warning::Within), "{:?}", examined.warnings);
}

/// The word "Encrypt" in a page is no encryption; a mark in a font that is not embedded is a mark.
#[tokio::test]
async fn a_pdf_is_read_as_its_reader_would() {
    let font = "/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R";
    let object = |content: &str| {
        format!(
            "4 0 obj\n<</Length {}>>stream\n{content}\nendstream\nendobj\n5 0 obj\n<</Type/Font/Subtype/Type0\
             /BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>\nendobj\n6 0 obj\n<</Type/Font\
             /Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>\
             /DW 1000>>\nendobj\n",
            content.len()
        )
    };
    let shown = |text: &str| {
        let units = hex::encode(text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
        object(&format!("% /Encrypt\nBT /F 20 Tf 20 100 Td <{units}> Tj ET"))
    };
    let plain = bytes_examined("文.pdf", &pdf("", font, &shown("会议记录"))).await;
    assert!(matches!(plain, Verdict::Admitted(..)), "{plain:?}");
    assert!(refused(bytes_examined("文.pdf", &pdf("", font, &shown("机密★5年"))).await).contains("国家秘密标志"));
}

#[tokio::test]
async fn a_pdf_that_swells_is_refused() {
    // Half a gigabyte of spaces as the content of a page, compressed twice.
    let once = |bytes: &mut dyn std::io::Read| {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::copy(bytes, &mut out).unwrap();
        out.finish().unwrap()
    };
    let inner = once(&mut std::io::Read::take(std::io::repeat(b' '), 512 << 20));
    let body = once(&mut inner.as_slice());
    let mut bytes = pdf("", "/Contents 4 0 R", "");
    let trailer = memchr::memmem::find(&bytes, b"trailer").unwrap();
    let mut object =
        format!("4 0 obj\n<</Length {}/Filter[/FlateDecode/FlateDecode]>>stream\n", body.len()).into_bytes();
    object.extend(body);
    object.extend(b"\nendstream\nendobj\n");
    bytes.splice(trailer..trailer, object);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("body");
    fs::write(&path, bytes).unwrap();
    let limits = Limits { child_memory: 512 << 20, ..Limits::default() };
    let mut examiner = examiner();
    examiner.children = Children::new(CHILD.into(), Vec::new(), limits, 1);
    let verdict = examiner.examine(&path, "大.pdf", &Policy::default()).await.unwrap();
    assert!(refused(verdict).contains("内存或时间异常"));
}

#[tokio::test]
async fn a_pdf_that_the_child_cannot_hold_is_refused() {
    let mut examiner = examiner();
    let limits = Limits { child_file: 1000, ..Limits::default() };
    examiner.limits = limits.clone();
    examiner.children = Children::new(CHILD.into(), Vec::new(), limits, 1);
    let verdict = examiner.examine(&data("chinese.pdf"), "会议记录.pdf", &Policy::default()).await.unwrap();
    assert_eq!(verdict, Verdict::Refused(Reason::TooLarge(1000)));
}

/// Whatever is done to a PDF, there is a verdict.
#[tokio::test]
async fn broken_pdfs_break_nothing() {
    let whole = fs::read(data("chinese.pdf")).unwrap();
    let mut seed = 20_260_401_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("body");
    let examiner = examiner();
    for _ in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..=next(20) {
            let at = next(bytes.len());
            bytes[at] = u8::try_from(next(256)).unwrap();
        }
        bytes.truncate(bytes.len() - next(2) * next(bytes.len()));
        fs::write(&path, &bytes).unwrap();
        let verdict = examiner.examine(&path, "会议记录.pdf", &Policy::default()).await;
        assert!(verdict.is_ok(), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_bad_name_is_refused_before_anything_is_opened() {
    let verdict = examiner().examine(Path::new("/nowhere"), "报告\u{202E}fdp.exe", &Policy::default()).await.unwrap();
    assert!(matches!(&verdict, Verdict::Refused(Reason::Name(_))), "{verdict:?}");
}
