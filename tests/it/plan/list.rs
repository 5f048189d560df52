use std::fmt::Write as _;

use serde_json::{Value, json};
use testkit::{Actor, Tap, TestApp};

use super::{
    carried::Carried,
    province::{WAYS, loaded},
};

/// Rows of a page.
const PAGE: usize = 20;
/// Rows worth looking at for one: its own and one more, in each of up to four tables.
const ENOUGH: f64 = 84.0;
/// How far down a deep page is.
const DEEP: usize = 5;

const RECEIPTS: &str = "query($org: ID!, $queue: ReceiptQueue!, $first: Int, $after: String) {
    page: receipts(org: $org, queue: $queue, first: $first, after: $after) {
      nodes { id title state receivedAt org { name } origin { name } decidedBy { name } } pageInfo { hasNextPage endCursor } } }";
const RECORDS: &str = "query($org: ID!, $state: RecordState!, $first: Int, $after: String) {
    page: records(org: $org, state: $state, first: $first, after: $after) {
      nodes { id type title state rev occurredOn updatedAt } pageInfo { hasNextPage endCursor } } }";
const TO_CONFIRM: &str = "query($org: ID!, $first: Int, $after: String) {
    page: recordsToConfirm(org: $org, first: $first, after: $after) {
      nodes { id type title occurredOn askedAt askedBy { name } } pageInfo { hasNextPage endCursor } } }";
const RECORD: &str = "query($id: ID!) { record(id: $id) { id title state content org { name } author { name } } }";
const TIMELINE: &str = "query($id: ID!) { record(id: $id) {
    timeline { step at who { name } org { name } } rounds { state route { name } receipts { receipt { id org { name } } state } } } }";
const RECEIPT: &str = "query($id: ID!) { receipt(id: $id) {
    receipt { id title state origin { name } } content submittedBy { name } timeline { step who { name } org { name } } } }";
const CHILDREN: &str = "query($org: ID!, $first: Int, $after: String) {
    org(id: $org) { page: children(first: $first, after: $after) { nodes { id code name parent { name } } pageInfo { hasNextPage endCursor } } } }";
const POSTS: &str = "query($org: ID, $account: ID, $first: Int, $after: String) {
    page: posts(org: $org, account: $account, first: $first, after: $after) {
      nodes { id roleName org { name } account { name } grantedBy { name } } pageInfo { hasNextPage endCursor } } }";
const ACCOUNTS: &str = "query($org: ID!, $first: Int, $after: String) {
    page: accounts(org: $org, first: $first, after: $after) { nodes { id name org { name } } pageInfo { hasNextPage endCursor } } }";
const AUDIT: &str = "query($account: ID, $object: ID, $action: String, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
    page: audit(account: $account, object: $object, action: $action, from: $from, to: $to, first: $first, after: $after) {
      nodes { no at action objectId account { name } } pageInfo { hasNextPage endCursor } } }";
const INBOX: &str = "query($unread: Boolean!, $first: Int, $after: String) {
    page: inbox(unreadOnly: $unread, first: $first, after: $after) { nodes { no kind title org { name } } pageInfo { hasNextPage endCursor } } }";
const UNREAD: &str = "{ unreadNotices }";
const WEBHOOKS: &str = "query($org: ID!, $first: Int, $after: String) {
    page: webhooks(org: $org, first: $first, after: $after) { nodes { id name createdBy { name } } pageInfo { hasNextPage endCursor } } }";
const DEAD: &str = "query($first: Int, $after: String) {
    page: deadLetters(first: $first, after: $after) { nodes { id reason account { name } } pageInfo { hasNextPage endCursor } } }";
const HEADS: &str = "query($first: Int, $after: String) {
    page: auditHeads(first: $first, after: $after) { nodes { size at note } pageInfo { hasNextPage endCursor } } }";
const OBJECTS: &str = "query($text: String!) { auditObjects(text: $text) { id name org { name } receipt { id } } }";
const PROOF: &str = "query($no: Int!) { auditProof(no: $no) { file } }";
const CONSISTENCY: &str = "{ auditConsistency { path } }";
const FIGURES: &str = "query($input: FiguresInput!) { figures(input: $input) { childId type month state count child { name } measures { name value } } }";

const DRILL: &str =
    "query($input: DrillInput!, $first: Int, $after: String) { drill(input: $input, first: $first, after: $after) {
    total held elsewhere submissions { nodes { recordId title receipt { id } origin { name } } } } }";

