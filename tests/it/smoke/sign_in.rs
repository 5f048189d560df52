use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Answer, Setup, TestApp, seed};

fn credentials(tenant: &str, login: &str, password: &str) -> Value {
    json!({ "tenant": tenant, "login": login, "password": password })
}

fn recorder(password: &str) -> Value {
    credentials("zj", "zj-village-recorder", password)
}

async fn sign_in(app: &TestApp, body: &Value) -> Answer {
    app.post("/auth/sign-in", body).await
}

/// The pair `name=value` of the cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// A GraphQL request by cookie, as our own page sends it. Gives whether it may ask for anything of its own.
async fn ask(app: &TestApp, cookie: &str) -> Answer {
    let mut request = app.anonymous().request("{ __typename }", &json!({}));
    for (name, value) in [("cookie", cookie), ("x-fonds-request", "1"), ("sec-fetch-site", "same-origin")] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    app.send(request).await
}

async fn sign_out(app: &TestApp, cookie: &str) -> Answer {
    let request = Request::post("/auth/sign-out")
        .header("cookie", cookie)
        .header("x-fonds-request", "1")
        .header("sec-fetch-site", "same-origin");
    app.send(request.body(Body::empty()).unwrap()).await
}

const OPEN_BROWSERS: &str = "SELECT count(*) FROM session WHERE kind = 'browser' AND ended_at IS NULL";

#[tokio::test]
async fn a_person_comes_in_and_goes() {
    let app = TestApp::new().await;
    let answer = sign_in(&app, &recorder(seed::PASSWORD)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let account = app.actor("zj/village/recorder").account;
    assert_eq!(answer.json()["account"]["id"], account.to_string());
    assert!(answer.json()["expiresAt"].is_string());
    let line = answer.header("set-cookie").unwrap();
    assert!(line.starts_with("fonds=zj.") && line.contains("HttpOnly") && line.contains("SameSite=Strict"), "{line}");
    assert!(!answer.text().contains("zj."), "the token stands in the cookie alone");

    let cookie = cookie(&answer);
    assert_eq!(ask(&app, &cookie).await.status, 200);
    assert_eq!(testkit::scalar::<i64>(&app.owner, OPEN_BROWSERS).await, 1);
    let out = sign_out(&app, &cookie).await;
    assert_eq!((out.status, out.header("set-cookie").unwrap().contains("Max-Age=0")), (204, true));
    assert_eq!(testkit::scalar::<i64>(&app.owner, OPEN_BROWSERS).await, 0);
    assert_eq!(sign_out(&app, &cookie).await.status, 204, "again does no harm");
}

/// Which of it was wrong is told to nobody.
#[tokio::test]
async fn every_refusal_is_the_same() {
    let app = TestApp::new().await;
    let wrong = sign_in(&app, &recorder("wrong")).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "UNAUTHENTICATED"));
    for other in [
        credentials("zj", "nobody-of-this-name", seed::PASSWORD),
        credentials("no-such-tenant", "zj-village-recorder", seed::PASSWORD),
        credentials("edu", "zj-village-recorder", seed::PASSWORD),
        credentials("'; --", "", ""),
    ] {
        let answer = sign_in(&app, &other).await;
        assert_eq!((answer.status, answer.text()), (wrong.status, wrong.text()), "{other}");
        assert!(answer.header("set-cookie").is_none());
    }
}

#[tokio::test]
async fn wrong_ones_lock_and_time_unlocks() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        assert_eq!(sign_in(&app, &recorder("wrong")).await.status, 401);
    }
    assert_eq!(sign_in(&app, &recorder(seed::PASSWORD)).await.status, 401, "locked");
    app.clock.turn(TimeDelta::minutes(2));
    assert_eq!(sign_in(&app, &recorder(seed::PASSWORD)).await.status, 200);
}

#[tokio::test]
async fn attempts_are_counted_by_login_and_by_address() {
    let mut setup = Setup::default();
    (setup.http.sign_in_per_minute, setup.http.sign_in_per_address) = (2, 4);
    let app = TestApp::with(setup).await;
    let other = credentials("edu", "edu-branch-recorder", "wrong");
    let mut statuses = Vec::new();
    for body in [&recorder("wrong"), &recorder("wrong"), &recorder("wrong"), &other, &other] {
        statuses.push(sign_in(&app, body).await.status);
    }
    assert_eq!(statuses, [401, 401, 429, 401, 429]);
    let told = sign_in(&app, &other).await;
    assert!(told.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn what_is_no_attempt_is_refused_without_repeating_it() {
    let app = TestApp::new().await;
    let send = async |kind: &str, body: &str, origin: &str| {
        let request = Request::post("/auth/sign-in").header("content-type", kind).header("host", "fonds.test");
        let request = if origin.is_empty() { request } else { request.header("origin", origin) };
        app.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let fine = recorder("secret-word").to_string();
    for (status, answer) in [
        (415, send("text/plain", &fine, "").await),
        (400, send("application/json", "{\"password\":\"secret-word\"", "").await),
        (422, send("application/json", r#"{"password":"secret-word"}"#, "").await),
        (413, send("application/json", &format!("\"{}\"", "secret-word".repeat(5000)), "").await),
        (403, send("application/json", &fine, "https://evil.test").await),
        (401, send("application/json", &fine, "https://fonds.test").await),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(!answer.text().contains("secret-word"), "{}", answer.text());
        assert!(!answer.code().is_empty(), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_unknown_invitation_is_not_there() {
    let app = TestApp::new().await;
    let token = format!("zj.{}", "0".repeat(43));
    let answer = app.post("/auth/accept", &json!({ "token": token, "password": seed::PASSWORD })).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "NOT_FOUND"));
}
