use serde_json::{Value, json};
use testkit::{Actor, TestApp, seed};

use super::{code, problem};

const INVITED: &str = "account { id name state } token expiresAt";
const ACCOUNT: &str = "account { id state }";

fn invitation(at: &Actor<'_>, login: &str) -> Value {
    json!({ "org": at.org.to_string(), "name": "王小燕", "login": login })
}

async fn accept(app: &TestApp, token: &Value, password: &str) -> u16 {
    app.post("/auth/accept", &json!({ "token": token, "password": password })).await.status
}

async fn sign_in(app: &TestApp, login: &str, password: &str) -> Option<String> {
    let body = json!({ "tenant": "zj", "login": login, "password": password });
    let answer = app.post("/auth/sign-in", &body).await;
    let cookie = answer.header("set-cookie")?;
    cookie.split(['=', ';']).nth(1).map(str::to_owned)
}

#[tokio::test]
async fn an_invited_person_comes_in_without_a_post_and_minds_his_own_affairs() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let village = app.actor("zj/village/recorder");
    let mut input = invitation(&village, " Wang.XY ");
    input["idempotencyKey"] = "invite-wang-xy".into();
    let payload = admin.mutate("inviteAccount", input.clone(), INVITED).await;
    assert_eq!((problem(&payload), payload["account"]["state"].as_str()), ("", Some("INVITED")));
    let repeated = admin.mutate("inviteAccount", input, INVITED).await;
    assert_eq!((&repeated["account"], &repeated["token"]), (&payload["account"], &Value::Null), "kept nowhere");
    let kept =
        testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM idempotency WHERE answer::text LIKE '%zj.%'").await;
    assert_eq!(kept, 0);
    let same_login = admin.mutate("inviteAccount", invitation(&village, "wang.xy"), INVITED).await;
    assert_eq!(problem(&same_login), "TAKEN");

    let token = &payload["token"];
    assert_eq!(accept(&app, token, "太短").await, 422);
    assert_eq!(accept(&app, token, "my-wang.xy-secret").await, 422);
    assert_eq!(accept(&app, token, "a-good-long-secret").await, 200);
    assert_eq!(accept(&app, token, "a-good-long-secret").await, 404, "once");
    let session = sign_in(&app, "WANG.xy", "a-good-long-secret").await.unwrap();
    let person = village.with_token(&session);

    let viewer = person
        .data("{ viewer { account { name login locale } posts { id } sessions { kind present } } }", json!({}))
        .await;
    assert_eq!(viewer["viewer"]["account"], json!({ "name": "王小燕", "login": "wang.xy", "locale": "ZH" }));
    assert_eq!(viewer["viewer"]["posts"], json!([]));
    assert_eq!(viewer["viewer"]["sessions"], json!([{ "kind": "BROWSER", "present": true }]));
    let language = json!({ "locale": "EN", "post": null });
    assert_eq!(problem(&person.mutate("setLanguage", language, "account { locale }").await), "");
    let other = json!({ "id": admin.account.to_string() });
    let body = person.query("query($id: ID!) { account(id: $id) { name } }", other).await;
    assert_eq!(code(&body), "NOT_FOUND", "without a post nobody's name");
    let token = json!({ "label": "脚本", "days": 30, "post": null });
    assert_eq!(problem(&person.mutate("createToken", token, "token").await), "");
}

#[tokio::test]
async fn an_invitation_expires_and_can_be_renewed() {
    let app = TestApp::new().await;
    let (admin, village) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let payload = admin.mutate("inviteAccount", invitation(&village, "late.comer"), INVITED).await;
    app.clock.turn(chrono::TimeDelta::days(7));
    assert_eq!(accept(&app, &payload["token"], "a-good-long-secret").await, 404);
    let again = json!({ "account": payload["account"]["id"] });
    assert_eq!(code(&village.try_mutate("renewInvitation", again.clone(), INVITED).await), "FORBIDDEN");
    let renewed = admin.mutate("renewInvitation", again.clone(), INVITED).await;
    assert_eq!(accept(&app, &renewed["token"], "a-good-long-secret").await, 200);
    assert_eq!(problem(&admin.mutate("renewInvitation", again, INVITED).await), "WRONG_STATE");
}

#[tokio::test]
async fn only_administrators_of_the_subtree_invite() {
    let app = TestApp::new().await;
    let village = app.actor("zj/village/recorder");
    for (key, answer) in [
        ("zj/village/secretary", "FORBIDDEN"),
        ("zj/county2/org_admin", "FORBIDDEN"),
        ("zj/province/security", "FORBIDDEN"),
        ("edu/university/system", "NOT_FOUND"),
        ("zj/province/system", ""),
    ] {
        let body = app.actor(key).try_mutate("inviteAccount", invitation(&village, "new.one"), INVITED).await;
        assert_eq!(code(&body), answer, "{key}: {body}");
    }
}

