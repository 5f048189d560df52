//! What is taken away ends within a second.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Actor, Heard, Socket, TestApp};

use super::{FIGURES, RECORD, SECOND, counting, end, over, quiet, socket, watching};
use crate::walls::world::{draft, send};

/// The subscription ends as if its object were absent; the socket stays.
async fn hidden(socket: &mut Socket, began: Instant) {
    assert_eq!(socket.hear().await.error().1, "NOT_FOUND");
    assert!(began.elapsed() < SECOND, "{:?}", began.elapsed());
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "pong" })));
}

async fn closed(socket: &mut Socket, began: Instant) {
    assert_eq!(socket.hear().await, Heard::Closed(4401));
    assert!(began.elapsed() < SECOND, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_post_that_ends_ends_its_subscriptions() {
    let app = TestApp::new().await;
    let [recorder, recorder2, admin] =
        ["zj/village/recorder", "zj/village/recorder2", "zj/town/org_admin"].map(|key| app.actor(key));
    let (record, _) = draft(&recorder).await;
    let (mut own, mut other) = (watching(&app, &recorder, &record).await, watching(&app, &recorder2, &record).await);
    let began = Instant::now();
    admin.mutate("endPost", json!({ "id": recorder2.post.to_string() }), "post { id }").await;
    hidden(&mut other, began).await;
    quiet(&mut own).await;
    end(&app, vec![own, other]).await;
}

#[tokio::test]
async fn a_line_of_the_policy_ends_what_it_forbids() {
    let app = TestApp::new().await;
    let [recorder, secretary, security] =
        ["zj/village/recorder", "zj/village/secretary", "zj/province/security"].map(|key| app.actor(key));
    let (record, _) = draft(&recorder).await;
    let (mut own, mut other) = (watching(&app, &recorder, &record).await, watching(&app, &secretary, &record).await);
    let deny = json!({ "role": "branch_secretary", "kind": "record", "action": "view", "relation": "self",
                       "levelFrom": 1, "levelTo": 12, "ceiling": 0, "effect": "deny" });
    let began = Instant::now();
    security.mutate("editPolicy", json!({ "add": [deny], "dryRun": false }), "applied").await;
    hidden(&mut other, began).await;
    quiet(&mut own).await;
    end(&app, vec![own, other]).await;
}

/// Time alone takes a post away.
#[tokio::test]
async fn a_post_of_one_day_ends_with_the_day() {
    let app = TestApp::new().await;
    let [recorder, secretary] = ["zj/village/recorder", "zj/village/secretary"].map(|key| app.actor(key));
    let (record, _) = draft(&recorder).await;
    let until = (app.app.clock.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let ending = format!("UPDATE post SET valid_to = '{until}' WHERE account_id = '{}'", secretary.account.uuid());
    testkit::held(&app.owner, &ending).await.commit().await;
    let mut watcher = watching(&app, &secretary, &record).await;
    app.clock.turn(chrono::TimeDelta::hours(1));
    hidden(&mut watcher, Instant::now()).await;
    end(&app, vec![watcher]).await;
}

/// An organisation that is moved away from below takes its figures along.
#[tokio::test]
async fn an_organisation_that_moves_away_is_watched_no_more() {
    let app = TestApp::new().await;
    let county = app.actor("zj/county/reviewer");
    let mut watcher = socket(&app, &county).await;
    watcher.subscribe("town", FIGURES, &json!({ "org": app.org("zj/town2").to_string() })).await;
    watcher.hear().await.next();
    let began = Instant::now();
    let path = format!(
        "UPDATE org SET parent_id = '{0}', path = (SELECT path FROM org WHERE id = '{0}') || 'ffff/' WHERE id = '{1}'",
        app.org("zj/county2").uuid(),
        app.org("zj/town2").uuid()
    );
    testkit::held(&app.owner, &path).await.commit().await;
    hidden(&mut watcher, began).await;
    end(&app, vec![watcher]).await;
}

/// Every way in which a session ends closes its sockets, and no other.
#[tokio::test]
async fn a_session_that_ends_closes_its_sockets() {
    let app = TestApp::new().await;
    let [recorder, secretary, security, admin] =
        ["zj/village/recorder", "zj/village/secretary", "zj/province/security", "zj/town/org_admin"]
            .map(|key| app.actor(key));
    let (record, _) = draft(&recorder).await;
    let made = recorder.mutate("createToken", json!({ "label": "另一个", "days": 1 }), "session { id } token").await;
    let program = recorder.with_token(made["token"].as_str().unwrap());
    let mut all = Vec::new();
    for actor in [&recorder, &program, &secretary] {
        all.push(watching(&app, actor, &record).await);
    }
    let began = Instant::now();
    security.mutate("endSession", json!({ "session": made["session"]["id"] }), "session { id }").await;
    closed(&mut all[1], began).await;
    let began = Instant::now();
    recorder.mutate("signOutEverywhere", json!({}), "ended").await;
    closed(&mut all[0], began).await;
    quiet(&mut all[2]).await;
    let began = Instant::now();
    admin.mutate("suspendAccount", json!({ "account": secretary.account.to_string() }), "account { id }").await;
    closed(&mut all[2], began).await;
    over(&app).await;
}

#[tokio::test]
async fn a_token_that_expires_and_a_tenant_that_is_closed_end_their_sockets() {
    let app = TestApp::new().await;
    let [recorder, county] = ["zj/village/recorder", "zj/county/reviewer"].map(|key| app.actor(key));
    let made = recorder.mutate("createToken", json!({ "label": "一天", "days": 1 }), "token").await;
    let program = recorder.with_token(made["token"].as_str().unwrap());
    let (mut of_a_day, _) = counting(&app, &program).await;
    let (mut of_county, _) = counting(&app, &county).await;
    app.clock.turn(chrono::TimeDelta::days(1));
    closed(&mut of_a_day, Instant::now()).await;
    testkit::sql(&app.owner, "UPDATE tenant SET state = 'suspended' WHERE key = 'zj'").await;
    closed(&mut of_county, Instant::now()).await;
    assert_eq!(Socket::enter(app.listen().await.address, &county).await.unwrap_err(), 4403);
    over(&app).await;
}

/// Foreign, forbidden and absent: one answer, in the first as in any later one, and no longer to come.
#[tokio::test]
async fn what_may_not_be_known_of_is_as_absent() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, rev) = draft(&recorder).await;
    let absent = format!("record:{}", "0".repeat(32));
    for key in ["zj/village2/secretary", "zj/town/reviewer", "zj/province/reviewer", "edu/branch/recorder"] {
        let stranger = app.actor(key);
        let mut socket = socket(&app, &stranger).await;
        let answer = async |socket: &mut Socket, id: &str| {
            socket.subscribe("1", RECORD, &json!({ "record": id })).await;
            format!("{:?}", socket.hear().await)
        };
        let (forbidden, absent, none) =
            (answer(&mut socket, &record).await, answer(&mut socket, &absent).await, answer(&mut socket, "what").await);
        assert!(forbidden.contains("NOT_FOUND"), "{key}: {forbidden}");
        assert_eq!((&forbidden, &forbidden), (&absent, &none), "{key}");
        socket.close().await;
    }
    // Nor does anything come of what happens to it.
    let mut stranger = socket(&app, &app.actor("zj/village2/secretary")).await;
    stranger.subscribe("1", RECORD, &json!({ "record": record })).await;
    stranger.hear().await.error();
    send(&recorder, &record, rev).await;
    quiet(&mut stranger).await;
    end(&app, vec![stranger]).await;
}

/// A stop closes every socket with a code that makes clients come again, and does not wait for them.
#[tokio::test]
async fn a_stop_closes_all_sockets() {
    let app = TestApp::new().await;
    let recorder: Actor<'_> = app.actor("zj/village/recorder");
    let (record, _) = draft(&recorder).await;
    let mut reading = watching(&app, &recorder, &record).await;
    // One that answers nothing, one that has not said who it is.
    let silent = watching(&app, &recorder, &record).await;
    let early = Socket::shake(app.listen().await.address, &axum::http::HeaderMap::new()).await.unwrap();
    let began = Instant::now();
    let ((), heard) = tokio::join!(over(&app), reading.hear());
    assert_eq!(heard, Heard::Closed(1012));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    drop((silent, early));
}
