use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use super::{codes, on, problem};

const LINE: &str = "query($id: ID!, $day: NaiveDate, $known: DateTime) { org(id: $id, asOf: $day, knownAt: $known) {
    name level parent { code } ancestors { code } } }";
const BELOW: &str =
    "query($id: ID!, $day: NaiveDate) { org(id: $id, asOf: $day) { children { nodes { code name } } } }";

async fn line(who: &Actor<'_>, id: &str, day: Option<&str>) -> Value {
    who.data(LINE, json!({ "id": id, "day": day })).await["org"].clone()
}

#[tokio::test]
async fn a_move_and_a_rename_are_seen_from_their_day_on_and_not_before() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/county/org_admin");
    let (village, town, town2) =
        (app.org("zj/village").to_string(), app.org("zj/town").to_string(), app.org("zj/town2").to_string());

    let asked = json!({ "org": village, "parent": town2, "preview": true, "effect": on("2026-02-15") });
    let preview =
        admin.mutate("moveOrg", asked, "relocation { preview orgs posts level notice } org { parent { code } }").await;
    assert_eq!(
        (problem(&preview), &preview["relocation"]["orgs"], &preview["relocation"]["posts"]),
        ("", &json!(1), &json!(3))
    );
    assert!(preview["relocation"]["notice"].as_str().unwrap().contains("按原路线办结"));
    assert_eq!(line(&admin, &village, None).await["parent"]["code"], "330106109");

    let moved = json!({ "org": village, "parent": town2, "effect": on("2026-02-15") });
    let payload = admin.mutate("moveOrg", moved, "relocation { preview } org { level parent { code } }").await;
    assert_eq!((problem(&payload), &payload["org"]["parent"]["code"]), ("", &json!("330106013")), "{payload}");
    let renamed = json!({ "org": village, "name": "蒋村街道华联村党支部", "effect": on("2026-02-20") });
    assert_eq!(problem(&admin.mutate("renameOrg", renamed, "org { name }").await), "");

    let today = line(&admin, &village, None).await;
    assert_eq!(codes(&today["ancestors"]), ["33", "3301", "330106", "330106013"]);
    for (day, parent, name) in [
        ("2026-02-14", "330106109", "三墩镇华联村党支部"),
        ("2026-02-15", "330106013", "三墩镇华联村党支部"),
        ("2026-02-20", "330106013", "蒋村街道华联村党支部"),
    ] {
        let then = line(&admin, &village, Some(day)).await;
        assert_eq!((&then["parent"]["code"], &then["name"]), (&json!(parent), &json!(name)), "{day}");
        assert_eq!(codes(&then["ancestors"]), ["33", "3301", "330106", parent], "{day}");
    }
    let below = async |id: &str, day: &str| {
        let data = admin.data(BELOW, json!({ "id": id, "day": day })).await;
        codes(&data["org"]["children"]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(below(&town, "2026-02-14").await, ["330106109201", "330106109202"]);
    assert_eq!(below(&town, "2026-02-16").await, ["330106109202"]);
    assert_eq!(below(&town2, "2026-02-16").await, ["330106013201", "330106109201"]);
    let tomorrow = admin.query(BELOW, json!({ "id": town, "day": "2026-03-03" })).await;
    assert_eq!(tomorrow["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn what_was_known_before_a_late_entry_can_still_be_asked() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/county/org_admin");
    let village = app.org("zj/village").to_string();
    app.clock.turn(TimeDelta::hours(2));
    let renamed = json!({ "org": village, "name": "新名党支部", "effect": on("2026-02-01") });
    assert_eq!(problem(&admin.mutate("renameOrg", renamed, "org { name }").await), "");
    app.clock.turn(TimeDelta::hours(1));
    let known = async |at: Option<&str>| {
        admin.data(LINE, json!({ "id": village, "day": "2026-02-10", "known": at })).await["org"]["name"].clone()
    };
    assert_eq!(known(None).await, "新名党支部");
    assert_eq!(known(Some("2026-03-02T02:00:00Z")).await, "三墩镇华联村党支部");
    let versions = "query($id: ID!, $all: Boolean!) { org(id: $id) { versions(superseded: $all) { name validFrom validTo change documentNo supersededAt } } }";
    let kept = admin.data(versions, json!({ "id": village, "all": false })).await;
    let kept = kept["org"]["versions"].as_array().unwrap();
    assert_eq!(
        (kept.len(), &kept[1]["change"], &kept[1]["documentNo"]),
        (2, &json!("RENAME"), &json!("组〔2026〕3号"))
    );
    assert_eq!((&kept[0]["validTo"], &kept[1]["validFrom"]), (&json!("2026-02-01"), &json!("2026-02-01")));
    let all = admin.data(versions, json!({ "id": village, "all": true })).await;
    assert_eq!(all["org"]["versions"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_move_to_another_level_takes_what_is_below_along() {
    let app = TestApp::new().await;
    let system = app.actor("zj/province/system");
    // A town, one level up: it stays a town, and so do its villages.
    let (town, city, county2) =
        (app.org("zj/town").to_string(), app.org("zj/city").to_string(), app.org("zj/county2").to_string());
    let up = json!({ "org": town, "parent": city });
    let payload = system.mutate("moveOrg", up, "org { level } relocation { level orgs }").await;
    assert_eq!(
        (problem(&payload), &payload["org"]["level"], &payload["relocation"]["orgs"]),
        ("", &json!(4), &json!(3)),
        "{payload}"
    );
    assert_eq!(line(&system, &app.org("zj/village").to_string(), None).await["level"], 5);
    // A county below a county would push its villages out of the tenant's levels.
    let county = app.org("zj/county").to_string();
    let payload = system.mutate("moveOrg", json!({ "org": county, "parent": county2 }), "org { level }").await;
    assert_eq!(problem(&payload), "INVALID");
    // Without anything below it, it may.
    let payload = system
        .mutate(
            "createOrg",
            json!({ "parent": city, "kind": "COMMITTEE", "code": "330199", "name": "新区委" }),
            "org { id level }",
        )
        .await;
    assert_eq!(payload["org"]["level"], 3, "{payload}");
    let id = payload["org"]["id"].as_str().unwrap().to_owned();
    let below = json!({ "parent": id, "kind": "BRANCH", "code": "330199001", "name": "直属支部" });
    let branch = system.mutate("createOrg", below, "org { id level }").await["org"].clone();
    assert_eq!(branch["level"], 4);
    app.clock.turn(TimeDelta::days(2));
    let payload = system.mutate("moveOrg", json!({ "org": id, "parent": county2 }), "org { level }").await;
    assert_eq!((problem(&payload), &payload["org"]["level"]), ("", &json!(4)), "{payload}");
    let branch = branch["id"].as_str().unwrap();
    assert_eq!(line(&system, branch, None).await["level"], 5);
    assert_eq!(line(&system, branch, Some("2026-03-03")).await["level"], 4);
}

#[tokio::test]
async fn a_closed_organisation_is_kept_and_its_posts_end() {
    let app = TestApp::new().await;
    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let (village, town) = (app.org("zj/village").to_string(), app.org("zj/town").to_string());
    let successor = app.org("zj/village2").to_string();
    let payload = admin
        .mutate(
            "closeOrg",
            json!({ "org": village, "successor": successor, "effect": on("2026-03-01") }),
            "org { state closedOn }",
        )
        .await;
    assert_eq!(
        (problem(&payload), &payload["org"]),
        ("", &json!({ "state": "CLOSED", "closedOn": "2026-03-01" })),
        "{payload}"
    );
    let below = "query($id: ID!, $day: NaiveDate, $closed: Boolean!) { org(id: $id, asOf: $day) { children(includeClosed: $closed) { nodes { code } } } }";
    for (day, closed, expected) in [
        (None, false, vec!["330106109202"]),
        (None, true, vec!["330106109201", "330106109202"]),
        (Some("2026-02-28"), false, vec!["330106109201", "330106109202"]),
        (Some("2026-03-01"), false, vec!["330106109202"]),
    ] {
        let data = admin.data(below, json!({ "id": town, "day": day, "closed": closed })).await;
        assert_eq!(codes(&data["org"]["children"]), expected, "{day:?} {closed}");
    }
    let posts: i64 = testkit::scalar(&app.owner, "SELECT count(*) FROM post p JOIN org o ON o.id = p.org_id WHERE o.code = '330106109201' AND p.valid_to IS NULL").await;
    assert_eq!(posts, 0);
    // The post of the recorder has ended with it: nothing is found under it any more.
    let gone = recorder.try_mutate("renameOrg", json!({ "org": village, "name": "甲" }), "org { name }").await;
    assert_eq!(gone["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let payload = admin.mutate("renameOrg", json!({ "org": village, "name": "甲" }), "org { name }").await;
    assert_eq!(problem(&payload), "CLOSED");
    let trace: i64 = testkit::scalar(&app.owner, "SELECT count(*) FROM audit WHERE action = 'org.close' AND before ->> 'state' = 'active' AND after ->> 'state' = 'closed' AND reason = '区划调整'").await;
    assert_eq!(trace, 1);
}
