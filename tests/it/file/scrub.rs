use std::{fs, path::Path};

use testkit::TestApp;

use super::{
    client::{Client, text},
    rot::{body, overwrite},
};
use crate::fault_flow::served::binary;

#[tokio::test]
async fn a_scrub_finds_every_rotten_copy_and_heals_it() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let lengths = [3000, 6000, 9000];
    for length in lengths {
        recorder.keep("会议记录.txt", &text(length)).await;
    }
    fs::remove_file(body(&app, "main", 3000)).unwrap();
    let copy = body(&app, "copy", 6000);
    fs::write(&copy, vec![b'x'; 6000]).unwrap();
    let store = app.worker_store();
    let stop = tokio_util::sync::CancellationToken::new();
    let later = chrono::TimeDelta::seconds(1);
    let at = domain::clock::Clock::now(&*app.clock) + later;
    let scrub = async || worker::scrub::scrub(&store, &app.files.bodies, at, || at + later, &stop).await.unwrap();
    let done = scrub().await;
    assert_eq!((done.bodies, done.healed, done.damaged), (3, 2, 0));
    for place in ["main", "copy"] {
        for length in lengths {
            assert_eq!(fs::read(body(&app, place, length)).unwrap(), text(length), "{place} {length}");
        }
    }
    assert_eq!(scrub().await.bodies, 0, "all were read since");
    store.close().await;
}

#[tokio::test]
async fn while_a_place_is_away_a_scrub_calls_no_body_damaged_and_none_checked() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    for length in [3000, 6000] {
        recorder.keep("会议记录.txt", &text(length)).await;
    }
    let place = |name: &str| app.files.folder.path().join(name);
    let verdicts = "SELECT string_agg(checked_at || ' ' || damaged, ',' ORDER BY sha256) FROM body";
    let before: String = testkit::scalar(&app.owner, verdicts).await;
    let (store, stop) = (app.worker_store(), tokio_util::sync::CancellationToken::new());
    let at = domain::clock::Clock::now(&*app.clock) + chrono::TimeDelta::seconds(1);
    let scrub = async || worker::scrub::scrub(&store, &app.files.bodies, at, || at, &stop).await.unwrap();
    // The disk is not mounted.
    fs::rename(place("copy"), place("aside")).unwrap();
    fs::create_dir(place("copy")).unwrap();
    let done = scrub().await;
    assert_eq!((done.bodies, done.damaged, done.away), (0, 0, Some("copy")));
    app.tell_incidents().await;
    assert_eq!(testkit::scalar::<String>(&app.owner, verdicts).await, before, "nothing is known of them");
    fs::remove_dir(place("copy")).unwrap();
    fs::rename(place("aside"), place("copy")).unwrap();
    let done = scrub().await;
    assert_eq!((done.bodies, done.damaged, done.away), (2, 0, None), "both are still due");
    store.close().await;
}

/// One copy is altered, the disk with the other is not mounted: the body is not lost, and nobody says so.
#[tokio::test]
async fn a_body_whose_good_copy_is_away_is_not_called_damaged_and_is_healed_when_it_is_back() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(6000);
    let file = recorder.keep("会议记录.txt", &bytes).await;
    let (record, rev) = recorder.draft_with(&[]).await;
    let arranged = recorder.arrange(&record, rev, &[file]).await;
    let path = arranged["record"]["files"][0]["path"].as_str().unwrap().to_owned();
    let place = |name: &str| app.files.folder.path().join(name);
    overwrite(&body(&app, "main", bytes.len()), &vec![b'x'; bytes.len()]);
    fs::rename(place("copy"), place("aside")).unwrap();
    fs::create_dir(place("copy")).unwrap();
    let damaged = "SELECT count(*) FROM body WHERE damaged";
    // By a reader, and by the scrub, as far as it comes.
    assert_eq!(recorder.get(&path, &[]).await.status, 503, "it may be good elsewhere");
    app.write_incidents().await;
    let written = "SELECT count(*) > 0 FROM body_incident WHERE place = 'main' AND found = 'altered' AND NOT healed";
    assert!(testkit::scalar::<bool>(&app.owner, written).await);
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 0);
    let (store, stop) = (app.worker_store(), tokio_util::sync::CancellationToken::new());
    let at = domain::clock::Clock::now(&*app.clock);
    let before = at - chrono::TimeDelta::days(1);
    let scrub = async || worker::scrub::scrub(&store, &app.files.bodies, before, || at, &stop).await.unwrap();
    assert_eq!(scrub().await.away, Some("copy"), "nobody was due, but this one is");
    app.write_incidents().await;
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 0);
    // Lost is what no place has.
    fs::remove_dir(place("copy")).unwrap();
    fs::rename(place("aside"), place("copy")).unwrap();
    let done = scrub().await;
    assert_eq!((done.bodies, done.healed, done.damaged, done.away), (1, 1, 0, None));
    assert_eq!(fs::read(body(&app, "main", bytes.len())).unwrap(), bytes);
    for place in ["main", "copy"] {
        overwrite(&body(&app, place, bytes.len()), &vec![b'x'; bytes.len()]);
    }
    assert_eq!(recorder.get(&path, &[]).await.status, 500);
    app.write_incidents().await;
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 1);
    store.close().await;
}

/// Scripts go by it.
#[tokio::test]
async fn the_command_ends_with_3_while_a_place_is_away_with_1_where_a_body_is_lost_and_else_with_0() {
    let binary = tokio::task::spawn_blocking(binary).await.unwrap();
    let app = TestApp::new().await;
    Client::of(&app, "zj/village/recorder").keep("会议记录.txt", &text(3000)).await;
    let damaged = "SELECT count(*) FROM body WHERE damaged";
    // A bucket that nobody serves.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = [
        ("KIND", "s3"),
        ("ENDPOINT", &format!("http://{nobody}")),
        ("ALLOW_HTTP", "true"),
        ("BUCKET", "fonds"),
        ("KEY_ID", "fonds"),
        ("SECRET", "of a test"),
    ];
    let copy = app.files.folder.path().join("copy");
    let there = [("KIND", "folder"), ("PATH", copy.to_str().unwrap())];
    assert_eq!(scrubbed(&binary, &app, &nowhere), Some(3));
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 0, "nothing is known");
    assert_eq!(scrubbed(&binary, &app, &there), Some(0));
    for place in ["main", "copy"] {
        overwrite(&body(&app, place, 3000), &[b'x'; 3000]);
    }
    assert_eq!(scrubbed(&binary, &app, &there), Some(1));
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 1);
}

/// What `fonds scrub` ends with, where the copies lie there.
fn scrubbed(binary: &Path, app: &TestApp, copy: &[(&str, &str)]) -> Option<i32> {
    let copy = copy.iter().map(|(key, value)| (format!("FONDS_BLOBS__COPY__{key}"), *value));
    let command = std::process::Command::new(binary)
        .arg("scrub")
        .current_dir(app.files.folder.path())
        .env("FONDS_DATABASE__WORKER_URL", &app.database.worker_url)
        .env("FONDS_BLOBS__FOLDER", app.files.folder.path())
        .envs(copy)
        .env("FONDS_LOG__FILTER", "off")
        .stdout(std::process::Stdio::null())
        .status();
    command.unwrap().code()
}
