use serde_json::json;
use testkit::{TestApp, TestPost};

use crate::flow::desk::{Desk, done, example, remarks};

/// States of all deliveries, with the reasons of those that were dropped.
pub(super) async fn states(app: &TestApp) -> String {
    testkit::scalar(
        &app.owner,
        "SELECT coalesce(string_agg(DISTINCT state || CASE WHEN state = 'waiting' THEN '' ELSE coalesce(' ' || reason, '') END, ', '), '') FROM delivery",
    )
    .await
}

#[tokio::test]
async fn a_reviewer_gets_a_letter_with_the_title_and_a_link_and_no_content() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let address = app.give_address("zj/town/reviewer").await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.to, address);
    assert_eq!(letter.subject, "待审核：三墩镇华联村党支部上报的支部党员大会记录");
    assert!(letter.text.contains("《ZBDH（测试）》"), "{}", letter.text);
    assert!(letter.text.contains(&format!("https://dangan.example.cn/receipts/{}", sent.receipt)), "{}", letter.text);
    assert!(
        letter.id.ends_with("@dangan.example.cn")
            && letter.id.contains(&app.actor("zj/town/reviewer").account.uuid().to_string())
    );
    let content = example("ZBDH").content;
    let told = content
        .as_object()
        .unwrap()
        .values()
        .filter_map(|value| value.as_str())
        .filter(|text| text.chars().count() > 5);
    for text in told {
        assert!(!letter.text.contains(text), "{text}");
    }
    assert_eq!(app.letters(&post).await, [], "once");
    assert_eq!(states(&app).await, "sent");
}

#[tokio::test]
async fn a_letter_is_in_the_language_of_its_reader_and_says_why_it_was_returned_nowhere() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/village/secretary").await;
    app.actor("zj/village/secretary").mutate("setLanguage", json!({ "locale": "EN" }), "account { id }").await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    done(Desk::of(&app, "zj/town/reviewer").give_back(sent.receipt, remarks()).await);
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(letter.subject.starts_with("Returned: "), "{}", letter.subject);
    assert!(!letter.text.contains("请核对人数") && !letter.text.contains("签到表"), "{}", letter.text);
}

#[tokio::test]
async fn what_was_taken_back_before_the_letter_went_is_not_sent() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    let branch = Desk::of(&app, "zj/village/recorder");
    let sent = branch.send("ZBDH").await;
    app.relayed().await;
    done(branch.recall(sent.record).await);
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped settled");
}

#[tokio::test]
async fn a_right_that_was_lost_before_the_letter_went_says_nothing() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    for key in ["zj/town/reviewer", "zj/town/reviewer2", "zj/county/reviewer"] {
        app.give_address(key).await;
    }
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    // One has lost the post, the other's account was shut.
    app.end_posts(&[app.actor("zj/town/reviewer")]).await;
    let gone = app.actor("zj/town/reviewer2").account.to_string();
    app.actor("zj/county/org_admin").mutate("suspendAccount", json!({ "account": gone }), "account { id }").await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped account_closed, dropped no_right");
}

#[tokio::test]
async fn a_line_of_the_policy_counts_when_the_letter_goes() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let deny = |action: &str| {
        json!({ "role": "committee_reviewer", "kind": "receipt", "action": action, "relation": "self", "levelFrom": 4, "levelTo": 4,
                "ceiling": 0, "effect": "deny" })
    };
    let input = json!({ "add": [deny("approve"), deny("return")], "dryRun": false });
    assert_eq!(app.actor("zj/province/security").mutate("editPolicy", input, "applied").await["applied"], true);
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped no_right");
    // Nor is anybody told of the next one.
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    assert_eq!(super::inbox::kinds(&app, "zj/town/reviewer").await.len(), 1);
}

#[tokio::test]
async fn the_inbox_goes_on_while_the_mail_server_is_away() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    post.close();
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(super::inbox::kinds(&app, "zj/town/reviewer").await, ["TO_REVIEW"]);
    assert_eq!(states(&app).await, "waiting");
    // It is there again, and the pause is over: the letter goes.
    let there = TestPost::open().await;
    app.clock.turn(chrono::TimeDelta::minutes(2));
    assert_eq!(app.letters(&there).await.len(), 1);
    assert_eq!(states(&app).await, "sent");
}

#[tokio::test]
async fn a_changed_password_is_told_whatever_was_wished() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let recorder = app.actor("zj/village/recorder2");
    let never = json!({ "choices": [{ "kind": "PASSWORD_CHANGED", "channel": "MAIL", "wish": "NEVER" }], "email": "chen@example.cn",
                        "password": testkit::seed::PASSWORD, "quiet": { "from": "00:00", "to": "23:59" } });
    let wished = recorder.mutate("updateNoticePreferences", never, "preferences { email }").await;
    assert_eq!(wished["preferences"]["email"], "chen@example.cn", "{wished}");
    let input = json!({ "currentPassword": testkit::seed::PASSWORD, "newPassword": "一个新的、足够长的口令" });
    assert_eq!(recorder.mutate("changePassword", input, "changed").await["changed"], true);
    let letters = app.letters(&post).await;
    assert_eq!(letters.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(), ["密码已更改"]);
    assert!(letters[0].text.contains("2026年3月2日09:00"), "by the clock of the tenant: {}", letters[0].text);
}
