use serde_json::json;
use testkit::TestApp;

use super::codes;

const CHILDREN: &str = "query($id: ID!, $first: Int, $after: String, $order: OrgOrder! = CODE) { org(id: $id) {
    children(first: $first, after: $after, order: $order) { nodes { code name } pageInfo { hasNextPage endCursor } } } }";

#[tokio::test]
async fn the_tree_is_paged_by_code_and_by_chinese_name() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let town = app.org("zj/town").to_string();
    let data = recorder.data(CHILDREN, json!({ "id": town, "first": 1 })).await;
    let page = &data["org"]["children"];
    assert_eq!((codes(page), &page["pageInfo"]["hasNextPage"]), (vec!["330106109201"], &json!(true)));
    let after = page["pageInfo"]["endCursor"].clone();
    let data = recorder.data(CHILDREN, json!({ "id": town, "first": 1, "after": after })).await;
    let page = &data["org"]["children"];
    assert_eq!((codes(page), &page["pageInfo"]["hasNextPage"]), (vec!["330106109202"], &json!(false)));

    // 蒋村 (j) stands before 三墩 (s) by name, and before it by code as well; the county's two are sorted apart.
    let county = app.org("zj/county").to_string();
    let mut seen = Vec::new();
    let mut after = json!(null);
    for _ in 0..2 {
        let asked = json!({ "id": county, "first": 1, "order": "NAME", "after": after });
        let data = recorder.data(CHILDREN, asked).await;
        let page = &data["org"]["children"];
        seen.push(codes(page)[0].to_owned());
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, ["330106013", "330106109"]);
}

#[tokio::test]
async fn an_organisation_knows_its_line_its_level_and_nobody_elses() {
    let app = TestApp::new().await;
    let query = "query($id: ID!) { org(id: $id) { code level levelName kindName state asOf parent { code }
        ancestors { code } unitName contact { telephone } } }";
    let recorder = app.actor("zj/village/recorder");
    let id = json!({ "id": app.org("zj/village").to_string() });
    let body = recorder.query(query, id.clone()).await;
    let org = &body["data"]["org"];
    assert_eq!(codes(&org["ancestors"]), ["33", "3301", "330106", "330106109"]);
    assert_eq!((&org["parent"]["code"], &org["level"]), (&json!("330106109"), &json!(5)));
    assert_eq!((&org["levelName"], &org["kindName"]), (&json!("村（社区）"), &json!("党支部")));
    // The contact is not for the recorder, and says so: he knows of the organisation.
    assert_eq!((&org["contact"], body["errors"][0]["extensions"]["code"].as_str()), (&json!(null), Some("FORBIDDEN")));
    let english = recorder.in_english().query(query, id).await;
    assert_eq!(
        (&english["data"]["org"]["levelName"], &english["data"]["org"]["kindName"]),
        (&json!("village"), &json!("branch"))
    );

    // Another tenant's, and one that never was, are the same.
    let stranger = recorder
        .send("query($id: ID!) { org(id: $id) { code } }", json!({ "id": app.org("edu/branch").to_string() }))
        .await;
    let nobody = recorder
        .send("query($id: ID!) { org(id: $id) { code } }", json!({ "id": format!("org:{}", "7".repeat(32)) }))
        .await;
    assert_eq!((stranger.status, stranger.text()), (nobody.status, nobody.text()));
}

#[tokio::test]
async fn a_search_finds_codes_by_their_beginning_and_names_by_any_part() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let search = "query($text: String!, $within: ID) { searchOrgs(text: $text, within: $within) { nodes { code } } }";
    let found = async |text: &str, within: Option<&str>| {
        let within = within.map(|key| app.org(key).to_string());
        let data = recorder.data(search, json!({ "text": text, "within": within })).await;
        codes(&data["searchOrgs"]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("330106109", None).await, ["330106109", "330106109201", "330106109202"]);
    assert_eq!(found("村党支部", Some("zj/county2")).await, ["330110103201"]);
    // One character, and what is wider or narrower than it was written.
    assert_eq!(found("村", Some("zj/county2")).await, ["330110103201"]);
    let named = "UPDATE org SET short_name = '第３网格Ａ' WHERE code = '330110103201' RETURNING code";
    let _: String = testkit::scalar(&app.owner, named).await;
    for text in ["第3网格", "３网", "格a", "第３网格Ａ"] {
        assert_eq!(found(text, Some("zj/county2")).await, ["330110103201"], "{text}");
    }
    assert_eq!(found("文学院", None).await, Vec::<String>::new());
    // Nothing of a text is a pattern.
    assert_eq!(found("%党%", None).await, Vec::<String>::new());
    let long = recorder.query(search, json!({ "text": "村".repeat(61) })).await;
    assert_eq!(long["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn a_contact_is_written_and_read_from_above() {
    let app = TestApp::new().await;
    let (admin, other) = (app.actor("zj/town/org_admin"), app.actor("zj/town2/org_admin"));
    let village = app.org("zj/village").to_string();
    let contact = json!({ "org": village, "address": " 三墩镇 ", "telephone": "0571-1234" });
    let payload = admin.mutate("setOrgContact", contact.clone(), "contact { address contact telephone }").await;
    assert_eq!(payload["contact"], json!({ "address": "三墩镇", "contact": null, "telephone": "0571-1234" }));
    let read = "query($id: ID!) { org(id: $id) { contact { address } } }";
    assert_eq!(admin.data(read, json!({ "id": village })).await["org"]["contact"]["address"], "三墩镇");
    let refused = other.query(read, json!({ "id": village })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let refused = other.try_mutate("setOrgContact", contact, "contact { address }").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let trace: String = testkit::scalar(&app.owner, "SELECT after::text FROM audit WHERE action = 'org.contact'").await;
    assert!(!trace.contains("0571"), "{trace}");
}
