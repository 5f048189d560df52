//! Links without a session: for a minute, for one file, and worth no more than the right of the one who was given it.

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use serde_json::json;
use testkit::{Answer, TestApp};

use super::client::{Client, text};

/// The links of a record's or a receipt's files.
async fn links(client: &Client<'_>, of: &str, id: &str) -> Vec<String> {
    let query = format!("query($id: ID!) {{ {of}(id: $id) {{ files {{ link {{ path expiresAt }} }} }} }}");
    let answer = client.actor.data(&query, json!({ "id": id })).await;
    let files = answer[of]["files"].as_array().unwrap().clone();
    files.iter().map(|file| file["link"]["path"].as_str().unwrap().to_owned()).collect()
}

/// As a player asks: the address and nothing else.
async fn open(app: &TestApp, path: &str, range: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_link_opens_its_file_for_a_minute_and_in_parts() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(6000);
    let file = recorder.keep("会议录像.txt", &bytes).await;
    let other = recorder.keep("签到表.txt", &text(3000)).await;
    let (record, _) = recorder.draft_with(&[file, other]).await;
    let [link, second] = <[String; 2]>::try_from(links(&recorder, "record", &record).await).unwrap();
    let whole = open(&app, &link, None).await;
    assert_eq!((whole.status, &whole.body[..]), (200, &bytes[..]));
    assert_eq!(whole.header("cache-control"), Some("private, no-store"));
    assert!(whole.header("content-disposition").unwrap().starts_with("attachment; "));
    let part = open(&app, &link, Some("bytes=3000-")).await;
    assert_eq!((part.status, &part.body[..]), (206, &bytes[3000..]));

    // Nothing of it can be changed: another file, a later end, another signature.
    let grant = link.split('/').nth(3).unwrap().to_owned();
    let parts: Vec<_> = grant.split('.').map(str::to_owned).collect();
    let until: i64 = parts[2].parse().unwrap();
    let flipped = parts[3].chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect::<String>();
    let with = |at: usize, word: String| {
        let mut parts = parts.clone();
        parts[at] = word;
        link.replace(&grant, &parts.join("."))
    };
    let absent = open(&app, &format!("/files/link/{grant}x/record/00000000000000000000000000000009/1/1"), None).await;
    for changed in [
        link.replace("/1/1", "/1/2"),
        second.replace("/1/2", "/1/1"),
        with(0, "edu".to_owned()),
        with(1, "0190c0de000070008000000000000001".to_owned()),
        with(2, (until + 1).to_string()),
        with(2, (until + 3600).to_string()),
        with(3, flipped),
        with(3, String::new()),
        link.replace("/link/", "/link/x"),
    ] {
        let answer = open(&app, &changed, None).await;
        assert_eq!((answer.status, answer.text()), (404, absent.text()), "{changed}");
    }
    app.clock.turn(TimeDelta::seconds(61));
    assert_eq!(open(&app, &link, None).await.status, 404, "over");
}

#[tokio::test]
async fn a_link_dies_with_the_right_of_the_one_who_was_given_it() {
    let app = TestApp::new().await;
    let (recorder, town) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/town/reviewer"));
    let file = recorder.keep("会议记录.txt", &text(3000)).await;
    let (record, rev) = recorder.draft_with(&[file]).await;
    let receipt = recorder.submit(&record, rev).await;
    let held = links(&town, "receipt", &receipt).await.remove(0);
    assert_eq!(open(&app, &held, None).await.status, 200);
    recorder.actor.mutate("recallRecord", json!({ "record": record }), "record { state }").await;
    assert_eq!(open(&app, &held, None).await.status, 404, "withdrawn");

    let own = links(&recorder, "record", &record).await.remove(0);
    assert_eq!(open(&app, &own, None).await.status, 200);
    let end = "UPDATE post SET valid_to = valid_from WHERE account_id IN (SELECT account_id FROM file)";
    testkit::sql(&app.owner, end).await;
    assert_eq!(open(&app, &own, None).await.status, 404, "he holds no post any more");
    testkit::sql(&app.owner, "UPDATE post SET valid_to = NULL WHERE account_id IN (SELECT account_id FROM file)").await;
    assert_eq!(open(&app, &own, None).await.status, 200);
    app.revoke(&recorder.actor).await;
    assert_eq!(open(&app, &own, None).await.status, 404, "he has signed out");
}
