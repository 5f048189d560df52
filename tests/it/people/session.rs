use chrono::TimeDelta;
use serde_json::json;
use testkit::{TestApp, seed};

use super::{code, problem};

const ME: &str = "{ viewer { tenantKey introspect sessions { id present } } }";

#[tokio::test]
async fn a_token_of_a_program_works_until_it_is_ended() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let input = json!({ "label": "报送脚本", "days": 30 });
    let made = recorder.mutate("createToken", input, "session { id kind label introspect } token").await;
    assert_eq!(made["session"]["kind"], "PROGRAM");
    let program = recorder.with_token(made["token"].as_str().unwrap());
    assert_eq!(program.data(ME, json!({})).await["viewer"]["introspect"], false);

    // To everybody else it is not there; nor is one that there never was.
    let end = json!({ "session": made["session"]["id"] });
    let secretary = app.actor("zj/village/secretary");
    let absent = json!({ "session": format!("session:{}", "0".repeat(32)) });
    let (hidden, absent) = (
        secretary.try_mutate("endSession", end.clone(), "session { id }").await,
        secretary.try_mutate("endSession", absent, "session { id }").await,
    );
    assert_eq!((code(&hidden), &hidden), ("NOT_FOUND", &absent));
    assert_eq!(problem(&recorder.mutate("endSession", end.clone(), "session { id }").await), "");
    assert_eq!(code(&program.query(ME, json!({})).await), "UNAUTHENTICATED");
    assert_eq!(code(&recorder.try_mutate("endSession", end, "session { id }").await), "CONFLICT");
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let made = recorder.mutate("createToken", json!({ "label": "一天", "days": 1 }), "token").await;
    let program = recorder.with_token(made["token"].as_str().unwrap());
    app.clock.turn(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert!(program.query(ME, json!({})).await["errors"].is_null());
    app.clock.turn(TimeDelta::seconds(1));
    assert_eq!(code(&program.query(ME, json!({})).await), "UNAUTHENTICATED");
    for days in [0, -1, 366] {
        let payload = recorder.mutate("createToken", json!({ "label": "错", "days": days }), "token").await;
        assert_eq!(problem(&payload), "INVALID", "{days}");
    }
}

#[tokio::test]
async fn introspection_is_given_by_whoever_has_it() {
    let app = TestApp::new().await;
    let wish = json!({ "label": "结构", "days": 1, "introspect": true });
    for (key, answer) in [
        ("zj/village/recorder", "BEYOND_CEILING"),
        ("zj/province/audit", "BEYOND_CEILING"),
        ("zj/province/system", ""),
        ("zj/province/security", ""),
    ] {
        let payload = app.actor(key).mutate("createToken", wish.clone(), "token").await;
        assert_eq!(problem(&payload), answer, "{key}");
    }
}

#[tokio::test]
async fn the_security_administrator_sees_and_ends_sessions_of_the_tenant_only() {
    let app = TestApp::new().await;
    let of = "query($account: ID!) { sessions(account: $account) { id account { name } } }";
    let (security, recorder) = (app.actor("zj/province/security"), app.actor("zj/village/recorder"));
    let account = json!({ "account": recorder.account.to_string() });
    let sessions = security.data(of, account.clone()).await;
    let id = sessions["sessions"][0]["id"].clone();
    for key in ["zj/village/secretary", "zj/province/system", "edu/university/security"] {
        let body = app.actor(key).query(of, account.clone()).await;
        assert!(code(&body) == "NOT_FOUND" || body["data"]["sessions"] == json!([]), "{key}: {body}");
    }
    let foreign = app.actor("edu/university/security");
    let input = json!({ "session": id });
    assert_eq!(code(&foreign.try_mutate("endSession", input.clone(), "session { id }").await), "NOT_FOUND");
    assert_eq!(problem(&security.mutate("endSession", input, "session { id }").await), "");
    assert_eq!(code(&recorder.query(ME, json!({})).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn signing_out_everywhere_ends_everything_of_one_person() {
    let app = TestApp::new().await;
    let (recorder, secretary) = (app.actor("zj/village/recorder"), app.actor("zj/village/secretary"));
    let made = recorder.mutate("createToken", json!({ "label": "另一个", "days": 1 }), "token").await;
    let payload = recorder.mutate("signOutEverywhere", json!({}), "ended").await;
    assert_eq!(payload["ended"], 2);
    for gone in [&recorder, &recorder.with_token(made["token"].as_str().unwrap())] {
        assert_eq!(code(&gone.query(ME, json!({})).await), "UNAUTHENTICATED");
    }
    assert!(secretary.query(ME, json!({})).await["errors"].is_null());
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_the_old_one() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let other = recorder.mutate("createToken", json!({ "label": "另一个", "days": 1 }), "token").await;
    let change = |old: &str, new: &str| json!({ "currentPassword": old, "newPassword": new });
    let weak = recorder.mutate("changePassword", change(seed::PASSWORD, "短"), "changed").await;
    assert_eq!((problem(&weak), &weak["problems"][0]["path"]), ("WEAK_PASSWORD", &json!(["newPassword"])));
    let wrong = recorder.mutate("changePassword", change("not the old one", "a-new-long-secret"), "changed").await;
    assert_eq!((problem(&wrong), &wrong["changed"]), ("INVALID", &json!(false)));

    let mut input = change(seed::PASSWORD, "a-new-long-secret");
    input["idempotencyKey"] = "change-once-01".into();
    assert_eq!(recorder.mutate("changePassword", input.clone(), "changed").await["changed"], true);
    assert_eq!(recorder.mutate("changePassword", input, "changed").await["changed"], true, "the same answer again");
    let other = recorder.with_token(other["token"].as_str().unwrap());
    assert_eq!(code(&other.query(ME, json!({})).await), "UNAUTHENTICATED", "every other session has ended");
    assert!(recorder.query(ME, json!({})).await["errors"].is_null());
}

/// A stolen session is no way to try passwords without end: wrong ones count as at the door.
#[tokio::test]
async fn wrong_old_passwords_lock_as_at_the_door() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let change = |old: &str| json!({ "currentPassword": old, "newPassword": "a-new-long-secret" });
    for _ in 0..5 {
        recorder.mutate("changePassword", change("not the old one"), "changed").await;
    }
    assert_eq!(problem(&recorder.mutate("changePassword", change(seed::PASSWORD), "changed").await), "INVALID");
    app.clock.turn(TimeDelta::seconds(61));
    assert_eq!(recorder.mutate("changePassword", change(seed::PASSWORD), "changed").await["changed"], true);
}
