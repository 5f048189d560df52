use serde_json::json;
use testkit::{Answer, TestApp};

use super::client::{Client, text};

/// What an answer shows: all but its own id and date.
fn shown(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    (answer.status, answer.text(), headers)
}

const NONE: &str = "00000000000000000000000000000009";

#[tokio::test]
async fn anothers_upload_is_like_none() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("a.txt", 900).await;
    recorder.patch(&at, 0, &text(300)).await;
    for key in [
        "zj/village/secretary",
        "zj/village2/recorder",
        "zj/town/reviewer",
        "zj/province/system",
        "edu/branch/recorder",
    ] {
        let stranger = Client::of(&app, key);
        for method in ["HEAD", "PATCH", "DELETE"] {
            let headers = [("content-type", "application/offset+octet-stream"), ("upload-offset", "300")];
            let forbidden = stranger.send(method, &at, &headers, text(600)).await;
            let absent = stranger.send(method, &format!("/uploads/{NONE}"), &headers, text(600)).await;
            assert_eq!(forbidden.status, 404, "{key} {method}");
            assert_eq!(shown(&forbidden), shown(&absent), "{key} {method}");
        }
    }
    assert_eq!(recorder.offset(&at).await, 300, "nobody has touched it");
    let nobody = axum::http::Request::head(&at).header("tus-resumable", "1.0.0");
    assert_eq!(app.send(nobody.body(axum::body::Body::empty()).unwrap()).await.status, 401);
}

#[tokio::test]
async fn the_files_of_a_record_are_as_closed_as_the_record() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let file = recorder.keep("会议记录.txt", &text(3000)).await;
    let (record, rev) = recorder.draft_with(&[file]).await;
    let receipt = recorder.submit(&record, rev).await;
    let own = format!("/files/record/{}/1/1", record.strip_prefix("record:").unwrap());
    let held = format!("/files/receipt/{}/1", receipt.strip_prefix("receipt:").unwrap());
    assert_eq!(recorder.get(&own, &[]).await.status, 200);
    let town = Client::of(&app, "zj/town/reviewer");
    assert_eq!(town.get(&held, &[]).await.status, 200);
    assert_eq!(town.get(&own, &[]).await.status, 404, "only through its receipt");
    for key in
        ["zj/village2/recorder", "zj/county/reviewer", "zj/town2/reviewer", "zj/province/system", "edu/branch/recorder"]
    {
        let stranger = Client::of(&app, key);
        for (path, absent) in
            [(&own, format!("/files/record/{NONE}/1/1")), (&held, format!("/files/receipt/{NONE}.1/1"))]
        {
            let (forbidden, absent) = (stranger.get(path, &[]).await, stranger.get(&absent, &[]).await);
            assert_eq!(forbidden.status, 404, "{key} {path}");
            assert_eq!(shown(&forbidden), shown(&absent), "{key} {path}");
        }
    }
    // Taken back: the receipt shows nothing any more, and nor do its files.
    recorder.actor.mutate("recallRecord", json!({ "record": record }), "record { state }").await;
    assert_eq!(town.get(&held, &[]).await.status, 404);
    app.revoke(&recorder.actor).await;
    assert_eq!(recorder.get(&own, &[]).await.status, 401);
}

#[tokio::test]
async fn nobody_announces_a_file_for_an_organisation_of_others() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let announce = async |client: &Client<'_>, post: &str| {
        let said = super::client::metadata(&[("filename", "a.txt"), ("post", post)]);
        client.send("POST", "/uploads", &[("upload-length", "9"), ("upload-metadata", &said)], Vec::new()).await
    };
    let absent = format!("post:{NONE}");
    for key in ["zj/village2/recorder", "zj/town/org_admin", "zj/province/system", "edu/branch/recorder"] {
        let stranger = Client::of(&app, key);
        let forbidden = announce(&stranger, &recorder.actor.post.to_string()).await;
        assert_eq!(shown(&forbidden), shown(&announce(&stranger, &absent).await), "{key}");
        assert_eq!(forbidden.status, 404, "{key}");
    }
    // Whoever writes no records uploads nothing, under his own post as little.
    for key in ["zj/town/org_admin", "zj/town/archivist", "zj/province/audit"] {
        let reader = Client::of(&app, key);
        let post = reader.actor.post.to_string();
        assert!([403, 404].contains(&announce(&reader, &post).await.status), "{key}");
    }
    let nobody = axum::http::Request::post("/uploads").header("tus-resumable", "1.0.0").header("upload-length", "9");
    assert_eq!(app.send(nobody.body(axum::body::Body::empty()).unwrap()).await.status, 401);
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM file").await, 0);
}
