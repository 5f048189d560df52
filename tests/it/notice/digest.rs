use chrono::TimeDelta;
use serde_json::json;
use testkit::{TestApp, TestPost};

use super::letter::states;
use crate::flow::desk::{Desk, done, remarks};

/// To review by mail once a day, at five in the afternoon in Shanghai.
async fn once_a_day(app: &TestApp, key: &str) {
    app.give_address(key).await;
    let wish =
        json!({ "choices": [{ "kind": "TO_REVIEW", "channel": "MAIL", "wish": "DIGEST" }], "digestAt": "17:00" });
    app.actor(key).mutate("updateNoticePreferences", wish, "preferences { digestAt }").await;
}

#[tokio::test]
async fn a_digest_comes_at_its_hour_with_everything_that_still_waits() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    once_a_day(&app, "zj/town/reviewer").await;
    let branch = Desk::of(&app, "zj/village/recorder");
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(branch.send("ZBDH").await);
    }
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(super::inbox::kinds(&app, "zj/town/reviewer").await.len(), 3, "the inbox does not wait");
    // One was returned meanwhile: nothing of it is said.
    done(Desk::of(&app, "zj/town/reviewer2").give_back(sent[1].receipt, remarks()).await);
    app.clock.turn(TimeDelta::hours(8) - TimeDelta::seconds(1));
    assert_eq!(app.letters(&post).await, []);
    app.clock.turn(TimeDelta::seconds(1));
    let letters = app.letters(&post).await;
    let [digest] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(digest.subject, "每日汇总：2条消息");
    for (one, said) in sent.iter().zip([true, false, true]) {
        assert_eq!(digest.text.contains(&one.receipt.to_string()), said, "{}", digest.text);
    }
    assert_eq!(app.letters(&post).await, []);
    // The next day there is another one, under another id.
    branch.send("ZBDH").await;
    app.relayed().await;
    app.clock.turn(TimeDelta::days(1));
    let next = app.letters(&post).await;
    assert_eq!(next.len(), 1);
    assert_ne!(next[0].id, digest.id);
}

#[tokio::test]
async fn what_comes_while_a_digest_is_on_its_way_is_not_lost() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    once_a_day(&app, "zj/town/reviewer").await;
    let branch = Desk::of(&app, "zj/village/recorder");
    branch.send("ZBDH").await;
    app.relayed().await;
    // Another one for the same moment, written by a relay whose clock is late: the digest has gone already.
    app.clock.turn(TimeDelta::hours(8));
    assert_eq!(app.letters(&post).await.len(), 1);
    app.clock.turn(-TimeDelta::hours(1));
    branch.send("ZBDH").await;
    app.relayed().await;
    app.clock.turn(TimeDelta::hours(1));
    let letters = app.letters(&post).await;
    assert_eq!(letters.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(), ["每日汇总：1条消息"]);
    assert_eq!(states(&app).await, "sent");
}

#[tokio::test]
async fn a_digest_of_which_nothing_is_left_is_not_sent() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    once_a_day(&app, "zj/town/reviewer").await;
    let branch = Desk::of(&app, "zj/village/recorder");
    let sent = branch.send("ZBDH").await;
    app.relayed().await;
    done(branch.recall(sent.record).await);
    app.clock.turn(TimeDelta::hours(9));
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped, dropped nothing_left");
}

#[tokio::test]
async fn in_quiet_hours_nothing_is_sent_and_afterwards_it_is() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    let quiet = json!({ "quiet": { "from": "08:00", "to": "14:00" } });
    app.actor("zj/town/reviewer").mutate("updateNoticePreferences", quiet, "preferences { quiet { to } }").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await; // at nine
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(super::inbox::kinds(&app, "zj/town/reviewer").await, ["TO_REVIEW"]);
    app.clock.turn(TimeDelta::hours(5) - TimeDelta::seconds(1));
    assert_eq!(app.letters(&post).await, []);
    app.clock.turn(TimeDelta::seconds(1));
    assert_eq!(app.letters(&post).await.len(), 1);
}

#[tokio::test]
async fn who_changes_his_mind_before_the_letter_goes_gets_none() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    once_a_day(&app, "zj/town/reviewer").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let never = json!({ "choices": [{ "kind": "TO_REVIEW", "channel": "MAIL", "wish": "NEVER" }] });
    app.actor("zj/town/reviewer").mutate("updateNoticePreferences", never, "preferences { email }").await;
    app.clock.turn(TimeDelta::hours(9));
    assert_eq!(app.letters(&post).await, []);
}
