use std::time::Instant;

use serde_json::json;
use testkit::TestApp;

use super::{FIGURES, RECORD, SECOND, count, counting, end, quiet, socket, until, watching};
use crate::{
    flow::desk::{Desk, done},
    walls::world::{draft, send, writing},
};

/// A figure moves while one looks: at the submit and at each approval, for every organisation above.
#[tokio::test]
async fn a_figure_moves_when_something_is_approved() {
    let app = TestApp::new().await;
    let [recorder, town, county, province] =
        ["zj/village/recorder", "zj/town/reviewer", "zj/county/reviewer", "zj/province/reviewer"]
            .map(|key| app.actor(key));
    let ((mut at_county, first), (mut at_top, _)) = (counting(&app, &county).await, counting(&app, &province).await);
    assert_eq!(count(&first, "IN_REVIEW"), 0);
    let (record, rev) = draft(&recorder).await;
    let began = Instant::now();
    let receipt = send(&recorder, &record, rev).await;
    until(&mut at_county, "IN_REVIEW", 1).await;
    assert!(began.elapsed() < SECOND, "a wake-up takes no second");
    until(&mut at_top, "IN_REVIEW", 1).await;
    let next = town.mutate("approveReceipt", json!({ "receipt": receipt }), "next { id }").await;
    quiet(&mut at_county).await;
    county.mutate("approveReceipt", json!({ "receipt": next["next"]["id"] }), "receipt { version }").await;
    until(&mut at_county, "FINAL", 1).await;
    until(&mut at_top, "FINAL", 1).await;
    app.fold().await;
    quiet(&mut at_top).await;
    end(&app, vec![at_county, at_top]).await;
}

/// A record is told as it stands, then whenever it was saved or took a step, wherever the step was taken.
#[tokio::test]
async fn a_record_is_told_whenever_it_changes() {
    let app = TestApp::new().await;
    let [recorder, secretary, town] =
        ["zj/village/recorder", "zj/village/secretary", "zj/town/reviewer"].map(|key| app.actor(key));
    let (record, rev) = draft(&recorder).await;
    let mut watcher = socket(&app, &secretary).await;
    let timeline =
        "subscription($record: ID!) { recordChanged(record: $record) { title state timeline { step who { name } } } }";
    watcher.subscribe("it", timeline, &json!({ "record": record })).await;
    let (id, first) = watcher.hear().await.next();
    assert_eq!((id.as_str(), &first["recordChanged"]["state"]), ("it", &json!("DRAFT")));

    recorder
        .mutate("saveDraft", json!({ "record": record, "rev": rev, "writing": writing("改过") }), "record { rev }")
        .await;
    assert_eq!(watcher.hear().await.next().1["recordChanged"]["title"], "改过");
    let receipt = send(&recorder, &record, rev + 1).await;
    assert_eq!(watcher.hear().await.next().1["recordChanged"]["state"], "IN_REVIEW");
    // A step in the middle of the way changes its timeline alone.
    town.mutate("approveReceipt", json!({ "receipt": receipt }), "receipt { version }").await;
    let told = watcher.hear().await.next().1;
    let steps = told["recordChanged"]["timeline"].as_array().unwrap();
    assert!(steps.iter().any(|event| event["step"] == "approved" && event["who"]["name"].is_string()), "{told}");
    quiet(&mut watcher).await;
    end(&app, vec![watcher]).await;
}

/// What nobody was told of is found: here, something that was done past every gateway.
#[tokio::test]
async fn what_no_wake_up_told_of_is_found() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, _) = draft(&recorder).await;
    let mut watcher = watching(&app, &recorder, &record).await;
    let began = Instant::now();
    testkit::sql(&app.owner, "UPDATE record SET rev = rev + 1").await;
    assert_eq!(watcher.hear().await.next().1["recordChanged"]["rev"], 2);
    assert!(began.elapsed() < 2 * SECOND);
    end(&app, vec![watcher]).await;
}

/// Another's process is heard by redis: two gateways on one database.
#[tokio::test]
async fn a_step_at_one_gateway_is_told_at_the_other() {
    let app = TestApp::new().await;
    let other = app.beside().await;
    let county = app.actor("zj/county/reviewer");
    let (mut at_county, _) = counting(&app, &county).await;
    // Both listen by now, and the first look for what was missed is over.
    quiet(&mut at_county).await;
    let began = Instant::now();
    done_at(&other, &app).await;
    until(&mut at_county, "IN_REVIEW", 1).await;
    assert!(began.elapsed() < SECOND, "{:?}: it was found, and not told", began.elapsed());
    other.stop().await;
    end(&app, vec![at_county]).await;
}

async fn done_at(other: &testkit::Beside, app: &TestApp) {
    let desk = Desk::of(app, "zj/village/recorder");
    let id = desk.draft("ZBDH", crate::flow::desk::example("ZBDH")).await;
    let command = desk.command("record.submit", &id);
    done(app::record::submit(&other.app, &desk.caller, command, id, 1).await);
}

/// Several subscriptions share a socket; one that is completed is told no more, the others go on.
#[tokio::test]
async fn a_socket_carries_several_and_one_can_be_ended() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, rev) = draft(&recorder).await;
    let (org, record_id) = (recorder.org.to_string(), record.clone());
    let mut watcher = watching(&app, &recorder, &record).await;
    watcher.subscribe("again", RECORD, &json!({ "record": record_id })).await;
    watcher.subscribe("f", FIGURES, &json!({ "org": org })).await;
    assert_eq!((watcher.hear().await.next().0, watcher.hear().await.next().0), ("again".into(), "f".into()));
    watcher.say(&json!({ "id": "again", "type": "complete" })).await;
    watcher.say(&json!({ "id": "never", "type": "complete" })).await;
    watcher.say(&json!({ "type": "ping", "payload": { "any": 1 } })).await;
    assert_eq!(watcher.hear().await, testkit::Heard::Said(json!({ "type": "pong" })));
    send(&recorder, &record, rev).await;
    let mut told = [watcher.hear().await.next().0, watcher.hear().await.next().0];
    told.sort();
    assert_eq!(told, ["f", "r"]);
    // The id is free again.
    watcher.subscribe("again", RECORD, &json!({ "record": record })).await;
    assert_eq!(watcher.hear().await.next().0, "again");
    assert!(watcher.close().await, "a close is answered");
    end(&app, Vec::new()).await;
}

/// The inbox is told as it fills, and as it is read: to its owner.
#[tokio::test]
async fn an_inbox_is_told_as_it_fills() {
    let app = TestApp::new().await;
    let [reviewer, archivist] = ["zj/town/reviewer", "zj/town/archivist"].map(|key| app.actor(key));
    let query = "subscription { inbox { unread notices { no kind title org { name } } } }";
    let (mut own, mut other) = (socket(&app, &reviewer).await, socket(&app, &archivist).await);
    for watcher in [&mut own, &mut other] {
        watcher.subscribe("i", query, &json!({})).await;
        assert_eq!(watcher.hear().await.next().1, json!({ "inbox": { "unread": 0, "notices": [] } }));
    }
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let told = own.hear().await.next().1;
    let notice = &told["inbox"]["notices"][0];
    assert_eq!((&told["inbox"]["unread"], &notice["kind"]), (&json!(1), &json!("TO_REVIEW")));
    assert!(notice["title"].is_string() && notice["org"]["name"].is_string(), "{told}");
    reviewer.mutate("markNoticesRead", json!({ "upTo": 1 }), "marked").await;
    assert_eq!(own.hear().await.next().1["inbox"]["unread"], 0);
    quiet(&mut other).await;
    end(&app, vec![own, other]).await;
}