/// Something that the application asks, with what the database has to do for it.
struct Case<'a> {
    name: String,
    who: Actor<'a>,
    query: &'static str,
    variables: Value,
    /// Tables, and the index by which each has to be read.
    through: &'static [(&'static str, &'static str)],
    /// Rows that one statement of it may look at.
    most: f64,
}

/// A list: its first page, and one far down: after `DEEP` pages of this many rows, or the last one.
async fn list<'a>(
    name: &str,
    (who, query): (Actor<'a>, &'static str),
    variables: Value,
    through: &'static [(&'static str, &'static str)],
    rows: usize,
) -> Vec<Case<'a>> {
    let page = |what: &str, first: usize, after: Option<&str>| {
        let mut variables = variables.clone();
        variables["first"] = first.into();
        variables["after"] = after.into();
        Case { name: format!("{name}, {what}"), who: who.clone(), query, variables, through, most: ENOUGH }
    };
    let mut after: Option<String> = None;
    for _ in 0..DEEP {
        let answer = who.data(query, page("", rows, after.as_deref()).variables).await;
        let found = answer.pointer("/page").or_else(|| answer.pointer("/org/page")).unwrap();
        if found["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = found["pageInfo"]["endCursor"].as_str().map(str::to_owned);
    }
    assert!(after.is_some(), "{name}: a single page proves nothing");
    vec![page("first page", PAGE, None), page("deep page", PAGE, after.as_deref())]
}

fn one<'a>(
    name: &str,
    (who, query): (Actor<'a>, &'static str),
    variables: Value,
    through: &'static [(&'static str, &'static str)],
) -> Case<'a> {
    Case { name: name.to_owned(), who, query, variables, through, most: ENOUGH }
}

/// The id of one line of a list.
async fn line(who: &Actor<'_>, query: &str, variables: Value, at: usize) -> Value {
    let answer = who.data(query, variables).await;
    answer["page"]["nodes"][at]["id"].clone()
}

async fn lists(app: &TestApp) -> Vec<Case<'_>> {
    let (county, town2) = (app.actor("zj/county/reviewer"), app.actor("zj/town2/reviewer"));
    let (village, auditor) = (app.actor("zj/village/recorder"), app.actor("zj/province/audit"));
    let admin = app.actor("zj/county/org_admin");
    let queue = |who: &Actor<'_>, queue: &str| json!({ "org": who.org.to_string(), "queue": queue });
    let own = |state: &str| json!({ "org": village.org.to_string(), "state": state });
    let mut all = Vec::new();
    let pkey: &[_] = &[("receipt", "receipt_pkey")];
    let pending: &[_] = &[("receipt", "receipt_pending")];
    let records: &[_] = &[("record", "record_own"), ("record_version", "record_version_pkey")];
    all.extend(list("held", (county.clone(), RECEIPTS), queue(&county, "HELD"), pkey, 100).await);
    all.extend(list("held of a street", (town2.clone(), RECEIPTS), queue(&town2, "HELD"), pkey, 100).await);
    all.extend(list("review queue", (county.clone(), RECEIPTS), queue(&county, "TO_REVIEW"), pending, 100).await);
    all.extend(list("overdue", (county.clone(), RECEIPTS), queue(&county, "OVERDUE"), pending, PAGE).await);
    all.extend(list("my drafts", (village.clone(), RECORDS), own("DRAFT"), records, 100).await);
    all.extend(list("returned to me", (village.clone(), RECORDS), own("RETURNED"), records, 100).await);
    let asked: &[_] = &[("record", "record_asked"), ("record_version", "record_version_pkey")];
    let here = json!({ "org": village.org.to_string() });
    all.extend(list("to confirm", (village.clone(), TO_CONFIRM), here, asked, 100).await);
    let children: &[_] = &[("org", "org_child")];
    all.extend(
        list("children", (town2.clone(), CHILDREN), json!({ "org": town2.org.to_string() }), children, 100).await,
    );
    let at_county = json!({ "org": county.org.to_string() });
    all.extend(list("posts", (admin.clone(), POSTS), at_county.clone(), &[("post", "post_org")], 100).await);
    all.extend(list("people", (admin.clone(), ACCOUNTS), at_county, &[("account", "account_home")], 100).await);
    let inbox = |unread: bool| json!({ "unread": unread });
    let mut notices = list("inbox", (county.clone(), INBOX), inbox(false), &[("notice", "notice_pkey")], 100).await;
    notices.extend(list("unread", (county.clone(), INBOX), inbox(true), &[("notice", "notice_unread")], 20).await);
    // The title of each is found by its key: receipt, submission, version and organisation, with what makes them visible.
    all.extend(notices.into_iter().map(|case| Case { most: 10.0 * 21.0, ..case }));
    let hooks = json!({ "org": county.org.to_string() });
    all.extend(list("webhooks", (admin.clone(), WEBHOOKS), hooks, &[("webhook", "webhook_org")], 20).await);
    let system = app.actor("zj/province/system");
    all.extend(list("dead letters", (system, DEAD), json!({}), &[("delivery", "delivery_failed")], 100).await);
    all.extend(list("audit", (auditor.clone(), AUDIT), json!({}), &[("audit", "audit_at")], 100).await);
    // Long ago: nothing that is newer is looked at.
    let then = json!({ "from": "2024-06-01T00:00:00Z", "to": "2024-09-01T00:00:00Z" });
    all.extend(list("audit of a time", (auditor.clone(), AUDIT), then, &[("audit", "audit_at")], 100).await);
    let action = json!({ "action": "record.24", "from": "2024-06-01T00:00:00Z", "to": "2025-09-01T00:00:00Z" });
    all.extend(list("audit of an action", (auditor.clone(), AUDIT), action, &[("audit", "audit_action")], 100).await);
    let heads: &[_] = &[("audit_head", "audit_head_pkey")];
    all.extend(list("heads", (auditor.clone(), HEADS), json!({}), heads, PAGE).await);
    all
}

