use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use testkit::TestApp;

use super::client::{Client, id, metadata, text};

#[tokio::test]
async fn a_cut_upload_goes_on_from_what_is_stored_and_arrives_whole() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(3_000_000);
    let at = recorder.begin("三月份党员大会会议记录.txt", bytes.len()).await;
    assert_eq!(recorder.offset(&at).await, 0);
    assert_eq!(recorder.patch(&at, 0, &bytes[..1_000_001]).await.header("upload-offset"), Some("1000001"));
    // Another machine, later: it asks how far it is, and goes on.
    let offset = recorder.offset(&at).await;
    assert_eq!(offset, 1_000_001);
    assert_eq!(recorder.patch(&at, 5, &bytes[5..]).await.status, 409, "an offset that is not the stored one");
    assert_eq!(recorder.patch(&at, offset, &bytes[offset..]).await.status, 204);
    assert_eq!(recorder.offset(&at).await, bytes.len());
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&id(&at)).await;
    assert_eq!(file["state"], "KEPT");
    assert_eq!(file["mediaType"], "text/plain");
    assert_eq!(file["sha256"], hex(&bytes));
    let from_nowhere = "SELECT count(*) FROM audit WHERE action IN ('file.begin', 'file.receive') AND origin IS NULL";
    assert_eq!(testkit::scalar::<i64>(&app.owner, from_nowhere).await, 0, "the trail names where it came from");
    // Told once more that it is there, long after its bytes have moved on.
    assert_eq!(recorder.offset(&at).await, bytes.len());
    assert_eq!(recorder.patch(&at, bytes.len(), b"x").await.status, 409);
}

fn hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}

#[tokio::test]
async fn the_server_says_what_it_can_and_asks_for_the_version() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let said = recorder.send("OPTIONS", "/uploads", &[], Vec::new()).await;
    assert_eq!((said.status, said.header("tus-version")), (204, Some("1.0.0")));
    let extensions = said.header("tus-extension").unwrap();
    for extension in ["creation", "creation-with-upload", "expiration", "checksum", "termination"] {
        assert!(extensions.split(',').any(|one| one == extension), "{extension}");
    }
    let bare =
        axum::http::Request::post("/uploads").header("authorization", format!("Bearer {}", recorder.actor.token));
    let answer = app.send(bare.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("tus-version")), (412, Some("1.0.0")));
}

#[tokio::test]
async fn bytes_that_do_not_fit_their_checksum_are_not_kept() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(30_000);
    let at = recorder.begin("a.txt", bytes.len()).await;
    let sha1 = |bytes: &[u8]| {
        use sha1::{Digest, Sha1};
        format!("sha1 {}", STANDARD.encode(Sha1::digest(bytes)))
    };
    let send = async |sum: &str, part: &[u8]| {
        let headers =
            [("content-type", "application/offset+octet-stream"), ("upload-offset", "0"), ("upload-checksum", sum)];
        recorder.send("PATCH", &at, &headers, part.to_vec()).await
    };
    let wrong = send(&sha1(b"something else"), &bytes).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (460, "CHECKSUM_MISMATCH"));
    assert_eq!(recorder.offset(&at).await, 0);
    assert_eq!(send("crc32 AAAA", &bytes).await.status, 400, "an algorithm that is not offered");
    assert_eq!(send(&sha1(&bytes), &bytes).await.status, 204);
}

