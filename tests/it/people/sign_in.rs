use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use testkit::{Setup, TestApp, seed};

async fn timed(app: &TestApp, tenant: &str, login: &str, password: &str) -> (u16, Duration) {
    let begun = Instant::now();
    let body = json!({ "tenant": tenant, "login": login, "password": password });
    (app.post("/auth/sign-in", &body).await.status, begun.elapsed())
}

/// The gateway's own limits would come first.
async fn unlimited() -> TestApp {
    let mut setup = Setup::default();
    (setup.http.sign_in_per_minute, setup.http.sign_in_per_address) = (1000, 1000);
    TestApp::with(setup).await
}

/// Unknown tenant, unknown login, wrong password, locked account: the same wait, whatever was done meanwhile.
#[tokio::test]
async fn every_refusal_takes_the_same_time() {
    let app = unlimited().await;
    for _ in 0..5 {
        timed(&app, "zj", "zj-village-secretary", "wrong").await;
    }
    let mut waits = Vec::new();
    let kinds = [
        ("zj", "zj-village-recorder"),
        ("zj", "zj-village-secretary"),
        ("zj", "nobody"),
        ("nowhere", "nobody"),
        ("'", ""),
    ];
    for (tenant, login) in kinds {
        let mut least = Duration::MAX;
        for _ in 0..3 {
            let (status, wait) = timed(&app, tenant, login, "wrong").await;
            assert_eq!(status, 401);
            least = least.min(wait);
        }
        waits.push(least);
    }
    let (least, most) = (*waits.iter().min().unwrap(), *waits.iter().max().unwrap());
    assert!(least >= Duration::from_millis(250), "no refusal comes sooner: {waits:?}");
    // What one of them costs more is far below this; a machine under load is not.
    assert!(most < least * 2, "{waits:?}");
}

#[tokio::test]
async fn while_it_is_locked_nobody_gets_in_and_nothing_is_counted() {
    let app = unlimited().await;
    for _ in 0..5 {
        timed(&app, "zj", "zj-village-recorder", "wrong").await;
    }
    let right = (0..4).map(|_| timed(&app, "zj", "zj-village-recorder", seed::PASSWORD));
    let wrong = (0..4).map(|_| timed(&app, "zj", "zj-village-recorder", "wrong"));
    let (right, wrong) = tokio::join!(join_all(right), join_all(wrong));
    assert!(right.iter().chain(&wrong).all(|(status, _)| *status == 401), "{right:?} {wrong:?}");
    // The lock ends after its minute, whoever went on.
    app.clock.turn(TimeDelta::seconds(61));
    assert_eq!(timed(&app, "zj", "zj-village-recorder", seed::PASSWORD).await.0, 200);
}

#[tokio::test]
async fn a_session_of_a_browser_ends_after_twelve_hours() {
    let app = TestApp::new().await;
    let body = json!({ "tenant": "zj", "login": "zj-village-recorder", "password": seed::PASSWORD });
    let answer = app.post("/auth/sign-in", &body).await;
    let cookie = answer.header("set-cookie").unwrap();
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    let recorder = app.actor("zj/village/recorder").with_token(token);
    assert!(recorder.query("{ viewer { tenantKey } }", json!({})).await["errors"].is_null());
    app.clock.turn(TimeDelta::hours(12));
    let late = recorder.query("{ viewer { tenantKey } }", json!({})).await;
    assert_eq!(super::code(&late), "UNAUTHENTICATED");
}
