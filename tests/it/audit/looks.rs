use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::TestApp;

use super::{begun, sent, writing};
use crate::file::client::{Client, text};

const RECORD: &str = "query($id: ID!) { record(id: $id) { title content } }";
const RECEIPT: &str = "query($id: ID!) { receipt(id: $id) { content } }";
const LISTS: &str = "query($org: ID!) { records(org: $org, state: IN_REVIEW) { nodes { title } } receipts(org: $org, queue: HELD) { nodes { title } } }";

/// What the auditor finds of looks at a record, the oldest first: who, what, of which version.
async fn looks(app: &TestApp, record: &str) -> Vec<Value> {
    let query =
        "query($object: ID) { audit(object: $object, first: 100) { nodes { action accountId postId orgId after } } }";
    let found = app.actor("zj/province/audit").data(query, json!({ "object": record })).await;
    let nodes = found["audit"]["nodes"].as_array().unwrap().iter().rev();
    nodes.filter(|node| ["record.read", "file.read"].contains(&node["action"].as_str().unwrap())).cloned().collect()
}

#[tokio::test]
async fn every_look_at_restricted_content_is_written_down_once_an_hour() {
    let app = TestApp::new().await;
    let (recorder, town) = (app.actor("zj/village/recorder"), app.actor("zj/town/reviewer"));
    let record = begun(&recorder, true).await;
    let receipt = sent(&recorder, &record).await;
    // The payload of the mutation was a look, too.
    let own = looks(&app, &record).await.len();
    assert!(own >= 1, "the writer has seen it");
    for _ in 0..3 {
        town.data(LISTS, json!({ "org": town.org.to_string() })).await;
        recorder.data(LISTS, json!({ "org": recorder.org.to_string() })).await;
        recorder.data(RECORD, json!({ "id": record })).await;
    }
    assert_eq!(
        looks(&app, &record).await.len(),
        own,
        "a list shows titles; the same look was written down in this hour"
    );
    for _ in 0..3 {
        town.data(RECEIPT, json!({ "id": receipt })).await;
    }
    let found = looks(&app, &record).await;
    assert_eq!(found.len(), own + 1);
    let last = &found[own];
    assert_eq!(last["accountId"], town.account.to_string());
    assert_eq!(last["postId"], town.post.to_string());
    assert_eq!(last["orgId"], town.org.to_string());
    assert_eq!(last["after"], json!({ "version": 1, "receipt": receipt }));
    app.clock.turn(TimeDelta::hours(1));
    town.data(RECEIPT, json!({ "id": receipt })).await;
    assert_eq!(looks(&app, &record).await.len(), own + 2, "in the next hour it is another one");
}

#[tokio::test]
async fn a_look_that_is_refused_and_one_at_what_is_public_leave_nothing() {
    let app = TestApp::new().await;
    let (recorder, beside) = (app.actor("zj/village/recorder"), app.actor("zj/village2/recorder"));
    let (open, closed) = (begun(&recorder, false).await, begun(&recorder, true).await);
    let receipt = sent(&recorder, &closed).await;
    recorder.data(RECORD, json!({ "id": open })).await;
    let before = app.footprint().await;
    recorder.data(RECORD, json!({ "id": open })).await;
    for (query, id) in [(RECORD, &closed), (RECEIPT, &receipt), (RECORD, &open)] {
        let refused = beside.query(query, json!({ "id": id })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
    assert_eq!(app.footprint().await, before);
    assert!(looks(&app, &open).await.is_empty());
}

#[tokio::test]
async fn several_fields_of_one_question_read_on_after_the_look_was_written_down() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (one, other) = (begun(&recorder, true).await, begun(&recorder, true).await);
    app.clock.turn(TimeDelta::hours(2));
    let query = "query($one: ID!, $other: ID!) { one: record(id: $one) { title timeline { step who { name } } check { message } }
        other: record(id: $other) { content org { name } } viewer { tenantKey } }";
    let read = recorder.data(query, json!({ "one": one, "other": other })).await;
    assert_eq!(read["one"]["timeline"][0]["step"], "created");
    assert!(!read["other"]["content"].is_null());
    for record in [one, other] {
        let found = looks(&app, &record).await;
        assert_eq!(found.last().unwrap()["after"], json!({ "version": 1, "rev": 1 }));
    }
}

#[tokio::test]
async fn whoever_loses_his_post_between_two_looks_sees_nothing_and_leaves_nothing() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let record = begun(&recorder, true).await;
    app.end_posts(std::slice::from_ref(&recorder)).await;
    let before = app.footprint().await;
    let refused = recorder.query(RECORD, json!({ "id": record })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(app.footprint().await, before);
}

#[tokio::test]
async fn bytes_of_a_restricted_record_are_a_look_as_well_and_ranges_are_one() {
    let app = TestApp::new().await;
    let (recorder, town) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/town/reviewer"));
    let file = recorder.keep("会议记录.txt", &text(6000)).await;
    let (record, rev) = recorder.draft_with(std::slice::from_ref(&file)).await;
    let saved = json!({ "record": record, "rev": rev, "writing": writing("内部会议", true) });
    let rev = recorder.actor.mutate("saveDraft", saved, "record { rev }").await["record"]["rev"].as_i64().unwrap();
    let receipt = recorder.submit(&record, rev).await;
    let path = town.held(&receipt).await[0]["path"].as_str().unwrap().to_owned();
    let before = looks(&app, &record).await.len();
    for range in ["bytes=0-99", "bytes=100-199", "bytes=200-"] {
        assert_eq!(town.get(&path, &[("range", range)]).await.status, 206);
    }
    let found = looks(&app, &record).await;
    assert_eq!(found.len(), before + 1, "{found:#?}");
    let last = &found[before];
    assert_eq!((&last["action"], &last["accountId"]), (&json!("file.read"), &json!(town.actor.account.to_string())));
    assert_eq!((&last["after"]["file"], &last["after"]["n"]), (&json!(file), &json!(1)));
    let beside = Client::of(&app, "zj/town2/reviewer");
    assert_eq!(beside.get(&path, &[]).await.status, 404);
    assert_eq!(looks(&app, &record).await.len(), before + 1);
}

#[tokio::test]
async fn a_restricted_file_has_no_way_past_its_record() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let file = recorder.keep("会议记录.txt", &text(6000)).await;
    let (record, rev) = recorder.draft_with(std::slice::from_ref(&file)).await;
    let picture = "INSERT INTO preview SELECT f.tenant_id, f.id, 0, f.org_id, 9, 9, b.length, b.sha256, b.chunks
                     FROM file f JOIN body b USING (tenant_id, sha256)";
    testkit::sql(&app.owner, picture).await;
    let own =
        recorder.actor.data("query($id: ID!) { file(id: $id) { thumbnail { path } } }", json!({ "id": file })).await;
    let own = own["file"]["thumbnail"]["path"].as_str().unwrap().to_owned();
    assert_eq!(recorder.get(&own, &[]).await.status, 200);
    let saved = json!({ "record": record, "rev": rev, "writing": writing("内部会议", true) });
    recorder.actor.mutate("saveDraft", saved, "record { rev }").await;
    let before = looks(&app, &record).await.len();
    assert_eq!(recorder.get(&own, &[]).await.status, 404, "there no look would be written down");
    assert_eq!(looks(&app, &record).await.len(), before);
}