async fn singles(app: &TestApp) -> Vec<Case<'_>> {
    let (county, village) = (app.actor("zj/county/reviewer"), app.actor("zj/village/recorder"));
    let (auditor, county_reviewer) = (app.actor("zj/province/audit"), county.clone());
    let own = json!({ "org": village.org.to_string(), "state": "FINAL" });
    let record = line(&village, RECORDS, own, 7).await;
    let held = json!({ "org": county.org.to_string(), "queue": "HELD" });
    let receipt = line(&county, RECEIPTS, held, 7).await;
    let who = "SELECT 'account:' || replace(account_id::text, '-', '') FROM audit WHERE id = 20000";
    let who: String = testkit::scalar(&app.owner, who).await;
    let id = json!({ "id": record });
    let titles: &[_] = &[("record_version", "record_version_title")];
    vec![
        one("record", (village.clone(), RECORD), id.clone(), &[("record", "record_pkey")]),
        one("timeline", (village.clone(), TIMELINE), id, &[("event", "event_pkey"), ("submission", "submission_pkey")]),
        one("receipt", (county, RECEIPT), json!({ "id": receipt }), &[("receipt", "receipt_pkey")]),
        one(
            "posts of a person",
            (village.clone(), POSTS),
            json!({ "account": village.account.to_string() }),
            &[("post", "post_account")],
        ),
        one("audit of an object", (auditor.clone(), AUDIT), json!({ "object": record }), &[("audit", "audit_object")]),
        Case {
            most: 101.0,
            ..one("unread notices", (county_reviewer, UNREAD), json!({}), &[("notice", "notice_unread")])
        },
        // Hardly anything begins so, and a tenth of all.
        one("titles that begin rarely", (auditor.clone(), OBJECTS), json!({ "text": "第77号记" }), titles),
        Case {
            // Ten are told; who may see each title is a question of its own.
            most: 10.0 * 21.0,
            ..one("titles that begin commonly", (auditor.clone(), OBJECTS), json!({ "text": "第1" }), titles)
        },
        one("audit of a person", (auditor.clone(), AUDIT), json!({ "account": who }), &[("audit", "audit_account")]),
        one(
            "proof",
            (auditor.clone(), PROOF),
            json!({ "no": 20_000 }),
            &[("audit_leaf", "audit_leaf_tenant_id_audit_id_key"), ("audit_tile", "audit_tile_pkey")],
        ),
        one("consistency", (auditor, CONSISTENCY), json!({}), &[("audit_tile", "audit_tile_pkey")]),
    ]
}

