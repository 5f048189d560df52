//! Lines that hold a place, drip, or go on after their right is gone.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, http::Request};
use bytes::Bytes;
use futures_util::stream;
use testkit::{Answer, Setup, TestApp};
use tokio::sync::mpsc;

use super::client::{Client, text};

/// `[http]` of a server that loses patience soon.
fn hasty(per_person: usize) -> Setup {
    let usual = Setup::default();
    let http = gateway::Settings {
        max_transfers_per_person: per_person,
        patience_seconds: 1,
        recheck_seconds: 1,
        least_bytes_per_second: 1024,
        ..usual.http.clone()
    };
    Setup { http, ..usual }
}

/// A line whose bytes come when they are sent.
pub(super) fn line(client: &Client<'_>, at: &str) -> (mpsc::Sender<Result<Bytes, Infallible>>, Request<Body>) {
    let (sender, receiver) = mpsc::channel(4);
    let bytes =
        stream::unfold(receiver, async |mut receiver: mpsc::Receiver<_>| Some((receiver.recv().await?, receiver)));
    let request = Request::patch(at)
        .header("tus-resumable", "1.0.0")
        .header("authorization", format!("Bearer {}", client.actor.token))
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", "0");
    (sender, request.body(Body::from_stream(bytes)).unwrap())
}

#[tokio::test]
async fn a_line_that_drips_is_cut_and_what_came_is_kept() {
    let app = TestApp::with(hasty(8)).await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 900_000).await;
    let (sender, request) = line(&recorder, &at);
    let drip = async {
        sender.send(Ok(Bytes::from(text(30_000)))).await.unwrap();
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            if sender.send(Ok(Bytes::from_static(b"\n"))).await.is_err() {
                return;
            }
        }
        panic!("ten seconds, and it still takes a byte at a time");
    };
    let (answer, ()) = tokio::join!(app.send(request), drip);
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    let kept = recorder.offset(&at).await;
    assert!((30_000..30_020).contains(&kept), "{kept}");
}

#[tokio::test]
async fn who_loses_his_session_or_post_is_stopped_in_the_middle() {
    let app = TestApp::with(hasty(8)).await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 9_000_000).await;
    let (sender, request) = line(&recorder, &at);
    let write = async {
        sender.send(Ok(Bytes::from(text(30_000)))).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        testkit::sql(
            &app.owner,
            "UPDATE post SET valid_to = valid_from WHERE account_id IN (SELECT account_id FROM file)",
        )
        .await;
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if sender.send(Ok(Bytes::from(text(30_000)))).await.is_err() {
                return;
            }
        }
        panic!("four seconds after his post has ended he still writes");
    };
    let (answer, ()) = tokio::join!(app.send(request), write);
    assert_eq!((answer.status, answer.code().as_str()), (404, "NOT_FOUND"));
    testkit::sql(&app.owner, "UPDATE post SET valid_to = NULL WHERE account_id IN (SELECT account_id FROM file)").await;
    assert!(recorder.offset(&at).await >= 30_000, "what came before is kept");
}

#[tokio::test]
async fn one_person_holds_so_many_lines_and_the_others_go_on() {
    let app = TestApp::with(hasty(1)).await;
    let (recorder, sibling) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/village2/recorder"));
    let (first, second) = (recorder.begin("a.txt", 9000).await, recorder.begin("b.txt", 9000).await);
    let other = sibling.begin("c.txt", 9000).await;
    let (sender, request) = line(&recorder, &first);
    let meanwhile = async {
        sender.send(Ok(Bytes::from(text(3000)))).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let refused: Answer = recorder.patch(&second, 0, &text(9000)).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "RATE_LIMITED"), "{}", refused.text());
        assert!(refused.header("retry-after").is_some());
        assert_eq!(sibling.patch(&other, 0, &text(9000)).await.status, 204);
        sender.send(Ok(Bytes::from(text(6000)))).await.unwrap();
        drop(sender);
    };
    let (answer, ()) = tokio::join!(app.send(request), meanwhile);
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(recorder.patch(&second, 0, &text(9000)).await.status, 204, "the line is free again");
}

/// `[http]` of a server whose minute holds few requests for files, counted in its own process.
fn sparing(of_person: u32, of_address: u32) -> Setup {
    let usual = Setup::default();
    let http = gateway::Settings {
        file_requests_per_minute: of_person,
        file_requests_per_address: of_address,
        ..usual.http.clone()
    };
    Setup { http, redis: None, ..usual }
}

#[tokio::test]
async fn a_persons_minute_holds_so_many_requests_for_files() {
    let app = TestApp::with(sparing(3, 1000)).await;
    let (recorder, sibling) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/village2/recorder"));
    let at = recorder.begin("会议记录.txt", 900).await;
    assert_eq!(recorder.patch(&at, 0, &text(300)).await.status, 204);
    assert_eq!(recorder.offset(&at).await, 300);
    for (method, path) in [("HEAD", at.as_str()), ("GET", "/files/own/0/preview/0"), ("DELETE", at.as_str())] {
        let refused = recorder.send(method, path, &[], Vec::new()).await;
        assert_eq!(refused.status, 429, "{method} {path}");
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    let told = recorder.announce("签到表.txt", 900).await;
    assert_eq!((told.status, told.code().as_str()), (429, "RATE_LIMITED"));
    assert!(told.text().contains("不会丢失"), "{}", told.text());
    sibling.begin("会议记录.txt", 900).await;
}

#[tokio::test]
async fn an_address_has_its_minute_before_anybody_is_asked_for() {
    let app = TestApp::with(sparing(1000, 2)).await;
    let ask = async || {
        let request = Request::get("/files/record/0/1/1").header("authorization", "Bearer zj.nobodynobodynobody");
        app.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(ask().await.status, 401);
    assert_eq!(ask().await.status, 401);
    let refused = ask().await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "RATE_LIMITED"));
    assert!(refused.header("retry-after").is_some());
    let recorder = Client::of(&app, "zj/village/recorder");
    assert_eq!(recorder.announce("会议记录.txt", 900).await.status, 429, "uploads of that address as well");
}
