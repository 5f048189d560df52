use domain::notice::Channel;
use mail::sink::Faults;
use serde_json::{Value, json};
use testkit::{TestApp, TestPost};

use super::letter::states;
use crate::flow::desk::Desk;

const DEAD: &str = "{ deadLetters { nodes { id kind channel reason attempts account { name } } } }";

async fn dead(app: &TestApp) -> Vec<Value> {
    let list = app.actor("zj/province/system").data(DEAD, json!({})).await;
    list["deadLetters"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_refused_for_ever_is_seen_and_set_going_again() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    testkit::sql(&app.owner, "UPDATE account_contact SET email = 'no address'").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    assert_eq!(app.letters(&post).await, []);
    let given_up = dead(&app).await;
    let [one] = given_up.as_slice() else { panic!("{given_up:?}") };
    assert_eq!(
        (one["kind"].as_str(), one["channel"].as_str(), one["reason"].as_str()),
        (Some("TO_REVIEW"), Some("MAIL"), Some("address"))
    );
    assert_eq!(one["account"]["name"], "测试人员 town-reviewer");
    // Mended, and set going again; not twice.
    testkit::sql(&app.owner, "UPDATE account_contact SET email = 'reviewer@example.cn'").await;
    let system = app.actor("zj/province/system");
    let redriven = system.mutate("redriveDeliveries", json!({ "deliveries": [one["id"]] }), "redriven").await;
    assert_eq!(redriven["redriven"], 1);
    let again = system.mutate("redriveDeliveries", json!({ "deliveries": [one["id"]] }), "redriven").await;
    assert_eq!(again["problems"][0]["code"], "WRONG_STATE");
    assert_eq!(app.letters(&post).await.len(), 1);
    assert_eq!((dead(&app).await.len(), states(&app).await.as_str()), (0, "sent"));
}

#[tokio::test]
async fn it_is_tried_for_most_of_a_day_with_growing_pauses_and_then_given_up() {
    let app = TestApp::new().await;
    let post = TestPost::failing(Faults { refuse: 1000, ..Faults::default() }).await;
    app.give_address("zj/town/reviewer").await;
    let begun = domain::clock::Clock::now(&*app.clock);
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let mut pauses = Vec::new();
    for _ in 0..24 {
        assert_eq!(app.sent(Channel::Mail, post.ways()).await, 1, "{pauses:?}");
        let due: Option<chrono::DateTime<chrono::Utc>> =
            testkit::scalar(&app.owner, "SELECT due_at FROM delivery").await;
        let Some(due) = due else { break };
        let now = domain::clock::Clock::now(&*app.clock);
        pauses.push((due - now).num_seconds());
        app.clock.set(due);
    }
    assert_eq!(pauses.len(), 23);
    assert!(pauses[0] >= 15 && pauses[0] <= 46, "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= 5400), "{pauses:?}");
    let lasted = domain::clock::Clock::now(&*app.clock) - begun;
    assert!(lasted.num_hours() >= 8 && lasted.num_hours() <= 30, "{lasted}");
    assert_eq!(dead(&app).await[0]["reason"], "smtp_451");
}

#[tokio::test]
async fn a_letter_that_comes_twice_has_the_same_id() {
    let app = TestApp::new().await;
    let post =
        TestPost::failing(Faults { keep_and_refuse: 500, keep_and_cut: 300, seed: 5, ..Faults::default() }).await;
    app.give_address("zj/town/reviewer").await;
    for _ in 0..10 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    app.relayed().await;
    for _ in 0..30 {
        app.sent(Channel::Mail, post.ways()).await;
        app.clock.turn(chrono::TimeDelta::hours(2));
    }
    assert_eq!(states(&app).await, "sent");
    let letters = post.letters();
    let ids: std::collections::BTreeSet<_> = letters.iter().map(|one| one.id.clone()).collect();
    assert_eq!(ids.len(), 10, "one id for each");
    assert!(letters.len() > 10, "none came twice: nothing was tried");
}
