use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use crate::flow::desk::{Desk, done, remarks};

const INBOX: &str =
    "{ inbox(first: 50) { nodes { no kind title readAt recordId receiptId org { name } } } unreadNotices }";

/// Kinds in an inbox, the oldest first.
pub(super) async fn kinds(app: &TestApp, key: &str) -> Vec<String> {
    let inbox = app.actor(key).data(INBOX, json!({})).await;
    let mut kinds: Vec<_> = inbox["inbox"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect();
    kinds.reverse();
    kinds
}

async fn newest(actor: &Actor<'_>) -> Value {
    actor.data(INBOX, json!({})).await["inbox"]["nodes"][0].take()
}

#[tokio::test]
async fn who_may_decide_is_told_once_and_nobody_else() {
    let app = TestApp::new().await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    assert!(app.relayed().await > 0);
    assert_eq!(app.relayed().await, 0, "an event is relayed once");
    for key in ["zj/town/reviewer", "zj/town/reviewer2"] {
        let told = newest(&app.actor(key)).await;
        assert_eq!(
            (told["kind"].as_str(), told["receiptId"].as_str()),
            (Some("TO_REVIEW"), Some(sent.receipt.to_string().as_str())),
            "{key}"
        );
        assert!(told["title"].is_string() && told["readAt"].is_null(), "{told}");
        assert_eq!(told["org"]["name"], "中共三墩镇委员会");
        assert_eq!(kinds(&app, key).await.len(), 1);
    }
    for key in [
        "zj/village/recorder",
        "zj/village/secretary",
        "zj/town/archivist",
        "zj/town/org_admin",
        "zj/county/reviewer",
        "zj/town2/reviewer",
        "zj/village2/secretary",
        "edu/college/reviewer",
        "edu/university/system",
    ] {
        assert_eq!(kinds(&app, key).await, Vec::<String>::new(), "{key}");
    }
}

#[tokio::test]
async fn the_way_up_is_told_step_by_step() {
    let app = TestApp::new().await;
    let [branch, town, county] =
        ["zj/village/recorder", "zj/town/reviewer", "zj/county/reviewer"].map(|key| Desk::of(&app, key));
    let sent = branch.send("ZBDH").await;
    let next = done(town.approve(sent.receipt).await).next.unwrap();
    app.relayed().await;
    // The town has decided already: nothing waits there any more. An approval on the way is told to those who ask alone.
    assert_eq!(kinds(&app, "zj/town/reviewer2").await, Vec::<String>::new());
    assert_eq!(kinds(&app, "zj/county/reviewer").await, ["TO_REVIEW"]);
    assert_eq!(kinds(&app, "zj/village/recorder").await, Vec::<String>::new());
    done(county.approve(next).await);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/village/recorder").await, ["FINAL"]);
    assert_eq!(kinds(&app, "zj/village/secretary").await, Vec::<String>::new(), "only who sent it");
}

#[tokio::test]
async fn what_came_back_is_told_to_the_branch() {
    let app = TestApp::new().await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    done(Desk::of(&app, "zj/town/reviewer").give_back(sent.receipt, remarks()).await);
    app.relayed().await;
    for key in ["zj/village/recorder", "zj/village/recorder2", "zj/village/secretary"] {
        assert_eq!(kinds(&app, key).await, ["RETURNED"], "{key}");
    }
    for key in ["zj/village2/recorder", "zj/town/reviewer", "zj/town/reviewer2", "edu/branch/recorder"] {
        assert_eq!(kinds(&app, key).await, Vec::<String>::new(), "{key}");
    }
}

#[tokio::test]
async fn what_was_taken_back_is_told_to_whoever_was_waiting() {
    let app = TestApp::new().await;
    let branch = Desk::of(&app, "zj/village/recorder");
    let sent = branch.send("ZBDH").await;
    app.relayed().await;
    done(branch.recall(sent.record).await);
    app.relayed().await;
    for key in ["zj/town/reviewer", "zj/town/reviewer2"] {
        assert_eq!(kinds(&app, key).await, ["TO_REVIEW", "RECALLED"], "{key}");
        assert_eq!(newest(&app.actor(key)).await["title"], json!(null), "what was withdrawn shows nothing");
    }
    // Sent and taken back between two looks: nobody was told that it waits, so nobody is told that it does not.
    let sent = Desk::of(&app, "zj/village2/recorder").send("ZBDH").await;
    done(Desk::of(&app, "zj/village2/recorder").recall(sent.record).await);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/town/reviewer").await.len(), 2);
}

#[tokio::test]
async fn an_approval_taken_back_is_told_above_and_waits_again() {
    let app = TestApp::new().await;
    let [branch, town] = ["zj/village/recorder", "zj/town/reviewer"].map(|key| Desk::of(&app, key));
    let sent = branch.send("ZBDH").await;
    done(town.approve(sent.receipt).await);
    app.relayed().await;
    done(town.recall_approval(sent.receipt).await);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/county/reviewer").await, ["TO_REVIEW", "RECALLED"]);
    assert_eq!(kinds(&app, "zj/town/reviewer2").await, ["TO_REVIEW"], "it waits there again");
    assert_eq!(kinds(&app, "zj/town/reviewer").await, Vec::<String>::new(), "nobody is told of his own doing");
}

#[tokio::test]
async fn an_inbox_is_marked_by_its_owner_and_read_in_pages() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    app.relayed().await;
    let (reviewer, colleague) = (app.actor("zj/town/reviewer"), app.actor("zj/town/reviewer2"));
    let page = "query($after: String, $unread: Boolean!) { inbox(first: 2, after: $after, unreadOnly: $unread) { nodes { no } pageInfo { hasNextPage endCursor } } unreadNotices }";
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let answer = reviewer.data(page, json!({ "after": after, "unread": false })).await;
        seen.extend(answer["inbox"]["nodes"].as_array().unwrap().iter().map(|one| one["no"].as_i64().unwrap()));
        after = answer["inbox"]["pageInfo"]["endCursor"].clone();
        if answer["inbox"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let marked = reviewer.mutate("markNoticesRead", json!({ "notices": [5, 77], "upTo": 2 }), "marked").await;
    assert_eq!(marked["marked"], 3);
    let left = reviewer.data(page, json!({ "after": null, "unread": true })).await;
    assert_eq!((left["inbox"]["nodes"][0]["no"].as_i64(), left["unreadNotices"].as_i64()), (Some(4), Some(2)));
    let hers = colleague.data(page, json!({ "after": null, "unread": true })).await;
    assert_eq!(hers["unreadNotices"], 5, "another's inbox is another's");
}

/// Whoever has gone through a queue has read what told of it, however long ago that was.
#[tokio::test]
async fn what_tells_of_a_record_or_a_receipt_is_marked_by_that() {
    let app = TestApp::new().await;
    for _ in 0..3 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    app.relayed().await;
    let (reviewer, colleague) = (app.actor("zj/town/reviewer"), app.actor("zj/town/reviewer2"));
    let inbox = "{ inbox(first: 50) { nodes { no readAt recordId receiptId } } }";
    let told = reviewer.data(inbox, json!({})).await;
    let nodes = told["inbox"]["nodes"].as_array().unwrap();
    let (record, receipt) = (&nodes[2]["recordId"], &nodes[0]["receiptId"]);
    let marked = reviewer.mutate("markNoticesRead", json!({ "about": [record, receipt, receipt] }), "marked").await;
    assert_eq!(marked["marked"], 2);
    let left = reviewer.data(inbox, json!({})).await;
    let unread: Vec<_> =
        left["inbox"]["nodes"].as_array().unwrap().iter().filter(|one| one["readAt"].is_null()).collect();
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0]["no"], nodes[1]["no"]);
    let hers = colleague.data("{ unreadNotices }", json!({})).await;
    assert_eq!(hers["unreadNotices"], 3, "another's inbox is another's");
}

