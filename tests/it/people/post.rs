use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use super::{code, problem};

const POST: &str = "post { id role validFrom validTo current }";

fn grant(to: &Actor<'_>, at: &Actor<'_>, role: &str) -> Value {
    json!({ "account": to.account.to_string(), "org": at.org.to_string(), "role": role })
}

async fn roles(person: &Actor<'_>) -> Vec<String> {
    let data = person.data("{ viewer { posts { role } } }", json!({})).await;
    let posts = data["viewer"]["posts"].as_array().unwrap().clone();
    let mut roles: Vec<_> = posts.iter().map(|post| post["role"].as_str().unwrap().to_owned()).collect();
    roles.sort();
    roles
}

#[tokio::test]
async fn a_post_is_given_from_above_and_ends_at_the_next_request() {
    let app = TestApp::new().await;
    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let payload = admin.mutate("grantPost", grant(&recorder, &admin, "committee_reviewer"), POST).await;
    assert_eq!(problem(&payload), "", "{payload}");
    assert_eq!(roles(&recorder).await, ["branch_recorder", "committee_reviewer"].map(str::to_owned));
    let again = admin.mutate("grantPost", grant(&recorder, &admin, "committee_reviewer"), POST).await;
    assert_eq!(problem(&again), "TAKEN");

    let id = payload["post"]["id"].clone();
    let ended = admin.mutate("endPost", json!({ "id": id, "reason": "调离" }), POST).await;
    assert_eq!((problem(&ended), &ended["post"]["current"]), ("", &json!(false)));
    assert_eq!(roles(&recorder).await, ["branch_recorder"].map(str::to_owned));
    let twice = admin.mutate("endPost", json!({ "id": id }), POST).await;
    assert_eq!(problem(&twice), "WRONG_STATE");
}

#[tokio::test]
async fn nobody_gives_himself_anything_nor_more_than_he_may_hand_on() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let (recorder, county) = (app.actor("zj/village/recorder"), app.actor("zj/county/reviewer"));
    let mine = admin.mutate("grantPost", grant(&admin, &recorder, "branch_secretary"), POST).await;
    assert_eq!(problem(&mine), "BEYOND_CEILING");
    for role in ["security_admin", "system_admin", "audit_admin"] {
        let payload = admin.mutate("grantPost", grant(&recorder, &admin, role), POST).await;
        assert_eq!(problem(&payload), "BEYOND_CEILING", "{role}");
    }
    let unknown = admin.mutate("grantPost", grant(&recorder, &admin, "emperor"), POST).await;
    assert_eq!(problem(&unknown), "INVALID");
    // Above, beside, and in the name of another's post.
    let above = admin.try_mutate("grantPost", grant(&recorder, &county, "committee_reviewer"), POST).await;
    assert_eq!(code(&above), "FORBIDDEN");
    let beside = app.actor("zj/village3/recorder");
    let beside = admin.try_mutate("grantPost", grant(&recorder, &beside, "branch_recorder"), POST).await;
    assert_eq!(code(&beside), "FORBIDDEN");
    let mut borrowed = grant(&recorder, &admin, "committee_reviewer");
    borrowed["post"] = admin.post.to_string().into();
    assert_eq!(code(&recorder.try_mutate("grantPost", borrowed, POST).await), "NOT_FOUND");
    let foreign = app.actor("edu/university/security");
    assert_eq!(code(&foreign.try_mutate("grantPost", grant(&foreign, &admin, "org_admin"), POST).await), "NOT_FOUND");
    // Nobody makes his own like.
    let security = app.actor("zj/province/security");
    let payload = security.mutate("grantPost", grant(&recorder, &admin, "security_admin"), POST).await;
    assert_eq!(problem(&payload), "BEYOND_CEILING");
}

