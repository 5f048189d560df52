//! Files that were uploaded and are in no record: what they use up is given back, and what is in a record is never touched.

use chrono::TimeDelta;
use serde_json::json;
use testkit::TestApp;

use super::client::{Client, text};

async fn release(app: &TestApp) -> i32 {
    let examine = app.examiner();
    let released = examine.release().await.unwrap();
    examine.store.close().await;
    released
}

#[tokio::test]
async fn what_is_in_no_record_for_a_month_is_released_and_what_is_in_one_never() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let [sent, drafted, removed, loose] = [174, 348, 522, 696].map(|length| (format!("{length}.txt"), text(length)));
    let mut ids = Vec::new();
    for (name, bytes) in [&sent, &drafted, &removed, &loose] {
        ids.push(recorder.keep(name, bytes).await);
    }
    let (record, rev) = recorder.draft_with(&ids[..1]).await;
    recorder.submit(&record, rev).await;
    let (record, rev) = recorder.draft_with(&ids[1..3]).await;
    let arranged = recorder.arrange(&record, rev, &ids[1..2]).await;
    assert_eq!(arranged["problems"], json!([]), "{arranged}");

    app.clock.turn(TimeDelta::days(29));
    assert_eq!(release(&app).await, 0, "somebody may still be at it");
    app.clock.turn(TimeDelta::days(2));
    assert_eq!(release(&app).await, 2, "what was taken out of a draft, and what was in none");
    let states = "SELECT string_agg(state, ' ' ORDER BY length) FROM file";
    assert_eq!(testkit::scalar::<String>(&app.owner, states).await, "kept kept expired expired");
    let counted = "SELECT sum(length)::bigint FROM file WHERE state IN ('receiving','examining','kept')";
    assert_eq!(testkit::scalar::<i64>(&app.owner, counted).await, 522, "the quota is free again");
    let written = "SELECT count(*) FROM audit WHERE action = 'file.release'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, written).await, 2);

    // A year later, with the draft as it was.
    app.clock.turn(TimeDelta::days(365));
    assert_eq!(release(&app).await, 0, "a draft holds its files, and what was sent does for good");
    assert_eq!(testkit::scalar::<String>(&app.owner, states).await, "kept kept expired expired");
}

#[tokio::test]
async fn a_released_file_is_attached_no_more_and_says_what_to_do() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let file = recorder.keep("会议记录.txt", &text(348)).await;
    testkit::sql(&app.owner, "UPDATE file SET held_at = '2020-01-01Z'").await;
    assert_eq!(release(&app).await, 1);
    assert_eq!(recorder.file(&file).await["state"], "EXPIRED");
    let (record, rev) = recorder.draft_with(&[]).await;
    let arranged = recorder.arrange(&record, rev, &[file]).await;
    assert_eq!(arranged["problems"][0]["code"], "WRONG_STATE", "{arranged}");
    // Its body was no other file's, and the same bytes come in again.
    recorder.keep("会议记录.txt", &text(348)).await;
}
