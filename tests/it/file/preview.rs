//! Pictures of files: made of what was kept, shown to whoever may read it, and never in the way.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use super::client::{Client, text};
use crate::fault_flow::served::binary;

pub(crate) const PDF: &[u8] = include_bytes!("../../../data/files/notice.pdf");
const OFD: &[u8] = include_bytes!("../../../data/files/resolution.ofd");
pub(crate) const JPEG: &[u8] = include_bytes!("../../../data/files/meeting.jpg");

/// A PNG of one point, with something else where the point should be.
const BROKEN: &[u8] =
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde\
    \x00\x00\x00\x04IDATnone\x00\x00\x00\x00\x00\x00\x00\x00IEND\xae\x42\x60\x82";

/// The program that the pictures are made by.
async fn child() {
    tokio::task::spawn_blocking(binary).await.unwrap();
}

/// The pictures of a received or an own record's files.
async fn pictures(client: &Client<'_>, of: &str, id: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ {of}(id: $id) {{ files {{ name thumbnail {{ page width height path }} previews {{ page width height path }} }} }} }}"
    );
    client.actor.data(&query, json!({ "id": id })).await[of]["files"].take()
}

fn is_jpeg(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.starts_with(&[0xff, 0xd8, 0xff])
}

#[tokio::test]
async fn pages_and_thumbnails_are_shown_inline_and_to_whoever_may_read_the_file() {
    child().await;
    let app = TestApp::new().await;
    let (recorder, town) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/town/reviewer"));
    let notice = recorder.keep("会议通知.pdf", PDF).await;
    let photo = recorder.keep("会议照片.jpg", JPEG).await;
    let plain = recorder.keep("会议记录.txt", &text(3000)).await;
    assert_eq!(app.picture().await, 2, "none of a text");
    assert_eq!(app.picture().await, 0, "once");
    let (record, rev) = recorder.draft_with(&[notice.clone(), photo, plain]).await;
    let files = pictures(&recorder, "record", &record).await;
    let pages = |n: usize| files[n]["previews"].as_array().unwrap().iter().map(|one| one["page"].as_i64()).collect();
    let found: [Vec<_>; 3] = [pages(0), pages(1), pages(2)];
    assert_eq!(found, [vec![Some(1), Some(2)], vec![Some(1)], vec![]], "{files}");
    assert_eq!(files[1]["thumbnail"]["width"], 320, "{files}");
    assert_eq!(files[1]["previews"][0]["width"], 960, "never made larger: {files}");
    assert_eq!(files[2]["thumbnail"], Value::Null);

    let path = files[0]["previews"][1]["path"].as_str().unwrap();
    let page = recorder.get(path, &[]).await;
    assert!(is_jpeg(&page));
    assert_eq!(page.header("content-type"), Some("image/jpeg"));
    assert_eq!(page.header("content-disposition"), Some("inline"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("cache-control"), Some("private, no-cache"));
    assert!(page.header("content-security-policy").unwrap().contains("sandbox"));
    let tag = page.header("etag").unwrap().to_owned();
    assert_eq!(recorder.get(path, &[("if-none-match", &tag)]).await.status, 304);
    // While it is not attached, for who has uploaded it.
    let own = "query($id: ID!) { file(id: $id) { thumbnail { path } previews { path } } }";
    let own = recorder.actor.data(own, json!({ "id": notice })).await["file"].take();
    assert!(is_jpeg(&recorder.get(own["thumbnail"]["path"].as_str().unwrap(), &[]).await), "{own}");
    let secretary = Client::of(&app, "zj/village/secretary");
    assert_eq!(secretary.get(own["thumbnail"]["path"].as_str().unwrap(), &[]).await.status, 404);

    let receipt = recorder.submit(&record, rev).await;
    let held = pictures(&town, "receipt", &receipt).await;
    let held = held[0]["thumbnail"]["path"].as_str().unwrap().to_owned();
    assert!(is_jpeg(&town.get(&held, &[]).await));
    assert_eq!(town.get(path, &[]).await.status, 404, "only through its receipt");
    for key in ["zj/village2/recorder", "zj/county/reviewer", "zj/province/system", "edu/branch/recorder"] {
        let stranger = Client::of(&app, key);
        for there in [path, &held, own["thumbnail"]["path"].as_str().unwrap()] {
            let absent = there.replace(|letter: char| ('1'..='9').contains(&letter), "0");
            let (forbidden, absent) = (stranger.get(there, &[]).await, stranger.get(&absent, &[]).await);
            assert_eq!((forbidden.status, forbidden.text()), (404, absent.text()), "{key} {there}");
        }
    }
    let nobody = axum::http::Request::get(&held).body(axum::body::Body::empty()).unwrap();
    assert_eq!(app.send(nobody).await.status, 401);
    recorder.actor.mutate("recallRecord", json!({ "record": record }), "record { state }").await;
    assert_eq!(town.get(&held, &[]).await.status, 404, "withdrawn: nothing is shown any more");
}

#[tokio::test]
async fn pages_of_an_ofd_are_shown_as_those_of_a_pdf() {
    child().await;
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let resolution = recorder.keep("决议.ofd", OFD).await;
    assert_eq!(app.picture().await, 1, "the format that archives are handed over in");
    let (record, _) = recorder.draft_with(&[resolution]).await;
    let files = pictures(&recorder, "record", &record).await;
    for path in [&files[0]["thumbnail"]["path"], &files[0]["previews"][0]["path"]] {
        assert!(is_jpeg(&recorder.get(path.as_str().unwrap(), &[]).await), "{files}");
    }
}

#[tokio::test]
async fn a_file_without_a_picture_is_kept_and_attached_all_the_same() {
    child().await;
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    // A picture whose head is right, and whose points are none.
    let broken = recorder.keep("照片.png", BROKEN).await;
    let (record, _) = recorder.draft_with(&[broken]).await;
    assert_eq!(app.picture().await, 1);
    assert_eq!(app.picture().await, 0, "not again and again");
    let files = pictures(&recorder, "record", &record).await;
    assert_eq!((&files[0]["thumbnail"], &files[0]["previews"]), (&Value::Null, &json!([])), "{files}");
}

#[tokio::test]
async fn the_same_body_is_pictured_once_and_again_after_a_kill() {
    child().await;
    let app = TestApp::new().await;
    let (recorder, sibling) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/village2/recorder"));
    let first = recorder.keep("照片.jpg", JPEG).await;
    // Taken by a worker that died with it: it comes back after some minutes.
    let store = app.worker_store();
    let at = domain::clock::Clock::now(&*app.clock);
    assert!(store.take_preview(at).await.unwrap().is_some());
    assert_eq!(app.picture().await, 0, "somebody is at it");
    app.clock.turn(chrono::TimeDelta::minutes(6));
    assert_eq!(app.picture().await, 1);
    store.close().await;
    let second = sibling.keep("照片.jpg", JPEG).await;
    assert_eq!(app.picture().await, 1);
    let rows = "SELECT count(*) FROM preview";
    assert_eq!(testkit::scalar::<i64>(&app.owner, rows).await, 4, "{first} {second}");
    let bodies = "SELECT count(*) FROM body";
    assert_eq!(testkit::scalar::<i64>(&app.owner, bodies).await, 3, "the photo and its two pictures");
}
