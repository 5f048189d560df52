use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use super::{field, on, problem};

async fn moved(who: &Actor<'_>, app: &TestApp, org: &str, parent: &str, day: &str) -> Value {
    let input = json!({ "org": app.org(org).to_string(), "parent": app.org(parent).to_string(), "effect": on(day) });
    who.mutate("moveOrg", input, "org { code }").await
}

#[tokio::test]
async fn dates_cycles_codes_and_what_is_open_are_refused_by_name() {
    let app = TestApp::new().await;
    let system = app.actor("zj/province/system");
    let future = moved(&system, &app, "zj/village", "zj/town2", "2026-03-03").await;
    assert_eq!((problem(&future), field(&future).0), ("BAD_DATE", "effectiveOn"));
    assert!(field(&future).1.contains("2026-03-03"), "{future}");
    assert_eq!(problem(&moved(&system, &app, "zj/village", "zj/town2", "2026-02-20").await), "");
    let early = moved(&system, &app, "zj/village", "zj/town", "2026-02-19").await;
    assert!(field(&early).1.contains("2026-02-20"), "{early}");
    let english = system.in_english();
    let early = moved(&english, &app, "zj/village", "zj/town", "2026-02-19").await;
    assert!(field(&early).1.starts_with("2026-02-19 is before the last recorded change"), "{early}");

    assert_eq!(problem(&moved(&system, &app, "zj/county", "zj/village2", "2026-02-21").await), "CYCLE");
    assert_eq!(problem(&moved(&system, &app, "zj/county", "zj/county", "2026-02-21").await), "CYCLE");
    assert_eq!(problem(&moved(&system, &app, "zj/province", "zj/city", "2026-02-21").await), "WRONG_STATE");

    let new = |code: &str, parent: &str| json!({ "parent": app.org(parent).to_string(), "kind": "BRANCH", "code": code, "name": "新支部" });
    let taken = system.mutate("createOrg", new("330106109202", "zj/town"), "org { code }").await;
    assert_eq!((problem(&taken), field(&taken).0), ("TAKEN", "code"));
    let bad = system.mutate("createOrg", new("bad code", "zj/town"), "org { code }").await;
    assert_eq!((problem(&bad), field(&bad).0), ("INVALID", "code"));
    let deep = system.mutate("createOrg", new("1", "zj/village2"), "org { code }").await;
    assert_eq!((problem(&deep), field(&deep).0), ("INVALID", "parent"));

    let open = system.mutate("closeOrg", json!({ "org": app.org("zj/town").to_string() }), "org { code }").await;
    assert_eq!(problem(&open), "STILL_OPEN");
    assert!(field(&open).1.contains("1 个下级组织"), "{open}");
    // Until the day before yesterday another stood below it.
    assert_eq!(problem(&moved(&system, &app, "zj/village2", "zj/town2", "2026-02-25").await), "");
    let closed = |day: &str| json!({ "org": app.org("zj/town").to_string(), "effect": on(day) });
    let early = system.mutate("closeOrg", closed("2026-02-24"), "org { code }").await;
    assert!(problem(&early) == "BAD_DATE" && field(&early).1.contains("2026-02-25"), "{early}");
    assert_eq!(problem(&system.mutate("closeOrg", closed("2026-02-25"), "org { code }").await), "");
    let into = system.mutate("createOrg", new("2", "zj/town"), "org { code }").await;
    assert_eq!(problem(&into), "CLOSED");
}

#[tokio::test]
async fn a_cycle_on_a_past_day_is_one_too() {
    let app = TestApp::new().await;
    let system = app.actor("zj/province/system");
    let city = app.org("zj/city").to_string();
    let found = async |code: &str| {
        let new = json!({ "parent": city, "kind": "COMMITTEE", "code": code, "name": "新区党委", "effect": on("2026-02-01") });
        system.mutate("createOrg", new, "org { id }").await["org"]["id"].as_str().unwrap().to_owned()
    };
    let (east, west) = (found("330198").await, found("330199").await);
    let moved = async |org: &str, parent: &str, day: &str, level: Option<i16>| {
        let input = json!({ "org": org, "parent": parent, "level": level, "effect": on(day) });
        system.mutate("moveOrg", input, "org { level }").await
    };
    assert_eq!(moved(&east, &west, "2026-02-10", None).await["org"]["level"], 4);
    // Away again: at the level that it has come to, unless the old one is asked for.
    assert_eq!(problem(&moved(&east, &city, "2026-02-20", Some(2)).await), "INVALID");
    assert_eq!(moved(&east, &city, "2026-02-20", Some(3)).await["org"]["level"], 3);
    // From the 15th on, the west would have stood below the east while the east stood below the west.
    assert_eq!(problem(&moved(&west, &east, "2026-02-15", None).await), "CYCLE");
    assert_eq!(problem(&moved(&west, &east, "2026-02-20", None).await), "");
}

