use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn wishes_and_address_are_ones_own_and_leave_no_trace_of_the_address() {
    let app = TestApp::new().await;
    let (recorder, secretary) = (app.actor("zj/village/recorder"), app.actor("zj/village/secretary"));
    let wish = json!({ "choices": [{ "kind": "FINAL", "channel": "MAIL", "wish": "AT_ONCE" }, { "kind": "RETURNED", "channel": "IN_APP", "wish": "NEVER" }],
                       "digestAt": "17:30", "quiet": { "from": "22:00", "to": "07:00" }, "email": "shi.yi@example.cn" });
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
    let gone = recorder.mutate("updateNoticePreferences", json!({ "email": "" }), "preferences { email }").await;
    assert_eq!(gone["preferences"]["email"], json!(null));
}

#[tokio::test]
async fn what_is_no_address_and_no_time_is_refused() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let refused =
        recorder.mutate("updateNoticePreferences", json!({ "email": "a@b@example.cn" }), "preferences { email }").await;
    assert_eq!(refused["problems"][0]["path"], json!(["email"]), "{refused}");
    let late =
        recorder.try_mutate("updateNoticePreferences", json!({ "digestAt": "25:00" }), "preferences { email }").await;
    assert_eq!(late["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}