#[tokio::test]
async fn the_three_administrators_are_never_one_person() {
    let app = TestApp::new().await;
    let security = app.actor("zj/province/security");
    let (system, audit) = (app.actor("zj/province/system"), app.actor("zj/province/audit"));
    for (person, role) in [(&system, "audit_admin"), (&audit, "system_admin")] {
        let payload = security.mutate("grantPost", grant(person, &security, role), POST).await;
        assert_eq!(problem(&payload), "THREE_ADMINISTRATORS", "{role}");
    }
    // Nor by taking the second from a day on that comes while the first is still held.
    let mut later = grant(&system, &security, "audit_admin");
    later["from"] = "2027-01-01".into();
    assert_eq!(problem(&security.mutate("grantPost", later, POST).await), "THREE_ADMINISTRATORS");
}

#[tokio::test]
async fn days_begin_in_the_time_zone_of_the_tenant() {
    let app = TestApp::new().await;
    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    // Now is 9:00 on 2 March in Shanghai.
    let with_days = |from: &str, until: &str| {
        let mut input = grant(&recorder, &admin, "committee_archivist");
        (input["from"], input["until"]) = (from.into(), until.into());
        input
    };
    for (from, until) in [("2026-03-01", "2026-03-09"), ("2026-03-05", "2026-03-04")] {
        let payload = admin.mutate("grantPost", with_days(from, until), POST).await;
        assert_eq!(problem(&payload), "BAD_DATE", "{from} {until}");
    }
    let payload = admin.mutate("grantPost", with_days("2026-03-03", "2026-03-03"), POST).await;
    assert_eq!(payload["post"]["validFrom"], "2026-03-02T16:00:00+00:00", "{payload}");
    for (hours, held) in [(14, 1), (1, 2), (23, 2), (1, 1)] {
        app.clock.turn(TimeDelta::hours(hours));
        assert_eq!(roles(&recorder).await.len(), held, "after {hours} more hours");
    }
}

#[tokio::test]
async fn posts_are_seen_from_above_and_by_their_holder() {
    let app = TestApp::new().await;
    let of = "query($account: ID, $org: ID) { posts(account: $account, org: $org, first: 2) {
        pageInfo { hasNextPage } nodes { role account { name } org { name } } } }";
    let recorder = app.actor("zj/village/recorder");
    let account = json!({ "account": recorder.account.to_string() });
    let org = json!({ "org": recorder.org.to_string() });
    for (key, sees) in [
        ("zj/village/recorder", 1),
        ("zj/county/org_admin", 1),
        ("zj/province/audit", 1),
        ("zj/village/secretary", 0),
        ("zj/county2/org_admin", 0),
        ("edu/university/security", 0),
    ] {
        let data = app.actor(key).data(of, account.clone()).await;
        assert_eq!(data["posts"]["nodes"].as_array().unwrap().len(), sees, "{key}");
    }
    let page = app.actor("zj/town/org_admin").data(of, org.clone()).await;
    assert_eq!(page["posts"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(page["posts"]["pageInfo"]["hasNextPage"], true);
    for key in ["zj/village/recorder", "zj/county2/org_admin", "edu/university/security"] {
        assert_eq!(code(&app.actor(key).query(of, org.clone()).await), "NOT_FOUND", "{key}");
    }
}

#[tokio::test]
async fn a_reason_with_a_state_secret_mark_ends_no_post() {
    let app = TestApp::new().await;
    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let end = |reason: &str| json!({ "id": recorder.post.to_string(), "reason": reason });
    let refused = admin.mutate("endPost", end("绝密★长期"), POST).await;
    assert_eq!((problem(&refused), &refused["problems"][0]["path"]), ("INVALID", &json!(["reason"])), "{refused}");
    assert_eq!(roles(&recorder).await.len(), 1, "still held");
    let trail = testkit::scalar::<Option<String>>(&app.owner, "SELECT string_agg(a::text, '') FROM audit a").await;
    assert!(!trail.unwrap_or_default().contains("绝密"));
    assert_eq!(problem(&admin.mutate("endPost", end("离岗"), POST).await), "", "without it, it ends");
}
