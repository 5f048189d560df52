use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Actor, TestApp, TestPost, seed::PASSWORD};

use super::{inbox::kinds, letter::states};

/// What came of asking for an address, with this password or without one.
async fn readdress(who: &Actor<'_>, email: &str, password: Option<&str>) -> Value {
    let input = json!({ "email": email, "password": password });
    who.mutate("updateNoticePreferences", input, "preferences { email }").await
}

/// Code and field of the refusal.
fn refusal(payload: &Value) -> (&str, &str) {
    let problem = &payload["problems"][0];
    (problem["code"].as_str().unwrap_or_default(), problem["path"][0].as_str().unwrap_or_default())
}

async fn address(who: &Actor<'_>) -> Value {
    who.data("{ noticePreferences { email } }", json!({})).await["noticePreferences"]["email"].clone()
}

#[tokio::test]
async fn wishes_and_address_are_ones_own_and_leave_no_trace_of_the_address() {
    let app = TestApp::new().await;
    let (recorder, secretary) = (app.actor("zj/village/recorder"), app.actor("zj/village/secretary"));
    let wish = json!({ "choices": [{ "kind": "FINAL", "channel": "MAIL", "wish": "AT_ONCE" }, { "kind": "RETURNED", "channel": "IN_APP", "wish": "NEVER" }],
                       "digestAt": "17:30", "quiet": { "from": "22:00", "to": "07:00" }, "email": "shi.yi@example.cn",
                       "password": PASSWORD });
    let done = recorder
        .mutate(
            "updateNoticePreferences",
            wish,
            "preferences { digestAt quiet { from to } email wishes { kind channel wish } }",
        )
        .await;
    let kept = &done["preferences"];
    assert_eq!(
        (kept["digestAt"].as_str(), kept["quiet"]["from"].as_str(), kept["email"].as_str()),
        (Some("17:30"), Some("22:00"), Some("shi.yi@example.cn"))
    );
    let wishes = kept["wishes"].as_array().unwrap();
    let of = |kind: &str, channel: &str| {
        wishes.iter().find(|one| one["kind"] == kind && one["channel"] == channel).unwrap()["wish"].clone()
    };
    assert_eq!(
        (of("FINAL", "MAIL"), of("RETURNED", "IN_APP")),
        (json!("AT_ONCE"), json!("AT_ONCE")),
        "the inbox cannot be shut"
    );
    assert_eq!(done["problems"].as_array().unwrap().len(), 1, "and it is said so: {done}");
    assert_eq!(done["problems"][0]["path"], json!(["choices", "1"]));
    let hers = secretary.data("{ noticePreferences { digestAt email quiet { from } } }", json!({})).await;
    assert_eq!(hers["noticePreferences"], json!({ "digestAt": "08:30", "email": null, "quiet": null }));
    // Wishes without an address leave it; an empty one takes it away.
    recorder.mutate("updateNoticePreferences", json!({}), "preferences { email }").await;
    let mine = recorder.data("{ noticePreferences { email } }", json!({})).await;
    assert_eq!(mine["noticePreferences"]["email"], "shi.yi@example.cn");
    let kept = "SELECT count(*) FROM (SELECT after::text AS text FROM audit UNION ALL SELECT answer::text FROM idempotency UNION ALL SELECT subject::text FROM outbox) x WHERE text LIKE '%shi.yi%'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, kept).await, 0);
    let gone = readdress(&recorder, "", Some(PASSWORD)).await;
    assert_eq!(gone["preferences"]["email"], json!(null));
}

#[tokio::test]
async fn what_is_no_address_and_no_time_is_refused() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let refused = readdress(&recorder, "a@b@example.cn", None).await;
    assert_eq!(refused["problems"][0]["path"], json!(["email"]), "{refused}");
    let late =
        recorder.try_mutate("updateNoticePreferences", json!({ "digestAt": "25:00" }), "preferences { email }").await;
    assert_eq!(late["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

/// Somebody sits at her open browser and leads the letters away: she is told where she still reads.
#[tokio::test]
async fn the_address_of_before_is_told_whatever_was_wished_and_not_where_the_letters_go_now() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let former = app.give_address("zj/village/recorder2").await;
    let recorder = app.actor("zj/village/recorder2");
    let never = json!({ "choices": [{ "kind": "ADDRESS_CHANGED", "channel": "MAIL", "wish": "NEVER" }],
                        "quiet": { "from": "00:00", "to": "23:59" } });
    recorder.mutate("updateNoticePreferences", never, "preferences { email }").await;
    let changed = readdress(&recorder, "stranger@elsewhere.example", Some(PASSWORD)).await;
    assert_eq!(changed["preferences"]["email"], "stranger@elsewhere.example", "{changed}");
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), (former.as_str(), "邮件地址已更改"));
    assert!(letter.text.contains("2026年3月2日09:00"), "by the clock of the tenant: {}", letter.text);
    assert!(
        letter.text.contains("请立即与管理员联系") && letter.text.contains("请联系三墩镇华联村党支部"),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains("elsewhere"), "{}", letter.text);
    assert_eq!(kinds(&app, "zj/village/recorder2").await, ["ADDRESS_CHANGED"]);
    let auditor = app.actor("zj/province/audit");
    let trail = auditor.data(
        "query($id: ID!) { audit(object: $id) { nodes { action before after } } }",
        json!({ "id": recorder.account.to_string() }),
    );
    let entries = trail.await["audit"]["nodes"].clone();
    let entry = entries.as_array().unwrap().iter().find(|one| one["action"] == "account.readdress").unwrap();
    let (before, after) = (json!({ "email": "z***@example.cn" }), json!({ "email": "s***@elsewhere.example" }));
    assert_eq!((&entry["before"], &entry["after"]), (&before, &after));
    // Of the one of before nothing is left.
    let kept = "SELECT string_agg(x::text, '') FROM (SELECT d::text FROM delivery d UNION ALL SELECT o::text FROM outbox o UNION ALL
        SELECT a::text FROM audit a UNION ALL SELECT n::text FROM notice n UNION ALL SELECT i::text FROM idempotency i UNION ALL
        SELECT c::text FROM account_contact c) AS x";
    assert!(!testkit::scalar::<String>(&app.owner, kept).await.contains(&former));
    // It is taken away: the one that was there for a while is told, too.
    readdress(&recorder, "", Some(PASSWORD)).await;
    assert_eq!(app.letters(&post).await[0].to, "stranger@elsewhere.example");
    assert_eq!(states(&app).await, "sent");
}

