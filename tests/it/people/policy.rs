use serde_json::{Value, json};
use testkit::TestApp;

use super::{code, problem};

const EDITED: &str = "applied version posts lookedAt roles { role action relation gained }
    changes { role action gained account { id } org { id } }";

fn line(role: &str, action: (&str, &str), effect: &str) -> Value {
    let (kind, action) = action;
    json!({ "role": role, "kind": kind, "action": action, "relation": "self", "levelFrom": 1, "levelTo": 12,
            "ceiling": 0, "effect": effect })
}

fn edit(add: &[Value], dry_run: bool) -> Value {
    json!({ "add": add, "remove": [], "dryRun": dry_run })
}

#[tokio::test]
async fn a_dry_run_tells_who_would_lose_what_and_writes_nothing() {
    let app = TestApp::new().await;
    let security = app.actor("zj/province/security");
    let deny = line("branch_recorder", ("record", "submit"), "deny");
    let told = security.mutate("editPolicy", edit(std::slice::from_ref(&deny), true), EDITED).await;
    assert_eq!((&told["applied"], &told["version"]), (&json!(false), &Value::Null), "{told}");
    // Eight recorders of zj: two at each of the four villages.
    assert_eq!((&told["posts"], &told["lookedAt"]), (&json!(8), &json!(8)));
    assert_eq!(told["changes"].as_array().unwrap().len(), 8);
    let lost = |change: &Value| change["gained"] == false && change["action"] == "record.submit";
    assert!(told["changes"].as_array().unwrap().iter().all(lost), "{told}");
    let recorder = app.actor("zj/village/recorder").account.to_string();
    assert!(told["changes"].as_array().unwrap().iter().any(|change| change["account"]["id"] == recorder));
    let count = "SELECT count(*) FROM policy_line";
    assert_eq!(testkit::scalar::<i64>(&app.owner, count).await, 0);

    let done = security.mutate("editPolicy", edit(&[deny], false), EDITED).await;
    assert_eq!(done["applied"], true);
    assert_eq!(testkit::scalar::<i64>(&app.owner, count).await, 1);
}

#[tokio::test]
async fn an_edit_counts_at_the_next_request() {
    let app = TestApp::new().await;
    let (security, recorder) = (app.actor("zj/province/security"), app.actor("zj/village/recorder"));
    let ask = "query($org: ID) { explain(action: \"record.create\", object: $org) { allowed } }";
    let org = json!({ "org": recorder.org.to_string() });
    assert_eq!(recorder.data(ask, org.clone()).await["explain"]["allowed"], true);
    let deny = line("branch_recorder", ("record", "create"), "deny");
    security.mutate("editPolicy", edit(&[deny], false), EDITED).await;
    assert_eq!(recorder.data(ask, org.clone()).await["explain"]["allowed"], false);
    let lines = security.data("{ policyLines { id role words } }", json!({})).await;
    assert_eq!(lines["policyLines"][0]["role"], "branch_recorder");
    let remove = json!({ "remove": [lines["policyLines"][0]["id"]], "dryRun": false });
    assert_eq!(problem(&security.mutate("editPolicy", remove.clone(), EDITED).await), "");
    assert_eq!(recorder.data(ask, org).await["explain"]["allowed"], true);
    assert_eq!(problem(&security.mutate("editPolicy", remove, EDITED).await), "INVALID", "it is gone");
}

#[tokio::test]
async fn a_fault_is_told_at_its_line_and_nothing_is_written() {
    let app = TestApp::new().await;
    let security = app.actor("zj/province/security");
    let lines = [
        line("branch_recorder", ("record", "submit"), "deny"),
        line("branch_recorder", ("receipt", "approve"), "allow"),
        line("emperor", ("record", "view"), "allow"),
        line("branch_recorder", ("record", "fly"), "deny"),
    ];
    let payload = security.mutate("editPolicy", edit(&lines, false), EDITED).await;
    let paths: Vec<_> = payload["problems"].as_array().unwrap().iter().map(|problem| problem["path"].clone()).collect();
    assert_eq!(paths, [json!(["add", "1"]), json!(["add", "2"]), json!(["add", "3"])], "{payload}");
    assert_eq!(problem(&payload), "BEYOND_CEILING");
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM policy_line").await, 0);
}

#[tokio::test]
async fn a_role_of_ones_own_stays_within_its_base() {
    let app = TestApp::new().await;
    let security = app.actor("zj/province/security");
    let role = |name: &str, base: &str| json!({ "name": name, "base": base, "zh": "材料员", "en": "clerk" });
    for (name, base, answer) in [
        ("clerk", "org_admin", "INVALID"),
        ("clerk", "clerk", "INVALID"),
        ("X", "branch_recorder", "INVALID"),
        ("member", "branch_recorder", "TAKEN"),
        ("org_admin", "branch_recorder", "TAKEN"),
        ("clerk", "branch_recorder", ""),
        ("clerk", "branch_recorder", "TAKEN"),
    ] {
        let payload = security.mutate("defineRole", role(name, base), "role").await;
        assert_eq!(problem(&payload), answer, "{name} {base}: {payload}");
    }
    let beyond = line("clerk", ("receipt", "approve"), "allow");
    assert_eq!(problem(&security.mutate("editPolicy", edit(&[beyond], false), EDITED).await), "BEYOND_CEILING");
    let within = line("clerk", ("record", "view"), "allow");
    let said = "NO_EFFECT"; // written all the same: nobody holds the role yet
    assert_eq!(problem(&security.mutate("editPolicy", edit(&[within], false), EDITED).await), said);
    let roles = security.data("{ roles { name base builtin lines } }", json!({})).await;
    assert!(roles["roles"].as_array().unwrap().iter().any(|role| role["name"] == "clerk" && role["builtin"] == false));
}

#[tokio::test]
async fn nobody_widens_a_role_that_he_holds() {
    let app = TestApp::new().await;
    let (security, village) = (app.actor("zj/province/security"), app.actor("zj/village/recorder"));
    let role = json!({ "name": "clerk", "base": "branch_recorder", "zh": "材料员", "en": "clerk" });
    security.mutate("defineRole", role, "role").await;
    let admin = app.actor("zj/town/org_admin");
    let grant = json!({ "account": security.account.to_string(), "org": village.org.to_string(), "role": "clerk" });
    assert_eq!(problem(&admin.mutate("grantPost", grant, "post { id }").await), "");
    let wider = edit(&[line("clerk", ("record", "view"), "allow")], false);
    assert_eq!(problem(&security.mutate("editPolicy", wider, EDITED).await), "BEYOND_CEILING");
}

#[tokio::test]
async fn the_policy_is_the_security_administrators() {
    let app = TestApp::new().await;
    let input = edit(&[line("branch_recorder", ("record", "view"), "deny")], true);
    for key in ["zj/village/recorder", "zj/province/org_admin", "zj/province/system", "zj/province/audit"] {
        let body = app.actor(key).try_mutate("editPolicy", input.clone(), EDITED).await;
        assert_eq!(code(&body), "FORBIDDEN", "{key}");
    }
    for (key, answer) in
        [("zj/province/audit", ""), ("zj/province/system", "FORBIDDEN"), ("zj/village/recorder", "FORBIDDEN")]
    {
        let body = app.actor(key).query("{ policyLines { id } }", json!({})).await;
        assert_eq!(code(&body), answer, "{key}");
    }
    let roles = app.actor("zj/village/recorder").data("{ roles { name lines } }", json!({})).await;
    assert!(roles["roles"].as_array().unwrap().iter().all(|role| role["lines"] == json!([])), "names alone");
}