#[tokio::test]
async fn a_file_may_come_with_its_announcement_and_may_be_given_up() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(9000);
    let said = metadata(&[("filename", "b.txt"), ("post", &recorder.actor.post.to_string())]);
    let headers = [
        ("upload-length", "9000"),
        ("upload-metadata", said.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    let answer = recorder.send("POST", "/uploads", &headers, bytes.clone()).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (201, Some("9000")), "{}", answer.text());

    assert_eq!(answer.header("upload-expires"), None, "it is whole");
    // Bytes that do not fit: the upload is there all the same, and its client learns where.
    let summed = [headers.as_slice(), &[("upload-checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]].concat();
    let refused = recorder.send("POST", "/uploads", &summed, bytes.clone()).await;
    assert_eq!((refused.status, refused.header("upload-offset")), (460, Some("0")), "{}", refused.text());
    let again = refused.header("location").unwrap().to_owned();
    let part = recorder.patch(&again, 0, &bytes[..300]).await;
    assert!(part.header("upload-expires").is_some_and(|at| at.ends_with(" GMT")), "until then the rest has to come");
    let rest = recorder.patch(&again, 300, &bytes[300..]).await;
    assert_eq!((rest.status, rest.header("upload-expires")), (204, None));

    let other = recorder.begin("c.txt", 9000).await;
    recorder.patch(&other, 0, &bytes[..300]).await;
    assert_eq!(recorder.send("DELETE", &other, &[], Vec::new()).await.status, 204);
    assert_eq!(recorder.send("HEAD", &other, &[], Vec::new()).await.status, 404);
    assert_eq!(recorder.patch(&other, 300, &bytes[300..]).await.status, 404);
}

#[tokio::test]
async fn what_was_said_of_an_upload_is_told_again_as_it_was_given() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let post = recorder.actor.post.to_string();
    // With what this server does not know, and a key without a value (tus 1.0.0, creation).
    let said = [
        metadata(&[("filename", "三月份 会议.txt"), ("post", &post), ("relativePath", "三月/会议.txt")]),
        "is_confidential".into(),
    ]
    .join(",");
    let headers = [("upload-length", "900"), ("upload-metadata", said.as_str())];
    let made = recorder.send("POST", "/uploads", &headers, Vec::new()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let at = made.header("location").unwrap().to_owned();
    for bytes in [&text(300)[..], &text(600)[..]] {
        let offset = recorder.offset(&at).await;
        let head = recorder.send("HEAD", &at, &[], Vec::new()).await;
        assert_eq!(head.header("upload-metadata"), Some(said.as_str()), "at {offset}");
        assert_eq!(recorder.patch(&at, offset, bytes).await.status, 204);
    }
    app.examine().await;
    let head = recorder.send("HEAD", &at, &[], Vec::new()).await;
    assert_eq!(head.header("upload-metadata"), Some(said.as_str()), "and when it was kept");
    let long = metadata(&[("filename", "a.txt"), ("post", &post), ("x", &"x".repeat(7000))]);
    let refused =
        recorder.send("POST", "/uploads", &[("upload-length", "9"), ("upload-metadata", &long)], Vec::new()).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
}

#[tokio::test]
async fn an_unfinished_upload_goes_after_its_time() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let answer = recorder.announce("d.txt", 9000).await;
    assert!(answer.header("upload-expires").is_some_and(|at| at.ends_with(" GMT")));
    let at = answer.header("location").unwrap();
    app.clock.turn(TimeDelta::hours(47));
    assert_eq!(recorder.patch(at, 0, &text(300)).await.status, 204, "a day later it goes on");
    app.clock.turn(TimeDelta::hours(2));
    assert_eq!(recorder.patch(at, 300, &text(300)).await.status, 404);
}

#[tokio::test]
async fn what_is_announced_is_looked_at_before_a_byte_is_taken() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let refused = async |name: &str, length: usize| {
        let answer = recorder.announce(name, length).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        answer.json()["problems"][0].clone()
    };
    assert_eq!(refused("fdp.\u{202e}exe.pdf", 10).await["path"][0], "name");
    assert_eq!(refused("关于某事的请示（机密★10年）.docx", 10).await["path"][0], "name");
    assert_eq!(refused("空.txt", 0).await["path"][0], "length");
    let large = refused("大会录像.mp4", 5_000_000_000).await;
    assert!(large["message"].as_str().unwrap().contains("4.0 GB"), "{large}");
    assert_eq!(recorder.announce("a.txt", 10).await.status, 201);
}

#[tokio::test]
async fn the_quota_is_charged_at_the_announcement() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    testkit::sql(
        &app.owner,
        r#"UPDATE tenant SET settings = settings || '{"files": {"per_person": 1000, "per_org": 5000}}'"#,
    )
    .await;
    let first = recorder.begin("a.txt", 700).await;
    let answer = recorder.announce("b.txt", 400).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("300 B"), "{}", answer.text());
    // What is given up does not count any more.
    assert_eq!(recorder.send("DELETE", &first, &[], Vec::new()).await.status, 204);
    assert_eq!(recorder.announce("b.txt", 400).await.status, 201);
}

#[tokio::test]
async fn a_repeated_announcement_revives_nothing_that_has_ended() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let said = metadata(&[("filename", "a.txt"), ("filetype", "a\0b"), ("post", &recorder.actor.post.to_string())]);
    let headers =
        [("upload-length", "900"), ("upload-metadata", said.as_str()), ("idempotency-key", "the-same-upload")];
    let first = recorder.send("POST", "/uploads", &headers, Vec::new()).await;
    let again = recorder.send("POST", "/uploads", &headers, Vec::new()).await;
    assert_eq!((first.status, first.header("location")), (201, again.header("location")));
    let at = first.header("location").unwrap();
    assert_eq!(recorder.send("DELETE", at, &[], Vec::new()).await.status, 204);
    assert_eq!(recorder.send("POST", "/uploads", &headers, Vec::new()).await.status, 404);
    assert!(app.files.staging.list(std::time::UNIX_EPOCH).await.unwrap().is_empty());

    // Whoever is not signed in any more is told so, and keeps his upload for later.
    let other = recorder.begin("b.txt", 900).await;
    app.revoke(&recorder.actor).await;
    assert_eq!(recorder.patch(&other, 0, &text(300)).await.status, 401);
}

#[tokio::test]
async fn staged_bytes_that_nobody_wants_are_swept_away() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let wanted = recorder.begin("a.txt", 900).await;
    let orphan = recorder.begin("b.txt", 900).await;
    // Killed after the row was settled, and before the bytes were removed.
    testkit::sql(&app.owner, "UPDATE file SET state = 'expired' WHERE name = 'b.txt'").await;
    assert_eq!(app.sweep().await, 0, "young ones are left alone");
    let changed = app.files.staging.list(std::time::UNIX_EPOCH).await.unwrap()[0].changed;
    app.clock.set(chrono::DateTime::<chrono::Utc>::from(changed) + TimeDelta::hours(3));
    assert_eq!(app.sweep().await, 1);
    let left: Vec<_> = app.files.staging.list(std::time::UNIX_EPOCH).await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(left, [id(&wanted).parse().unwrap()], "{orphan}");
}