/// Figures of one month, so that what is live in them is little: at a town what its branches have sent, by child at a county
/// what theirs have. Everything that waits to be folded is looked at, of this tenant alone.
async fn figures(app: &TestApp) -> Vec<Case<'_>> {
    let pending = "SELECT count(*)::int4 FROM rollup_delta d JOIN tenant t ON t.id = d.tenant_id WHERE t.key = 'zj'";
    let pending = f64::from(testkit::scalar::<i32>(&app.owner, pending).await);
    let figure = |key: &str, by_child: bool, live: f64, through| {
        let who = app.actor(key);
        let input = json!({ "org": who.org.to_string(), "from": 202_509, "to": 202_509, "types": ["*", "ZBDH"], "byChild": by_child });
        let name = format!("figures of {key}{}", if by_child { " by child" } else { "" });
        let variables = json!({ "input": input });
        Case { name, who, query: FIGURES, variables, through, most: live + pending }
    };
    let drill = |key: &str, most: f64, through| {
        let who = app.actor(key);
        let input = json!({ "org": who.org.to_string(), "from": 202_509, "to": 202_509, "state": "FINAL" });
        let variables = json!({ "input": input, "first": PAGE });
        Case { name: format!("drill of {key}"), who, query: DRILL, variables, through, most: most + pending }
    };
    vec![
        drill("zj/county/reviewer", 2500.0, &[("receipt", "receipt_drill")]),
        drill("zj/village/recorder", 500.0, &[("submission", "submission_own")]),
        figure(
            "zj/town/reviewer",
            false,
            400.0,
            &[("submission", "submission_parent"), ("submission", "submission_own")],
        ),
        figure(
            "zj/county/reviewer",
            true,
            2500.0,
            &[("submission", "submission_grandparent"), ("rollup", "rollup_up")],
        ),
        figure("zj/county/reviewer", false, 100.0, &[("rollup", "rollup_pkey"), ("rollup_delta", "rollup_delta_pkey")]),
        figure("zj/province/reviewer", true, 100.0, &[("rollup", "rollup_up"), ("rollup_delta", "rollup_delta_pkey")]),
    ]
}

/// Carries a case out and gives what is wrong with it, statement by statement.
async fn faults(tap: &Tap, case: &Case<'_>) -> Vec<String> {
    tap.plans();
    case.who.data(case.query, case.variables.clone()).await;
    let plans = tap.plans();
    let carried: Vec<_> = plans.iter().map(Carried).collect();
    let mut faults = Vec::new();
    for one in &carried {
        if let Some(fault) = one.fault(case.most) {
            faults.push(format!("{fault}:\n{}\n{}", one.text(), one.drawn()));
        }
    }
    for (table, index) in case.through {
        if !carried.iter().any(|one| one.reads(table, index)) {
            let drawn: String = carried.iter().map(|one| one.drawn()).collect();
            faults.push(format!("does not read {table} by {index}:\n{drawn}"));
        }
    }
    faults
}

async fn judge(tap: &Tap, cases: &[Case<'_>], way: testkit::tap::Planned, said: &mut String) {
    for case in cases {
        for fault in faults(tap, case).await {
            // What every request does is told once.
            if !said.contains(&fault) {
                let _ = writeln!(said, "== {}, planned {way:?}: {fault}", case.name);
            }
        }
    }
}

/// Every list is one range of its index, whatever stands around it; what has an id is found by it; figures look at what
/// they count.
#[tokio::test]
async fn no_more_is_looked_at_than_is_asked_for() {
    let mut app = loaded().await;
    let mut said = String::new();
    for way in WAYS {
        app.tell_plans(way).await;
        let tap = Tap::begin();
        judge(&tap, &lists(&app).await, way, &mut said).await;
        judge(&tap, &singles(&app).await, way, &mut said).await;
        judge(&tap, &figures(&app).await, way, &mut said).await;
    }
    assert!(said.is_empty(), "{said}");

    // The judge is not blind: without its index the queue is told by its name.
    testkit::sql(&app.owner, "DROP INDEX receipt_pending").await;
    judge(&Tap::begin(), &lists(&app).await, WAYS[0], &mut said).await;
    let told = said
        .lines()
        .filter(|line| line.starts_with("== "))
        .all(|line| ["== review queue", "== overdue"].iter().any(|list| line.starts_with(list)));
    assert!(told && said.contains("== review queue, first page") && said.contains("receipt_pending"), "{said}");
}
