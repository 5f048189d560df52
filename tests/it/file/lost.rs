//! What a kill, a second worker or a lost disk leaves of files between their last byte and their verdict.

use std::{
    fs::{self, File},
    path::PathBuf,
    time::SystemTime,
};

use chrono::TimeDelta;
use domain::{Code, Problem, clock::Clock as _};
use testkit::TestApp;

use super::client::{Client, id, text};

fn staging(app: &TestApp) -> PathBuf {
    app.files.folder.path().join("staging")
}

/// Looks at what waits; what fails is told by the state of the file.
async fn look(app: &TestApp) {
    let examine = app.examiner();
    let _ = examine.once().await;
    examine.store.close().await;
    app.clock.turn(TimeDelta::seconds(11));
}

#[tokio::test]
async fn an_upload_that_is_whole_and_whose_end_nobody_told_is_found() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 9000).await;
    let half = recorder.begin("签到表.txt", 9000).await;
    assert_eq!(recorder.patch(&at, 0, &text(9000)).await.status, 204);
    assert_eq!(recorder.patch(&half, 0, &text(3000)).await.status, 204);
    // As a kill leaves it between the last durable byte and the word of it.
    testkit::sql(
        &app.owner,
        "UPDATE file SET state = 'receiving', received_at = NULL; DELETE FROM audit_pending; DELETE FROM audit WHERE action = 'file.receive'",
    )
    .await;
    assert_eq!(app.examine().await, 1, "found without a word of the client");
    assert_eq!(recorder.file(&id(&at)).await["state"], "KEPT");
    assert_eq!(recorder.file(&id(&half)).await["state"], "RECEIVING");
    let told =
        "SELECT count(*) FROM audit WHERE action = 'file.receive' AND account_id IS NOT NULL AND org_id IS NOT NULL";
    assert_eq!(testkit::scalar::<i64>(&app.owner, told).await, 1, "the trail names the uploader");
}

#[tokio::test]
async fn bytes_that_are_gone_for_certain_are_told_to_the_uploader() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    // An area that was there before the upload.
    File::open(staging(&app).join("fonds-staging")).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let at = recorder.begin("会议记录.txt", 9000).await;
    assert_eq!(recorder.patch(&at, 0, &text(9000)).await.status, 204);
    fs::remove_dir_all(staging(&app).join(at.strip_prefix("/uploads/").unwrap())).unwrap();
    look(&app).await;
    assert_eq!(recorder.file(&id(&at)).await["state"], "EXAMINING", "not at the first look");
    app.clock.turn(TimeDelta::minutes(11));
    look(&app).await;
    let file = recorder.file(&id(&at)).await;
    assert_eq!(file["state"], "REFUSED", "{file}");
    assert!(file["problems"][0]["message"].as_str().unwrap().contains("请重新上传"), "{file}");
    let told = "SELECT count(*) FROM outbox WHERE topic = 'file.refuse'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, told).await, 1, "his inbox says so");
}

#[tokio::test]
async fn nothing_is_said_of_bytes_that_may_lie_in_another_area() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 9000).await;
    assert_eq!(recorder.patch(&at, 0, &text(9000)).await.status, 204);
    let state = async || recorder.file(&id(&at)).await["state"].as_str().unwrap().to_owned();
    // The disk is not mounted: an empty folder stands there.
    let elsewhere = app.files.folder.path().join("elsewhere");
    fs::rename(staging(&app), &elsewhere).unwrap();
    fs::create_dir(staging(&app)).unwrap();
    app.clock.turn(TimeDelta::hours(50));
    look(&app).await;
    assert_eq!(state().await, "EXAMINING");
    // It is there again, and so are the bytes.
    fs::remove_dir(staging(&app)).unwrap();
    fs::rename(&elsewhere, staging(&app)).unwrap();
    look(&app).await;
    assert_eq!(state().await, "KEPT");

    // An area that was made after the upload: its bytes may lie in the one before, until its time is over.
    let at = recorder.begin("签到表.txt", 9000).await;
    assert_eq!(recorder.patch(&at, 0, &text(9000)).await.status, 204);
    fs::remove_dir_all(staging(&app).join(at.strip_prefix("/uploads/").unwrap())).unwrap();
    let state = async || recorder.file(&id(&at)).await["state"].as_str().unwrap().to_owned();
    app.clock.turn(TimeDelta::hours(1));
    look(&app).await;
    assert_eq!(state().await, "EXAMINING");
    app.clock.turn(TimeDelta::hours(48));
    look(&app).await;
    assert_eq!(state().await, "REFUSED");
}

#[tokio::test]
async fn two_workers_never_examine_the_same_file_and_one_that_is_killed_gives_it_back() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let mut files = Vec::new();
    for n in 0..6 {
        files.push(recorder.upload(&format!("{n}.txt"), &text(3000)).await);
    }
    let taken = "SELECT max(fence) FROM file";
    let by_uploader = testkit::scalar::<i64>(&app.owner, taken).await;
    let (one, other) = (app.examiner(), app.examiner());
    let (first, second) = tokio::join!(one.once(), other.once());
    assert_eq!(first.unwrap() + second.unwrap(), 6);
    assert_eq!(testkit::scalar::<i64>(&app.owner, taken).await, by_uploader + 1, "each was taken once");

    let file = recorder.upload("会议记录.txt", &text(3000)).await;
    let lease = TimeDelta::seconds(60);
    let taken = one.store.take_to_examine(app.clock.now(), app.clock.now() + lease).await.unwrap().unwrap();
    assert_eq!(other.once().await.unwrap(), 0, "somebody is at it");
    app.clock.turn(TimeDelta::seconds(40));
    assert!(one.store.hold(&taken, app.clock.now() + lease).await.unwrap(), "he says that he still is");
    app.clock.turn(TimeDelta::seconds(40));
    assert_eq!(other.once().await.unwrap(), 0);
    // Killed: nothing is said any more.
    app.clock.turn(TimeDelta::seconds(30));
    assert_eq!(other.once().await.unwrap(), 1);
    assert_eq!(recorder.file(&file).await["state"], "KEPT");
    // … or only late: his word does not count any more.
    let problem = Problem::new(Code::Invalid, &["file"], "太迟", "late");
    assert!(!one.store.hold(&taken, app.clock.now() + lease).await.unwrap());
    assert!(!one.store.refuse(&taken, &[problem], app.clock.now()).await.unwrap());
    assert_eq!(recorder.file(&file).await["state"], "KEPT");
    one.store.close().await;
    other.store.close().await;
}