#[tokio::test]
async fn a_password_and_a_post() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder2");
    let input = json!({ "currentPassword": testkit::seed::PASSWORD, "newPassword": "一个新的、足够长的口令" });
    assert_eq!(recorder.mutate("changePassword", input, "changed").await["changed"], true);
    let admin = app.actor("zj/town/org_admin");
    let input = json!({ "account": recorder.account.to_string(), "org": app.org("zj/village2").to_string(), "role": "branch_recorder" });
    let made = admin.mutate("grantPost", input, "post { id }").await;
    admin.mutate("endPost", json!({ "id": made["post"]["id"] }), "post { id }").await;
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/village/recorder2").await, ["PASSWORD_CHANGED", "POST_GRANTED", "POST_ENDED"]);
}

/// Nobody relayed for a week and more. What still waits for somebody is told all the same; what is done and over is a fact, and
/// no news.
#[tokio::test]
async fn after_a_week_without_a_worker_whoever_is_waited_for_is_told() {
    let app = TestApp::new().await;
    let (branch, town) = (Desk::of(&app, "zj/village/recorder"), Desk::of(&app, "zj/town/reviewer"));
    let [waits, back, gone] = [branch.send("ZBDH").await, branch.send("ZBDH").await, branch.send("ZBDH").await];
    done(town.give_back(back.receipt, remarks()).await);
    done(branch.recall(gone.record).await);
    done(town.approve(branch.send("ZBDH").await.receipt).await);
    let admin = app.actor("zj/town/org_admin");
    let person = app.actor("zj/village/recorder2").account.to_string();
    let post = json!({ "account": person, "org": app.org("zj/village2").to_string(), "role": "branch_recorder" });
    admin.mutate("grantPost", post, "post { id }").await;
    app.clock.turn(TimeDelta::days(8));
    assert!(app.relayed().await > 0);
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM outbox").await, 0);
    let told = newest(&app.actor("zj/town/reviewer2")).await;
    assert_eq!(told["receiptId"].as_str(), Some(waits.receipt.to_string().as_str()));
    assert_eq!(kinds(&app, "zj/town/reviewer2").await, ["TO_REVIEW"], "neither the returned nor the withdrawn one");
    assert_eq!(kinds(&app, "zj/county/reviewer").await, ["TO_REVIEW"]);
    assert_eq!(kinds(&app, "zj/village/recorder").await, ["RETURNED"]);
    assert_eq!(kinds(&app, "zj/village/recorder2").await, ["RETURNED", "POST_GRANTED"]);
}