#[tokio::test]
async fn another_address_asks_for_the_password_and_wrong_ones_count_as_at_the_door() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let former = app.give_address("zj/village/recorder2").await;
    let recorder = app.actor("zj/village/recorder2");
    assert_eq!(refusal(&readdress(&recorder, "other@example.cn", None).await), ("REQUIRED", "password"));
    for _ in 0..5 {
        let wrong = readdress(&recorder, "other@example.cn", Some("not-the-password")).await;
        assert_eq!(refusal(&wrong), ("INVALID", "password"), "{wrong}");
    }
    let locked = readdress(&recorder, "other@example.cn", Some(PASSWORD)).await;
    assert_eq!(refusal(&locked), ("INVALID", "password"), "the right one does not open a lock");
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "一个新的、足够长的口令" });
    assert_eq!(recorder.mutate("changePassword", change, "changed").await["changed"], false, "one lock for all");
    assert_eq!(address(&recorder).await, former.as_str());
    // What stays as it is asks for nothing.
    assert_eq!(readdress(&recorder, &former, None).await["problems"], json!([]));
    assert_eq!(app.letters(&post).await, []);
    app.clock.turn(TimeDelta::seconds(61));
    assert_eq!(readdress(&recorder, "other@example.cn", Some(PASSWORD)).await["problems"], json!([]));
    assert_eq!(app.letters(&post).await[0].to, former);
    let failures = "SELECT sum(failures)::int FROM credential";
    assert_eq!(testkit::scalar::<i32>(&app.owner, failures).await, 0, "the right one ends the count");
}

#[tokio::test]
async fn of_a_first_address_nobody_is_told_but_the_password_is_asked() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let recorder = app.actor("zj/village/recorder2");
    assert_eq!(refusal(&readdress(&recorder, "first@example.cn", None).await), ("REQUIRED", "password"));
    assert_eq!(
        readdress(&recorder, "first@example.cn", Some(PASSWORD)).await["preferences"]["email"],
        "first@example.cn"
    );
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(kinds(&app, "zj/village/recorder2").await, [""; 0]);
}

/// Otherwise an answer of before would say that the letters go where they do not.
#[tokio::test]
async fn the_same_key_with_another_address_is_another_request() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder2");
    let input = |email: &str, password: &str| json!({ "email": email, "password": password, "idempotencyKey": "readdress-once" });
    let change = "updateNoticePreferences";
    let wrong = recorder.mutate(change, input("one@example.cn", "not-the-password"), "preferences { email }").await;
    assert_eq!(refusal(&wrong), ("INVALID", "password"));
    let done = recorder.mutate(change, input("one@example.cn", PASSWORD), "preferences { email }").await;
    assert_eq!(done["preferences"]["email"], "one@example.cn", "what was refused has not used the key");
    let other = recorder.try_mutate(change, input("two@example.cn", PASSWORD), "preferences { email }").await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "CONFLICT", "{other}");
}

/// No mail server, for a day: it is seen, set going again, and still goes to the address of before.
#[tokio::test]
async fn a_letter_to_the_address_of_before_that_was_given_up_goes_there_when_it_is_set_going_again() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let former = app.give_address("zj/village/recorder2").await;
    readdress(&app.actor("zj/village/recorder2"), "other@example.cn", Some(PASSWORD)).await;
    testkit::sql(&app.owner, "UPDATE delivery SET attempts = 24").await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "failed attempts");
    let system = app.actor("zj/province/system");
    let dead = system.data("{ deadLetters { nodes { id kind } } }", json!({})).await["deadLetters"]["nodes"][0].clone();
    assert_eq!(dead["kind"], "ADDRESS_CHANGED");
    system.mutate("redriveDeliveries", json!({ "deliveries": [dead["id"]] }), "redriven").await;
    assert_eq!(app.letters(&post).await[0].to, former);
}