#[tokio::test]
async fn whoever_is_shut_out_is_out_at_the_next_request() {
    let app = TestApp::new().await;
    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let whom = json!({ "account": recorder.account.to_string(), "reason": "离岗" });
    let payload = admin.mutate("suspendAccount", whom.clone(), ACCOUNT).await;
    assert_eq!(payload["account"]["state"], "SUSPENDED");
    assert_eq!(code(&recorder.query("{ viewer { tenantKey } }", json!({})).await), "UNAUTHENTICATED");
    assert!(sign_in(&app, "zj-village-recorder", seed::PASSWORD).await.is_none());
    assert_eq!(problem(&admin.mutate("suspendAccount", whom.clone(), ACCOUNT).await), "WRONG_STATE");

    assert_eq!(admin.mutate("reopenAccount", whom, ACCOUNT).await["account"]["state"], "OPEN");
    let body = recorder.query("{ viewer { tenantKey } }", json!({})).await;
    assert_eq!(code(&body), "UNAUTHENTICATED", "sessions of before stay ended");
    assert!(sign_in(&app, "zj-village-recorder", seed::PASSWORD).await.is_some());
}

/// Reasons are read by others and kept for ever.
#[tokio::test]
async fn a_reason_with_a_state_secret_mark_shuts_nobody_out_and_lets_nobody_in() {
    let app = TestApp::new().await;
    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let whom = |reason: &str| json!({ "account": recorder.account.to_string(), "reason": reason });
    let refused = async |step: &str| {
        let payload = admin.mutate(step, whom("见会议纪要（机密★10年）"), ACCOUNT).await;
        assert_eq!((problem(&payload), &payload["account"]), ("INVALID", &Value::Null), "{step}: {payload}");
        assert_eq!(payload["problems"][0]["path"], json!(["reason"]));
        assert!(!payload.to_string().contains("10年"), "it repeats nothing: {payload}");
    };
    refused("suspendAccount").await;
    assert!(recorder.query("{ viewer { tenantKey } }", json!({})).await["errors"].is_null(), "still in");
    let out = admin.mutate("suspendAccount", whom("离岗"), ACCOUNT).await;
    assert_eq!(out["account"]["state"], "SUSPENDED");
    refused("reopenAccount").await;
    assert!(sign_in(&app, "zj-village-recorder", seed::PASSWORD).await.is_none(), "still out");
    let trail = testkit::scalar::<String>(&app.owner, "SELECT string_agg(a::text, '') FROM audit a").await;
    assert!(trail.contains("离岗") && !trail.contains("机密"), "{trail}");
}

#[tokio::test]
async fn nobody_shuts_out_himself_those_above_or_the_three() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let of = |person: &Actor<'_>| json!({ "account": person.account.to_string() });
    assert_eq!(problem(&admin.mutate("suspendAccount", of(&admin), ACCOUNT).await), "WRONG_STATE");
    let county = app.actor("zj/county/reviewer");
    assert_eq!(code(&admin.try_mutate("suspendAccount", of(&county), ACCOUNT).await), "FORBIDDEN");
    let foreign = app.actor("edu/branch/recorder");
    assert_eq!(code(&admin.try_mutate("suspendAccount", of(&foreign), ACCOUNT).await), "NOT_FOUND");

    // Invited in the village, but by now in office at the county.
    let (recorder, above) = (app.actor("zj/village/recorder"), app.actor("zj/county/org_admin"));
    let grant =
        json!({ "account": recorder.account.to_string(), "org": above.org.to_string(), "role": "committee_archivist" });
    assert_eq!(problem(&above.mutate("grantPost", grant, "post { id }").await), "");
    assert_eq!(problem(&admin.mutate("suspendAccount", of(&recorder), ACCOUNT).await), "BEYOND_CEILING");
    assert_eq!(problem(&above.mutate("suspendAccount", of(&recorder), ACCOUNT).await), "");

    let (top, audit) = (app.actor("zj/province/org_admin"), app.actor("zj/province/audit"));
    assert_eq!(problem(&top.mutate("suspendAccount", of(&audit), ACCOUNT).await), "BEYOND_CEILING");
    let system = app.actor("zj/province/system");
    assert_eq!(problem(&system.mutate("suspendAccount", of(&audit), ACCOUNT).await), "");
}

#[tokio::test]
async fn names_are_read_in_one_page() {
    let app = TestApp::new().await;
    let page = "query($org: ID!, $after: String) { accounts(org: $org, first: 2, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { name login org { name } } } }";
    let secretary = app.actor("zj/village/secretary");
    let org = secretary.org.to_string();
    let first = secretary.data(page, json!({ "org": org })).await;
    assert_eq!(first["accounts"]["nodes"].as_array().unwrap().len(), 2);
    let after = &first["accounts"]["pageInfo"]["endCursor"];
    let second = secretary.data(page, json!({ "org": org, "after": after })).await;
    assert_eq!(second["accounts"]["pageInfo"]["hasNextPage"], false);
    let nodes = [&first, &second].map(|page| page["accounts"]["nodes"].as_array().unwrap().clone()).concat();
    assert_eq!(nodes.len(), 3);
    assert_eq!(nodes.iter().filter(|node| !node["login"].is_null()).count(), 1, "one's own login alone");
    let foreign = app.actor("edu/branch/recorder").query(page, json!({ "org": org })).await;
    assert_eq!(code(&foreign), "NOT_FOUND");
}
