use serde_json::json;
use testkit::{TestApp, TestPost};

use super::{inbox::kinds, letter::states};
use crate::file::client::Client;

/// An uploaded file of the branch that was found to be bad, as the examiner writes it.
async fn refused(app: &TestApp, code: &str) {
    let recorder = Client::of(app, "zj/village/recorder");
    let file = recorder.upload("机密会议的名单.txt", "会议".as_bytes()).await;
    let (_, bare) = file.split_once(':').unwrap_or(("", &file));
    let refuse = format!(
        "SELECT sec.refuse_file(f.tenant_id, f.id, f.fence, '[{{\"code\":\"{code}\",\"path\":[\"file\"],\"zh\":\"文件未通过检查\",\"en\":\"the file was refused\"}}]',
                '2026-03-02 01:00Z') FROM file f WHERE replace(f.id::text, '-', '') = replace('{bare}', '-', '')"
    );
    testkit::held(&app.owner, &refuse).await.commit().await;
}

#[tokio::test]
async fn malware_is_told_to_whoever_uploaded_it_and_to_the_system_administrator_without_a_name() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    for key in [
        "zj/village/recorder",
        "zj/province/system",
        "zj/province/security",
        "zj/town/org_admin",
        "edu/university/system",
    ] {
        app.give_address(key).await;
    }
    refused(&app, "INFECTED").await;
    let letters = app.letters(&post).await;
    let to: Vec<_> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, ["zj-province-system@example.cn", "zj-village-recorder@example.cn"], "{letters:?}");
    for letter in &letters {
        assert!(letter.subject.starts_with("文件带有恶意代码"), "{}", letter.subject);
        assert!(!letter.text.contains("名单"), "{}", letter.text);
    }
    assert!(!letters[0].text.contains("/files/"), "the file is not the administrator's: {}", letters[0].text);
    for key in ["zj/village/recorder", "zj/province/system"] {
        assert_eq!(kinds(&app, key).await, ["FILE_INFECTED"], "{key}");
    }
    assert_eq!(kinds(&app, "zj/province/security").await, Vec::<String>::new());
    assert_eq!(states(&app).await, "sent");
}

#[tokio::test]
async fn a_file_that_is_only_refused_is_its_uploaders_affair() {
    let app = TestApp::new().await;
    refused(&app, "INVALID").await;
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/village/recorder").await, ["FILE_REFUSED"]);
    assert_eq!(kinds(&app, "zj/province/system").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_administrator_who_is_none_any_more_gets_no_letter() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/province/system").await;
    refused(&app, "INFECTED").await;
    app.relayed().await;
    app.end_posts(&[app.actor("zj/province/system")]).await;
    assert_eq!(app.letters(&post).await, []);
    let seen = app.actor("zj/village/recorder").data("{ unreadNotices }", json!({})).await;
    assert_eq!(seen["unreadNotices"], 1);
}