#[tokio::test]
async fn only_whoever_governs_both_sides_moves_and_nobody_learns_more() {
    let app = TestApp::new().await;
    let input =
        |org: &str, parent: &str| json!({ "org": app.org(org).to_string(), "parent": app.org(parent).to_string() });
    let code = |body: Value| body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
    let admin = app.actor("zj/town/org_admin");
    // Its own village, but another's town; another's village; its own town.
    for (org, parent) in [("zj/village", "zj/town2"), ("zj/village3", "zj/town"), ("zj/town", "zj/county2")] {
        assert_eq!(
            code(admin.try_mutate("moveOrg", input(org, parent), "org { code }").await),
            "FORBIDDEN",
            "{org} {parent}"
        );
    }
    for who in ["zj/town/reviewer", "zj/village/secretary", "zj/province/security", "zj/province/audit"] {
        let refused = app.actor(who).try_mutate("moveOrg", input("zj/village", "zj/town2"), "org { code }").await;
        assert_eq!(code(refused), "FORBIDDEN", "{who}");
    }
    let stranger = app.actor("edu/university/system");
    assert_eq!(
        code(stranger.try_mutate("moveOrg", input("zj/village", "zj/town2"), "org { code }").await),
        "NOT_FOUND"
    );
    // A successor comes to read what the closed one wrote: that is asked for at the successor.
    let close = json!({ "org": app.org("zj/village").to_string(), "successor": app.org("zj/village3").to_string() });
    assert_eq!(code(admin.try_mutate("closeOrg", close, "org { code }").await), "FORBIDDEN");
}

#[tokio::test]
async fn a_repeated_founding_founds_once() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let input = json!({ "idempotencyKey": "found-one-branch", "parent": app.org("zj/town").to_string(), "kind": "BRANCH",
        "code": "330106109999", "name": "新支部", "description": { "unitName": "华联村", "termStart": "2025-01-01", "termYears": 5 } });
    let first = admin.mutate("createOrg", input.clone(), "org { id unitName termEnd }").await;
    let again = admin.mutate("createOrg", input, "org { id unitName termEnd }").await;
    assert_eq!(first, again);
    assert_eq!(
        (&first["org"]["unitName"], &first["org"]["termEnd"]),
        (&json!("华联村"), &json!("2030-01-01")),
        "{first}"
    );
}

#[tokio::test]
async fn the_system_administrator_alone_sets_the_tenant() {
    let app = TestApp::new().await;
    let (system, recorder) = (app.actor("zj/province/system"), app.actor("zj/village/recorder"));
    let tenant = "{ tenant { key levels { level name } routes { type levels } settings { reviewDays timeZone } } }";
    let data = system.data(tenant, json!({})).await;
    assert_eq!((&data["tenant"]["key"], &data["tenant"]["levels"][4]["name"]), (&json!("zj"), &json!("村（社区）")));
    assert_eq!(data["tenant"]["settings"], json!({ "reviewDays": 7, "timeZone": "Asia/Shanghai" }));
    let seen = recorder.query("{ tenant { key settings { reviewDays } } }", json!({})).await;
    assert_eq!(
        (&seen["data"]["tenant"]["key"], &seen["errors"][0]["extensions"]["code"]),
        (&json!("zj"), &json!("FORBIDDEN"))
    );

    let settings = json!({ "reviewDays": 10, "lateDays": 20, "timeZone": "Asia/Urumqi" });
    let refused = recorder.try_mutate("updateTenantSettings", settings.clone(), "settings { reviewDays }").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let payload = system.mutate("updateTenantSettings", settings, "settings { reviewDays lateDays timeZone }").await;
    assert_eq!(payload["settings"], json!({ "reviewDays": 10, "lateDays": 20, "timeZone": "Asia/Urumqi" }));
    let wrong = json!({ "reviewDays": 0, "lateDays": 20, "timeZone": "Mars/Olympus" });
    let payload = system.mutate("updateTenantSettings", wrong, "settings { reviewDays }").await;
    assert_eq!(payload["problems"].as_array().unwrap().len(), 2);

    let route = json!({ "type": "DK", "levels": [4] });
    assert_eq!(problem(&system.mutate("setRoute", route, "route { type levels kinds }").await), "");
    assert_eq!(
        problem(&system.mutate("setRoute", json!({ "type": "DK", "levels": [6] }), "route { type }").await),
        "INVALID"
    );
    assert_eq!(problem(&system.mutate("setRoute", json!({ "type": "NIX" }), "route { type }").await), "UNKNOWN_TYPE");
}
