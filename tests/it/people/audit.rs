use chrono::TimeDelta;
use serde_json::json;
use testkit::TestApp;

use super::code;
use crate::flow::desk::{Desk, done, example, with};

const SEARCH: &str = "query($account: ID, $object: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
    audit(account: $account, object: $object, from: $from, to: $to, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { no action objectId before after reason postId account { name } } } }";

#[tokio::test]
async fn the_auditor_finds_what_was_done_by_whom_to_what_and_when() {
    let app = TestApp::new().await;
    let (admin, recorder, audit) =
        (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"), app.actor("zj/province/audit"));
    let grant =
        json!({ "account": recorder.account.to_string(), "org": admin.org.to_string(), "role": "committee_archivist" });
    let post = admin.mutate("grantPost", grant, "post { id }").await["post"]["id"].clone();
    app.clock.turn(TimeDelta::hours(1));
    admin.mutate("endPost", json!({ "id": post, "reason": "误授" }), "post { id }").await;

    let of_object = audit.data(SEARCH, json!({ "object": post })).await;
    let nodes = of_object["audit"]["nodes"].as_array().unwrap();
    let actions: Vec<_> = nodes.iter().map(|node| node["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["post.end", "post.grant"], "newest first");
    assert_eq!(nodes[0]["reason"], "误授");
    assert_eq!(nodes[0]["postId"], admin.post.to_string());
    assert!(nodes[0]["before"]["to"].is_null() && !nodes[0]["after"]["to"].is_null());

    let by_person = json!({ "account": admin.account.to_string(), "first": 1 });
    let page = audit.data(SEARCH, by_person).await;
    assert_eq!(page["audit"]["pageInfo"]["hasNextPage"], true);
    let after = &page["audit"]["pageInfo"]["endCursor"];
    let next = audit.data(SEARCH, json!({ "account": admin.account.to_string(), "first": 1, "after": after })).await;
    assert_eq!(next["audit"]["nodes"][0]["action"], "post.grant");
    let begun = testkit::TestClock::beginning();
    let early = json!({ "from": begun, "to": begun + TimeDelta::minutes(1) });
    let actions = audit.data(SEARCH, early).await["audit"]["nodes"].as_array().unwrap().len();
    assert_eq!(actions, 1, "the grant alone");
}

#[tokio::test]
async fn the_trail_is_the_auditors_alone() {
    let app = TestApp::new().await;
    for key in ["zj/village/recorder", "zj/province/org_admin", "zj/province/system", "zj/province/security"] {
        assert_eq!(code(&app.actor(key).query(SEARCH, json!({})).await), "FORBIDDEN", "{key}");
    }
    let foreign = app.actor("edu/university/audit").data(SEARCH, json!({})).await;
    assert_eq!(foreign["audit"]["nodes"], json!([]));
}

const NAMED: &str = "query($object: ID, $action: String) { audit(object: $object, action: $action, first: 50) { nodes {
    action label objectId org { name } object { kind name what org { name } account { name } receipt { no org { id } } } } } }";
const FIND: &str = "query($text: String!, $org: ID) { auditObjects(text: $text, org: $org) { id name what } }";

