//! What files a tenant takes, as its system administrator says.

use serde_json::json;
use testkit::TestApp;

use super::client::{Client, text};

const RULES: &str =
    "files { largest perPerson perOrg unfinishedHours types keepUnscanned } problems { code path message }";

#[tokio::test]
async fn the_system_administrator_says_what_is_taken_and_it_holds_at_once() {
    let app = TestApp::new().await;
    let (system, recorder) = (Client::of(&app, "zj/province/system"), Client::of(&app, "zj/village/recorder"));
    let query = "{ tenant { settings { files { largest types keepUnscanned known { mediaType name usual } } } } }";
    let before = system.actor.data(query, json!({})).await["tenant"]["settings"]["files"].take();
    assert_eq!((before["largest"].as_i64(), before["types"].clone()), (Some(4 << 30), json!([])), "{before}");
    let known = before["known"].as_array().unwrap();
    assert!(known.iter().any(|format| format["mediaType"] == "application/ofd" && format["usual"] == true));
    assert!(known.iter().all(|format| format["mediaType"] != "text/html"), "pages that run scripts are no choice");

    let mut rules = json!({ "largest": 2 << 20, "perPerson": 1_i64 << 30, "perOrg": 1_i64 << 32, "unfinishedHours": 24,
                            "types": ["application/pdf"], "keepUnscanned": false });
    let done = system.actor.mutate("updateFileRules", rules.clone(), RULES).await;
    assert_eq!(done["files"]["types"], json!(["application/pdf"]), "{done}");
    let large = recorder.announce("录像.mp4", 3 << 20).await;
    assert_eq!(large.status, 422);
    assert!(large.text().contains("2.0 MB"), "{}", large.text());
    let id = recorder.upload("会议记录.txt", &text(3000)).await;
    assert_eq!(app.examine().await, 1);
    assert_eq!(recorder.file(&id).await["state"], "REFUSED", "no text on the list");
    let after = system.actor.data(query, json!({})).await["tenant"]["settings"]["files"].take();
    assert_eq!((after["largest"].as_i64(), &after["keepUnscanned"]), (Some(2 << 20), &json!(false)));

    rules["types"] = json!(["application/pdf", "text/html"]);
    rules["unfinishedHours"] = json!(100_000);
    let refused = system.actor.mutate("updateFileRules", rules, RULES).await;
    let paths: Vec<_> = refused["problems"].as_array().unwrap().iter().map(|problem| problem["path"].clone()).collect();
    assert_eq!(paths, [json!(["unfinishedHours"]), json!(["types", "1"])], "{refused}");
    assert_eq!(refused["files"], json!(null));
    // The other settings are as they were, and whoever writes those leaves these alone.
    let input = json!({ "reviewDays": 9, "lateDays": 9, "timeZone": "Asia/Shanghai" });
    system.actor.mutate("updateTenantSettings", input, "problems { code }").await;
    let after = system.actor.data(query, json!({})).await["tenant"]["settings"]["files"].take();
    assert_eq!(after["largest"].as_i64(), Some(2 << 20));
}

#[tokio::test]
async fn an_organisation_has_a_quota_that_its_people_share() {
    let app = TestApp::new().await;
    let [system, recorder, colleague, sibling] =
        ["zj/province/system", "zj/village/recorder", "zj/village/recorder2", "zj/village2/recorder"]
            .map(|key| Client::of(&app, key));
    let rules = json!({ "largest": 1 << 20, "perPerson": 1_i64 << 30, "perOrg": 2 << 20, "unfinishedHours": 24, "types": [],
                        "keepUnscanned": true });
    system.actor.mutate("updateFileRules", rules, "files { perOrg }").await;
    recorder.begin("一.txt", 1 << 20).await;
    recorder.begin("二.txt", 900_000).await;
    let refused = colleague.announce("三.txt", 300_000).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("本组织的空间只剩"), "{}", refused.text());
    colleague.begin("三.txt", 100_000).await;
    sibling.begin("三.txt", 300_000).await;
}
