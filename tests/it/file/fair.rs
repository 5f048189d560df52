//! Whose turn it is in quarantine, and what becomes of a file that no examination survives.

use chrono::TimeDelta;
use domain::clock::Clock as _;
use testkit::TestApp;

use super::client::{Client, text};

#[tokio::test]
async fn somebody_with_many_files_holds_up_neither_his_colleague_nor_another_tenant() {
    let app = TestApp::new().await;
    let [many, colleague, sibling, stranger] =
        ["zj/village/recorder", "zj/village/recorder2", "zj/village2/recorder", "edu/branch/recorder"]
            .map(|key| Client::of(&app, key));
    let mut files = Vec::new();
    for _ in 0..6 {
        files.push(many.upload("甲.txt", &text(348)).await);
        app.clock.turn(TimeDelta::seconds(1));
    }
    for client in [&colleague, &sibling, &stranger, &stranger] {
        files.push(client.upload("乙.txt", &text(348)).await);
        app.clock.turn(TimeDelta::seconds(1));
    }
    let store = app.worker_store();
    let now = app.clock.now();
    let mut turns = Vec::new();
    while let Some(taken) = store.take_to_examine(now, now + TimeDelta::minutes(1)).await.unwrap() {
        turns.push(files.iter().position(|file| *file == taken.file.to_string()).unwrap());
    }
    store.close().await;
    // Six of one person, one of his colleague, one of the sibling's, two of another tenant.
    assert_eq!(turns, [0, 8, 6, 9, 7, 1, 2, 3, 4, 5], "tenants take turns, and in a tenant its people");
}

#[tokio::test]
async fn a_file_that_kills_every_worker_is_refused_in_the_end_and_its_uploader_told_what_to_do() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let poison = recorder.upload("毒.txt", &text(348)).await;
    let store = app.worker_store();
    for _ in 0..5 {
        let now = app.clock.now();
        let taken = store.take_to_examine(now, now + TimeDelta::seconds(60)).await.unwrap();
        assert!(taken.is_some(), "its worker was killed, and another takes it");
        app.clock.turn(TimeDelta::seconds(61));
    }
    store.close().await;
    assert_eq!(app.examine().await, 1);
    let file = recorder.file(&poison).await;
    assert_eq!(file["state"], "REFUSED", "{file}");
    let said = file["problems"][0]["message"].as_str().unwrap();
    assert!(said.contains("另存为新文件") && said.contains("系统管理员"), "{said}");
}

#[tokio::test]
async fn a_scanner_that_is_away_uses_up_no_attempts() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let file = recorder.upload("会议记录.txt", &text(348)).await;
    for _ in 0..7 {
        assert_eq!(app.examine_without_scanner().await, 0);
    }
    assert_eq!(app.examine().await, 1);
    assert_eq!(recorder.file(&file).await["state"], "KEPT", "however long it was away");
}
