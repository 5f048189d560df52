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
