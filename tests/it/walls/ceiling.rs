//! Whoever may see what is public only, finds no internal record anywhere: not by itself, not in a list, not in a number
//! that stands over one, not behind a figure.

use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use super::world::{draft_of, send, writing};
use crate::file::client::{Client, text};

const INTERNAL: &str = "内部事项";

async fn begin(writer: &Actor<'_>, confidentiality: &str) -> (String, i64) {
    let title = if confidentiality == "INTERNAL" { INTERNAL } else { "公开事项" };
    let mut writing = writing(title);
    writing["confidentiality"] = confidentiality.into();
    draft_of(writer, &writing).await
}

/// The tenant keeps what is internal from this role.
async fn keep_internal_from(app: &TestApp, role: &str) {
    let line = |kind: &str| {
        json!({ "role": role, "kind": kind, "action": "view", "relation": "self", "levelFrom": 1, "levelTo": 12,
                "ceiling": 1, "effect": "deny" })
    };
    let input = json!({ "add": [line("record"), line("receipt")], "dryRun": false });
    let done = app.actor("zj/province/security").mutate("editPolicy", input, "applied").await;
    assert_eq!(done["applied"], true, "{done}");
}

async fn lists(actor: &Actor<'_>) -> Value {
    let document = "query($org: ID!) {
        drafts: records(org: $org, state: DRAFT) { nodes { title } }
        inReview: records(org: $org, state: IN_REVIEW) { nodes { title } }
        held: receipts(org: $org, queue: HELD) { nodes { title } }
        toReview: receipts(org: $org, queue: TO_REVIEW) { nodes { title } }
        counts(org: $org) { drafts inReview toReview held }
        drill(input: { org: $org, from: 202601, to: 202612, state: IN_REVIEW }) { held submissions { nodes { title } } } }";
    actor.data(document, json!({ "org": actor.org.to_string() })).await
}

/// How many there are in a list, all of them public or not.
fn titles(list: &Value) -> (usize, bool) {
    let nodes = list["nodes"].as_array().unwrap();
    (nodes.len(), nodes.iter().any(|node| node["title"] == INTERNAL))
}

#[tokio::test]
async fn what_is_internal_is_in_no_list_and_no_count_of_whoever_may_see_what_is_public() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    for confidentiality in ["PUBLIC", "INTERNAL"] {
        begin(&recorder, confidentiality).await;
        let (record, rev) = begin(&recorder, confidentiality).await;
        send(&recorder, &record, rev).await;
    }
    keep_internal_from(&app, "committee_archivist").await;
    keep_internal_from(&app, "branch_secretary").await;

    for (key, all) in [("zj/village/recorder", true), ("zj/village/secretary", false)] {
        let seen = lists(&app.actor(key)).await;
        let many = if all { 2 } else { 1 };
        for list in ["drafts", "inReview"] {
            assert_eq!(titles(&seen[list]), (many, all), "{key}: {list}");
            assert_eq!(seen["counts"][list], many, "{key}: {list}");
        }
        assert_eq!(titles(&seen["drill"]["submissions"]), (many, all), "{key}");
        assert_eq!(seen["drill"]["held"], many, "{key}");
    }
    for (key, all) in [("zj/town/reviewer", true), ("zj/town/archivist", false)] {
        let seen = lists(&app.actor(key)).await;
        let many = if all { 2 } else { 1 };
        for list in ["held", "toReview"] {
            assert_eq!(titles(&seen[list]), (many, all), "{key}: {list}");
            assert_eq!(seen["counts"][list], many, "{key}: {list}");
        }
        assert_eq!(titles(&seen["drill"]["submissions"]), (many, all), "{key}");
        assert_eq!(seen["drill"]["held"], many, "{key}");
    }
}

#[tokio::test]
async fn a_version_that_was_internal_stays_so_when_a_later_one_is_public() {
    let app = TestApp::new().await;
    let [recorder, secretary] = ["zj/village/recorder", "zj/village/secretary"].map(|key| Client::of(&app, key));
    let kept = recorder.keep("名册.txt", &text(3000)).await;
    let (record, rev) = begin(&recorder.actor, "INTERNAL").await;
    let rev = recorder.arrange(&record, rev, std::slice::from_ref(&kept)).await["record"]["rev"].as_i64().unwrap();
    let receipt = send(&recorder.actor, &record, rev).await;
    let returned = json!({ "receipt": receipt, "reasons": ["CONTENT"] });
    app.actor("zj/town/reviewer").mutate("returnReceipt", returned, "receipt { version }").await;
    // The branch writes it anew, without the list of names, for everybody.
    let read = "query($id: ID!) { record(id: $id) { rev } }";
    let rev = recorder.actor.data(read, json!({ "id": record })).await["record"]["rev"].clone();
    let later = json!({ "record": record, "rev": rev, "writing": writing("公开事项") });
    let saved = recorder.actor.mutate("saveDraft", later, "record { rev files { n } }").await;
    assert_eq!(saved["record"]["files"], json!([{ "n": 1 }]), "{saved}");
    let saved = recorder.arrange(&record, saved["record"]["rev"].as_i64().unwrap(), &[]).await;
    assert_eq!(saved["record"]["files"], json!([]), "{saved}");
    keep_internal_from(&app, "branch_secretary").await;

    let shown = secretary.actor.data("query($id: ID!) { record(id: $id) { title } }", json!({ "id": record })).await;
    assert_eq!(shown["record"]["title"], "公开事项", "the newest version is public");
    let hex = record.strip_prefix("record:").unwrap();
    let absent = secretary.get("/files/record/00000000000000000000000000000009/1/1", &[]).await;
    for path in [format!("/files/record/{hex}/1/1"), format!("/files/record/{hex}/1/1/preview/0")] {
        let answer = secretary.get(&path, &[]).await;
        assert_eq!(
            (answer.status, answer.text()),
            (404, absent.text()),
            "{path}: the internal version's list of names"
        );
    }
    let own = recorder.get(&format!("/files/record/{hex}/1/1"), &[]).await;
    assert_eq!(&own.body[..], &text(3000)[..], "whoever may see what is internal reads it as before");
}
