//! What is not GraphQL: one row for every route of the gateway.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use testkit::{Answer, TestApp, seed};

use super::world::text;

/// Every route, and the test that asks it as everybody.
const ROUTES: [(&str, &str); 21] = [
    ("/graphql", "every_field_answers_whom_the_table_names_and_nobody_else"),
    ("/graphql/ws", "every_field_answers_whom_the_table_names_and_nobody_else"),
    ("/auth/sign-in", "a_refused_sign_in_tells_nothing"),
    ("/auth/sign-out", "signing_out_ends_the_session_that_asks_and_no_other"),
    ("/auth/accept", "an_invitation_that_is_none_opens_nothing"),
    ("/uploads", "nobody_announces_a_file_for_an_organisation_of_others"),
    ("/uploads/{id}", "anothers_upload_is_like_none"),
    ("/files/record/{record}/{version}/{n}", "the_files_of_a_record_are_as_closed_as_the_record"),
    ("/files/receipt/{receipt}/{n}", "the_files_of_a_record_are_as_closed_as_the_record"),
    (
        "/files/record/{record}/{version}/{n}/preview/{page}",
        "pages_and_thumbnails_are_shown_inline_and_to_whoever_may_read_the_file",
    ),
    (
        "/files/receipt/{receipt}/{n}/preview/{page}",
        "pages_and_thumbnails_are_shown_inline_and_to_whoever_may_read_the_file",
    ),
    ("/files/own/{file}/preview/{page}", "pages_and_thumbnails_are_shown_inline_and_to_whoever_may_read_the_file"),
    ("/files/link/{grant}/record/{record}/{version}/{n}", "a_link_opens_its_file_for_a_minute_and_in_parts"),
    ("/files/link/{grant}/receipt/{receipt}/{n}", "a_link_dies_with_the_right_of_the_one_who_was_given_it"),
    ("/audit/export", "the_export_is_the_auditors_alone"),
    ("/assets/{file}", "the_pages_are_the_same_for_everybody"),
    ("/icon.svg", "the_pages_are_the_same_for_everybody"),
    ("/manifest.webmanifest", "the_pages_are_the_same_for_everybody"),
    ("/healthz", "whoever_looks_after_the_service_learns_nothing_of_tenants"),
    ("/readyz", "whoever_looks_after_the_service_learns_nothing_of_tenants"),
    ("/metrics", "whoever_looks_after_the_service_learns_nothing_of_tenants"),
];

/// A router does not tell its routes, its source does.
#[test]
fn every_route_has_a_row() {
    let source = include_str!("../../../crates/gateway/src/server.rs");
    for route in source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ROUTES.iter().any(|(row, _)| *row == route), "route {route} has no row in the authorisation table");
    }
}

fn shown(answer: &Answer) -> String {
    let mut headers: Vec<_> =
        answer.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str())).collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    format!("{} {headers:?} {}", answer.status, answer.text())
}

#[tokio::test]
async fn a_refused_sign_in_tells_nothing() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let gone = app.actor("zj/village/recorder2").account.to_string();
    admin.mutate("suspendAccount", json!({ "account": gone }), "account { id }").await;
    let before = app.footprint().await;
    let attempt = async |tenant: &str, login: &str, password: &str| {
        app.post("/auth/sign-in", &json!({ "tenant": tenant, "login": login, "password": password })).await
    };
    let wrong = attempt("zj", "zj-village-recorder", "not the password").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "UNAUTHENTICATED"));
    for (tenant, login) in [
        ("nowhere", "zj-village-recorder"),
        ("zj", "nobody"),
        ("edu", "zj-village-recorder"),
        ("zj", "zj-village-recorder2"),
        ("zj", "edu-branch-recorder"),
    ] {
        let refused = attempt(tenant, login, seed::PASSWORD).await;
        assert_eq!(shown(&refused), shown(&wrong), "{tenant}/{login}");
    }
    // Only the wrong password has left a trace: it was counted, and the trail knows.
    let after = app.footprint().await;
    let changed: Vec<_> =
        after.iter().filter(|(table, digest)| before[*table] != **digest).map(|(table, _)| table).collect();
    assert_eq!(changed, ["audit", "audit_pending", "credential"]);
}

#[tokio::test]
async fn an_invitation_that_is_none_opens_nothing() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let invite = async |login: &str| {
        let input = json!({ "org": app.org("zj/village").to_string(), "name": "某人", "login": login });
        text(&admin.mutate("inviteAccount", input, "token").await["token"])
    };
    let accept = async |token: &str| {
        app.post("/auth/accept", &json!({ "token": token, "password": "一个新的、足够长的口令" })).await
    };
    let (used, open) = (invite("used-one").await, invite("open-one").await);
    assert_eq!(accept(&used).await.status, 200);
    let before = app.footprint().await;
    let absent = accept("zj.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!((absent.status, absent.code().as_str()), (404, "NOT_FOUND"));
    // Used before; of another tenant; a session's token; no token.
    let abroad = open.replace("zj.", "edu.");
    for token in [&used, &abroad, &admin.token, &"what".to_owned()] {
        assert_eq!(shown(&accept(token).await), shown(&absent), "{token}");
    }
    app.clock.turn(chrono::TimeDelta::days(8));
    assert_eq!(shown(&accept(&open).await), shown(&absent), "expired");
    assert_eq!(app.footprint().await, before);
}