/// What was done and to what is said in words: titles of what is public and was sent, of all others where they stand and whose they are.
#[tokio::test]
async fn an_entry_names_its_object_as_far_as_the_auditor_may_know_it() {
    let app = TestApp::new().await;
    let (desk, audit) = (Desk::of(&app, "zj/village/recorder"), app.actor("zj/province/audit"));
    let sent = desk.send("ZBDH").await;
    let draft = desk.draft("ZBDH", example("ZBDH")).await;
    let mut internal = with(example("ZZSHH"), "/place", json!("会议室"));
    internal.confidentiality = 1;
    let internal = done(desk.submit(desk.draft("ZZSHH", internal).await, 1).await).record;
    let of = async |object: String| audit.data(NAMED, json!({ "object": object })).await["audit"]["nodes"][0].clone();

    let told = of(sent.record.to_string()).await;
    assert_eq!((&told["action"], &told["label"]), (&json!("record.submit"), &json!("报送记录")));
    assert_eq!(told["org"]["name"], told["object"]["org"]["name"]);
    assert_eq!(told["object"]["name"], example("ZBDH").title.as_str());
    assert_eq!(told["object"]["what"], "支部党员大会记录");
    assert_eq!(told["object"]["receipt"]["no"], sent.receipt.no.0);
    assert_eq!(told["object"]["receipt"]["org"]["id"], sent.receipt.org.to_string());
    for hidden in [draft, internal] {
        let told = of(hidden.to_string()).await["object"].clone();
        assert_eq!((&told["name"], &told["what"].is_string()), (&json!(null), &true), "{told}");
        assert!(told["org"]["name"].as_str().unwrap().contains("华联村"), "{told}");
    }
    // What was taken back is nobody's above any more.
    done(desk.recall(sent.record).await);
    assert_eq!(of(sent.record.to_string()).await["object"]["name"], json!(null));

    let (admin, recorder) = (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"));
    let grant =
        json!({ "account": recorder.account.to_string(), "org": admin.org.to_string(), "role": "committee_archivist" });
    let post = admin.mutate("grantPost", grant, "post { id }").await["post"]["id"].clone();
    let told = of(post.as_str().unwrap().to_owned()).await["object"].clone();
    assert_eq!((&told["kind"], &told["what"]), (&json!("post"), &json!("档案员")));
    assert!(told["account"]["name"].as_str().unwrap().contains("village-recorder"), "{told}");
    let english = audit.in_english().data(NAMED, json!({ "object": post })).await["audit"]["nodes"][0].clone();
    assert_eq!(english["label"], "grant a post");
}

/// A receipt leads to its record; so does the beginning of a title that the auditor may know.
#[tokio::test]
async fn an_object_is_found_by_its_receipt_and_by_how_its_title_begins() {
    let app = TestApp::new().await;
    let (desk, audit) = (Desk::of(&app, "zj/village/recorder"), app.actor("zj/province/audit"));
    let sent = desk.send("ZBDH").await;
    let title = example("ZBDH").title;
    let begins: String = title.chars().take(4).collect();
    let find = async |text: &str, org: Option<String>| {
        let found = audit.data(FIND, json!({ "text": text, "org": org })).await["auditObjects"].clone();
        found.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let record = vec![sent.record.to_string()];
    assert_eq!(find(&sent.receipt.to_string(), None).await, record);
    assert_eq!(find(&sent.receipt.no.0.to_string(), Some(sent.receipt.org.to_string())).await, record);
    assert_eq!(
        find(&sent.receipt.no.0.to_string(), Some(app.org("zj/county").to_string())).await,
        Vec::<String>::new()
    );
    assert_eq!(find(&begins, None).await, record);
    assert_eq!(find(&title, None).await, record);
    assert_eq!(find(&format!("{title}某"), None).await, Vec::<String>::new());
    let inner: String = title.chars().skip(1).take(4).collect();
    assert_eq!(find(&inner, None).await, Vec::<String>::new(), "only how it begins");
    // Neither a draft nor what another tenant has.
    desk.draft("ZBDH", example("ZBDH")).await;
    assert_eq!(find(&begins, None).await, record);
    let foreign = app.actor("edu/university/audit");
    for text in [title.as_str(), &sent.receipt.to_string()] {
        assert_eq!(foreign.data(FIND, json!({ "text": text })).await["auditObjects"], json!([]));
    }
    assert_eq!(code(&audit.query(FIND, json!({ "text": "一" })).await), "BAD_REQUEST");
    assert_eq!(code(&app.actor("zj/province/security").query(FIND, json!({ "text": title })).await), "FORBIDDEN");
}
