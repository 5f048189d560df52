use serde_json::json;
use testkit::TestApp;

use super::client::{Client, text};

/// The sign by which scanners are tried out (EICAR), put together here so that no scanner takes this file for it.
fn eicar() -> Vec<u8> {
    format!("X5O!P%@AP[4\\PZX54(P^)7CC)7}}${}!$H+H*", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE").into_bytes()
}

#[tokio::test]
async fn a_virus_is_refused_with_words_that_help_and_its_bytes_go() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let id = recorder.upload("会议通知.txt", &eicar()).await;
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&id).await;
    assert_eq!(file["state"], "REFUSED", "{file}");
    assert!(file["problems"][0]["message"].as_str().unwrap().contains("病毒"), "{file}");
    assert!(app.files.staging.list(std::time::UNIX_EPOCH).await.unwrap().is_empty());
}

#[tokio::test]
async fn while_the_scanner_is_away_a_file_stays_in_quarantine_and_says_so() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let id = recorder.upload("会议通知.txt", &text(3000)).await;
    assert_eq!(app.examine_without_scanner().await, 0);
    let file = recorder.file(&id).await;
    assert_eq!((file["state"].as_str(), file["waitsForScanner"].as_bool()), (Some("EXAMINING"), Some(true)), "{file}");
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&id).await;
    assert_eq!((file["state"].as_str(), file["waitsForScanner"].as_bool()), (Some("KEPT"), Some(false)), "{file}");
}

#[tokio::test]
async fn a_marked_text_and_an_active_page_are_refused() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let secret = recorder.upload("材料.txt", "关于某事的报告\n机密★10年\n正文".as_bytes()).await;
    let page =
        recorder.upload("图.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>").await;
    let harmless = recorder.upload("保密教育.txt", "组织学习保密法，提高机密性意识".as_bytes()).await;
    assert_eq!(app.examine().await, 3);
    for id in [secret, page] {
        let file = recorder.file(&id).await;
        assert_eq!(file["state"], "REFUSED", "{file}");
        assert!(!file["problems"][0]["message"].as_str().unwrap().contains("某事"), "nothing of the content: {file}");
    }
    assert_eq!(recorder.file(&harmless).await["state"], "KEPT");
}

#[tokio::test]
async fn a_declared_type_that_the_content_gives_the_lie_is_told_and_kept_with_the_file() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let other = recorder.upload_as("会议记录.txt", "image/png", &text(3000)).await;
    let same = recorder.upload_as("会议记录.txt", "text/plain", &text(3000)).await;
    assert_eq!(app.examine().await, 2);
    let file = recorder.file(&other).await;
    assert_eq!((&file["state"], &file["mediaType"]), (&json!("KEPT"), &json!("text/plain")), "{file}");
    let said = file["problems"][0]["message"].as_str().unwrap_or_default();
    assert!(said.contains("声明的类型是PNG") && said.contains("已按内容处理"), "{file}");
    assert_eq!(recorder.file(&same).await["problems"], json!([]));
}

#[tokio::test]
async fn what_is_too_large_to_be_scanned_is_kept_and_marked_or_refused_as_the_tenant_says() {
    let app = TestApp::new().await;
    let (system, recorder) = (Client::of(&app, "zj/province/system"), Client::of(&app, "zj/village/recorder"));
    let mut rules = json!({ "largest": 64 << 20, "perPerson": 1_i64 << 30, "perOrg": 1_i64 << 32, "unfinishedHours": 24,
                            "types": [], "keepUnscanned": true });
    system.actor.mutate("updateFileRules", rules.clone(), "files { keepUnscanned }").await;
    // Above what is sent to the scanner at all.
    let large = text(17 << 20);
    let kept = recorder.upload("长记录.txt", &large).await;
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&kept).await;
    assert_eq!(
        (&file["state"], &file["unscanned"]),
        (&json!("KEPT"), &json!(true)),
        "kept, and marked as not scanned: {file}"
    );
    rules["keepUnscanned"] = json!(false);
    system.actor.mutate("updateFileRules", rules, "files { keepUnscanned }").await;
    let refused = recorder.upload("长记录.txt", &large).await;
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&refused).await;
    assert_eq!((&file["state"], &file["problems"][0]["code"]), (&json!("REFUSED"), &json!("TOO_LONG")), "{file}");
    let said = file["problems"][0]["message"].as_str().unwrap();
    assert!(said.contains("无法查毒") && said.contains("压缩或分段"), "{said}");
}

#[tokio::test]
async fn bytes_other_than_announced_are_refused() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let said = super::client::metadata(&[
        ("filename", "a.txt"),
        ("post", &recorder.actor.post.to_string()),
        ("sha256", &"0".repeat(64)),
    ]);
    let answer =
        recorder.send("POST", "/uploads", &[("upload-length", "300"), ("upload-metadata", &said)], Vec::new()).await;
    let at = answer.header("location").unwrap().to_owned();
    assert_eq!(recorder.patch(&at, 0, &text(300)).await.status, 204);
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&super::client::id(&at)).await;
    assert_eq!(file["state"], "REFUSED");
    assert!(file["problems"][0]["message"].as_str().unwrap().contains("SHA-256"));
}