#[tokio::test]
async fn signing_out_ends_the_session_that_asks_and_no_other() {
    let app = TestApp::new().await;
    let sign_out = async |token: &str| {
        let request = Request::post("/auth/sign-out").header("authorization", format!("Bearer {token}"));
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    let recorder = app.actor("zj/village/recorder");
    let before = app.footprint().await;
    for token in ["", "what", "zj.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &recorder.token.replace("zj.", "edu.")]
    {
        assert_eq!(sign_out(token).await, 204, "{token}");
    }
    assert_eq!(app.footprint().await, before);
    assert_eq!(sign_out(&recorder.token).await, 204);
    let open = "SELECT count(*) FROM session WHERE ended_at IS NULL";
    let open = testkit::scalar::<i64>(&app.owner, open).await;
    assert_eq!(open, i64::try_from(seed::people().len()).unwrap() - 1);
    let me: Value = recorder.query("{ viewer { tenantKey } }", json!({})).await;
    assert_eq!(me["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn whoever_looks_after_the_service_learns_nothing_of_tenants() {
    let app = TestApp::new().await;
    app.actor("zj/village/recorder").data("{ viewer { tenantKey } }", json!({})).await;
    let mut known: Vec<String> = app.ids_of("zj").await.into_iter().collect();
    known.extend(["浙江", "示例大学", "recorder"].map(str::to_owned));
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        let told = known.iter().find(|word| answer.text().contains(word.as_str()));
        assert_eq!(told, None, "{path}: {}", answer.text());
    }
}

/// As a browser asks for a page, with a session or without.
async fn page(app: &TestApp, path: &str, token: Option<&str>) -> Answer {
    let mut request =
        Request::get(path).header("accept", "text/html,application/xhtml+xml").header("accept-encoding", "br");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

/// The nonce of a page is its own: what is left is the same for everybody.
fn without_nonce(answer: &Answer) -> String {
    let shown = shown(answer);
    match shown.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\'')) {
        Some((nonce, _)) => shown.replace(nonce, "…"),
        None => shown,
    }
}

/// Where `web/` was built; without it the addresses are there, and nothing at them.
fn built() -> Option<serde_json::Map<String, Value>> {
    let text = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist/operations.json")).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

#[tokio::test]
async fn the_pages_are_the_same_for_everybody() {
    let app = TestApp::new().await;
    let before = app.footprint().await;
    let (own, abroad) = (app.actor("zj/village/recorder"), app.actor("edu/branch/recorder"));
    let record = format!("/records/record:{}", "0".repeat(32));
    for path in
        ["/", &record, "/icon.svg", "/manifest.webmanifest", "/assets/none.js", "/assets/..%2findex.html", "/nowhere"]
    {
        let anybody = page(&app, path, None).await;
        for token in [&own.token, &abroad.token, &"what".to_owned()] {
            assert_eq!(without_nonce(&page(&app, path, Some(token)).await), without_nonce(&anybody), "{path}");
        }
        let there = built().is_some() && !path.starts_with("/assets/");
        assert_eq!(anybody.status, if there { 200 } else { 404 }, "{path}");
    }
    assert_eq!(app.footprint().await, before);
}

#[tokio::test]
async fn a_page_runs_the_scripts_of_its_build_and_no_others() {
    let app = TestApp::new().await;
    if built().is_none() {
        return;
    }
    let (one, other) = (page(&app, "/", None).await, page(&app, "/", None).await);
    let policy = one.header("content-security-policy").unwrap();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(one.text().contains(&format!("<script nonce=\"{nonce}\" ")) && !other.text().contains(nonce));
    assert_eq!(one.text().matches("<script").count(), one.text().matches("<script nonce=").count());
    assert_eq!(one.header("cache-control"), Some("no-cache"));
    let text = one.text();
    let script = text.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let script = page(&app, script, None).await;
    assert_eq!((script.status, script.header("content-encoding")), (200, Some("br")));
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(script.header("cache-control").unwrap().contains("immutable"));
}

/// Fields are resolved at once: in which order they answer is no part of the answer.
fn said(answer: &Answer) -> (u16, Value, Vec<String>) {
    let body = answer.json();
    let mut errors: Vec<_> = body["errors"].as_array().into_iter().flatten().map(Value::to_string).collect();
    errors.sort();
    (answer.status, body["data"].clone(), errors)
}

/// Naming an operation by its hash opens nothing that its text does not open.
#[tokio::test]
async fn an_operation_by_its_hash_is_the_operation() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let ask = async |body: Value| {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", recorder.token));
        app.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let unknown = ask(json!({ "documentId": format!("sha256:{}", "0".repeat(64)) })).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "UNKNOWN_DOCUMENT"));
    let both = ask(json!({ "query": "{ viewer { tenantKey } }", "documentId": "sha256:00" })).await;
    assert_eq!(both.status, 400);
    for (hash, text) in built().unwrap_or_default() {
        let text = text.as_str().unwrap();
        let (head, _) = text.split_once('{').unwrap();
        let names = head.split('$').skip(1).filter_map(|rest| rest.split(':').next());
        let variables: serde_json::Map<_, _> = names.map(|name| (name.to_owned(), json!("x"))).collect();
        let by_hash = ask(json!({ "documentId": hash, "variables": variables })).await;
        let by_text = ask(json!({ "query": text, "variables": variables })).await;
        assert_eq!(said(&by_hash), said(&by_text), "{head}");
        assert!(!["UNKNOWN_DOCUMENT", "TOO_COSTLY"].contains(&by_hash.code().as_str()), "{head}: {}", by_hash.text());
    }
}