/// The last approval says that something is done: after a week it is in the list, and nobody waits for it.
#[tokio::test]
async fn what_is_done_is_no_news_after_a_week() {
    let app = TestApp::new().await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    let mut waits = Some(sent.receipt);
    for key in ["zj/town/reviewer", "zj/county/reviewer"] {
        let Some(receipt) = waits else { break };
        waits = done(Desk::of(&app, key).approve(receipt).await).next;
    }
    assert_eq!(waits, None, "it is final");
    app.clock.turn(TimeDelta::days(8));
    assert!(app.relayed().await > 0);
    assert_eq!(kinds(&app, "zj/village/recorder").await, Vec::<String>::new());
}

#[tokio::test]
async fn who_follows_an_inbox_misses_nothing() {
    let app = TestApp::new().await;
    let caller = Desk::of(&app, "zj/town/reviewer").caller;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let mut reader = app.app.read(&caller).await.unwrap();
    let newest = app::notice::newest(&mut reader).await.unwrap();
    assert_eq!((newest, app::notice::newer(&mut reader, newest, 10).await.unwrap()), (1, Vec::new()));
    drop(reader);
    for _ in 0..3 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    app.relayed().await;
    let mut reader = app.app.read(&caller).await.unwrap();
    let came = app::notice::newer(&mut reader, newest, 2).await.unwrap();
    assert_eq!(came.iter().map(|one| one.notice.no).collect::<Vec<_>>(), [2, 3]);
}
