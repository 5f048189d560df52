//! Whoever sees a number opens, through the interface, what stands behind it and is his to read.

use std::collections::BTreeSet;

use domain::record::Writing;
use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use crate::flow::desk::{Desk, code, day, done, example, remarks, warned};

const DRILL: &str = "query($input: DrillInput!, $first: Int, $after: String) {
    drill(input: $input, first: $first, after: $after) {
      total held elsewhere
      submissions { nodes { recordId round type month title receipt { id } origin { id } } pageInfo { hasNextPage endCursor } }
    } }";
const FIGURES: &str = "query($input: FiguresInput!) { figures(input: $input) { type state count } }";
const STATES: [&str; 4] = ["IN_REVIEW", "RETURNED", "WITHDRAWN", "FINAL"];

fn number(org: &Value, of_type: &str, state: &str, child: &Value) -> Value {
    json!({ "org": org, "from": 202_601, "to": 202_612, "ofType": of_type, "state": state, "child": child })
}

/// A drilled number with its whole list, page by page.
struct Opened {
    total: i64,
    held: i64,
    elsewhere: Value,
    nodes: Vec<Value>,
}

impl Opened {
    /// The records of the list, in its order.
    fn records(&self) -> Vec<&str> {
        self.nodes.iter().map(|node| node["recordId"].as_str().unwrap()).collect()
    }
}

async fn open(who: &Actor<'_>, input: Value, first: i32) -> Opened {
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = who.data(DRILL, json!({ "input": input, "first": first, "after": after })).await;
        let drilled = &data["drill"];
        let page = drilled["submissions"]["nodes"].as_array().unwrap();
        assert!(page.len() <= usize::try_from(first).unwrap(), "{page:?}");
        nodes.extend(page.iter().cloned());
        after = drilled["submissions"]["pageInfo"]["endCursor"].clone();
        if drilled["submissions"]["pageInfo"]["hasNextPage"] == json!(false) {
            let number = |name: &str| drilled[name].as_i64().unwrap();
            let opened =
                Opened { total: number("total"), held: number("held"), elsewhere: drilled["elsewhere"].clone(), nodes };
            assert_eq!(opened.nodes.len(), usize::try_from(opened.held).unwrap(), "the list is as long as it says");
            let rounds: BTreeSet<_> = opened
                .nodes
                .iter()
                .map(|node| (&node["recordId"], &node["round"]))
                .map(|key| format!("{key:?}"))
                .collect();
            assert_eq!(rounds.len(), opened.nodes.len(), "each once: {:?}", opened.nodes);
            return opened;
        }
    }
}

/// Sends a confirmed record with an empty route: the organisation registers it itself.
async fn register(author: &Desk<'_>, other: &Desk<'_>) -> String {
    let id = author.draft("DK", example("DK")).await;
    done(other.submit(id, 1).await).record.to_string()
}

/// A branch's records in every state, some of them for several types.
async fn live(app: &TestApp) {
    let (recorder, secretary) = (Desk::of(app, "zj/village/recorder"), Desk::of(app, "zj/village/secretary"));
    let town = Desk::of(app, "zj/town/reviewer");
    let both = Writing { tags: vec![code("DXZH"), code("ZTDR")], ..example("ZBDH") };
    let id = recorder.draft("ZBDH", both.clone()).await;
    done(recorder.submit(id, 1).await);
    recorder.send("ZZSHH").await;
    // Returned, mended and sent again: one round in each state.
    let back = recorder.send("ZBDH").await;
    done(town.give_back(back.receipt, remarks()).await);
    let rev = recorder.record(back.record).await.head.rev;
    let rev = done(recorder.save(back.record, rev, both).await).rev;
    done(recorder.submit(back.record, rev).await);
    done(town.give_back(recorder.send("ZZSHH").await.receipt, remarks()).await);
    done(recorder.recall(recorder.send("ZBDH").await.record).await);
    // The town is the last level of the one, and the other has none.
    done(town.approve(recorder.send("ZZSHH").await.receipt).await);
    register(&recorder, &secretary).await;
}

#[tokio::test]
async fn a_branch_opens_whatever_its_figures_count() {
    let app = TestApp::new().await;
    live(&app).await;
    app.fold().await;
    Desk::of(&app, "zj/village2/recorder").send("ZBDH").await;
    let branch = app.actor("zj/village/recorder");
    let org = json!(branch.org.to_string());
    let types = ["*", "ZBDH", "ZZSHH", "DK", "DXZH", "ZTDR"];
    let asked = json!({ "org": org, "from": 202_601, "to": 202_612, "types": types });
    let figures = branch.data(FIGURES, json!({ "input": asked })).await;
    let mut numbers = 0;
    for of_type in types {
        for state in STATES {
            let fits = |cell: &&Value| cell["type"] == of_type && cell["state"] == state;
            let count = figures["figures"]
                .as_array()
                .unwrap()
                .iter()
                .find(fits)
                .map_or(0, |cell| cell["count"].as_i64().unwrap());
            for first in [1, 2, 50] {
                let opened = open(&branch, number(&org, of_type, state, &Value::Null), first).await;
                assert_eq!((opened.total, opened.held), (count, count), "{of_type} {state}");
                assert_eq!(opened.elsewhere, json!(0));
                assert!(opened.nodes.iter().all(|node| node["receipt"].is_null() && node["origin"]["id"] == org));
                for id in opened.records() {
                    let record =
                        branch.data("query($id: ID!) { record(id: $id) { title } }", json!({ "id": id })).await;
                    assert!(record["record"]["title"].is_string(), "{record}");
                }
            }
            numbers += count;
        }
    }
    // All types once: 3 in review, 2 returned, 1 withdrawn, 2 final; by primary type the same again; by tag 2 and 2.
    assert_eq!(numbers, 2 * (3 + 2 + 1 + 2) + 4);
    let mine = number(&org, "*", "FINAL", &org);
    assert_eq!(open(&branch, mine, 1).await.held, 2, "the organisation named as its own child: its own records");
}

#[tokio::test]
async fn a_committee_opens_its_own_records_and_those_it_has_received() {
    let app = TestApp::new().await;
    let (author, colleague) = (Desk::of(&app, "zj/town/reviewer"), Desk::of(&app, "zj/town/reviewer2"));
    let mut own = Vec::new();
    for _ in 0..2 {
        let id = author.draft("ZBDH", example("ZBDH")).await;
        own.push(warned(author.submit(id, 1).await).0.record.to_string());
        app.clock.turn(chrono::TimeDelta::seconds(1));
    }
    let mut received = Vec::new();
    for (village, on) in
        [("village", "2026-02-26"), ("village2", "2026-02-20"), ("village", "2026-01-15"), ("village2", "2026-02-26")]
    {
        let desk = Desk::of(&app, &format!("zj/{village}/recorder"));
        let id = desk.draft("ZBDH", Writing { occurred_on: day(on), ..example("ZBDH") }).await;
        received.push(done(desk.submit(id, 1).await));
    }
    // Of January: the last, though it came third.
    let newest = [3, 1, 0, 2].map(|at: usize| received[at].clone());
    let registered = register(&author, &colleague).await;
    app.fold().await;

    let town = app.actor("zj/town/archivist");
    let org = json!(town.org.to_string());
    let expected: Vec<String> =
        own.iter().rev().cloned().chain(newest.iter().map(|sent| sent.record.to_string())).collect();
    for first in 1..=7 {
        let all = open(&town, number(&org, "*", "IN_REVIEW", &Value::Null), first).await;
        assert_eq!((all.total, all.held, &all.elsewhere), (6, 6, &json!(0)));
        assert_eq!(all.records(), expected, "own ones first, the newest month first, by {first}");
        assert!(all.nodes[..2].iter().all(|node| node["receipt"].is_null()));
        let held: Vec<_> = all.nodes[2..].iter().map(|node| node["receipt"]["id"].clone()).collect();
        let receipts: Vec<_> = newest.iter().map(|sent| json!(sent.receipt.to_string())).collect();
        assert_eq!(held, receipts);
    }
    // Own, and held under a receipt of its own as well: once.
    let last = open(&town, number(&org, "DK", "FINAL", &Value::Null), 1).await;
    assert_eq!((last.total, last.records()), (1, vec![registered.as_str()]));
    let mine = open(&town, number(&org, "*", "IN_REVIEW", &org), 1).await;
    assert_eq!((mine.total, mine.records()), (2, expected[..2].iter().map(String::as_str).collect()));
    let village = open(&town, number(&org, "*", "IN_REVIEW", &json!(app.org("zj/village").to_string())), 1).await;
    assert_eq!((village.total, village.held), (2, 2));

    // The county has received the town's own ones; the villages' are still below it.
    let county = app.actor("zj/county/reviewer");
    let above = open(&county, number(&json!(county.org.to_string()), "*", "IN_REVIEW", &Value::Null), 1).await;
    assert_eq!((above.total, above.held, above.elsewhere), (6, 2, json!(4)));
}

#[tokio::test]
async fn what_is_not_ones_own_stays_a_figure() {
    let app = TestApp::new().await;
    live(&app).await;
    let village = json!(app.org("zj/village").to_string());
    let asked = number(&village, "*", "IN_REVIEW", &Value::Null);
    // From above, and for whoever administers but does not read: the number alone.
    for key in ["zj/town/reviewer", "zj/county/archivist", "zj/town/org_admin"] {
        let opened = open(&app.actor(key), asked.clone(), 100).await;
        assert_eq!((opened.total, opened.held, opened.elsewhere), (3, 0, json!(3)), "{key}");
    }
    let at_town = number(&json!(app.org("zj/town").to_string()), "*", "WITHDRAWN", &Value::Null);
    let recalled = open(&app.actor("zj/town/reviewer"), at_town.clone(), 100).await;
    assert_eq!(
        (recalled.total, recalled.held, recalled.elsewhere),
        (1, 0, json!(1)),
        "what was recalled shows nothing"
    );
    let admin = open(&app.actor("zj/town/org_admin"), at_town, 100).await;
    assert_eq!((admin.total, admin.held), (1, 0));
    for key in ["zj/village2/recorder", "zj/village2/secretary", "zj/town2/reviewer", "edu/branch/recorder"] {
        let refused = app.actor(key).query(DRILL, json!({ "input": asked })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{key}: {refused}");
        assert!(refused["data"]["drill"].is_null());
    }
    let forged = app.actor("zj/village/recorder").query(DRILL, json!({ "input": asked, "after": "bm9uZQ" })).await;
    assert_eq!(forged["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{forged}");
}

/// What a closed branch has reported is opened by whoever continues it, at the number of the closed one.
#[tokio::test]
async fn a_successor_opens_what_it_continues() {
    let app = TestApp::new().await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZZSHH").await;
    done(Desk::of(&app, "zj/town/reviewer").approve(sent.receipt).await);
    let heir = app.actor("zj/village2/secretary");
    let asked = number(&json!(app.org("zj/village").to_string()), "*", "FINAL", &Value::Null);
    let before = heir.query(DRILL, json!({ "input": asked })).await;
    assert_eq!(before["errors"][0]["extensions"]["code"], "NOT_FOUND", "{before}");
    let close = json!({ "org": app.org("zj/village").to_string(), "successor": heir.org.to_string() });
    let closed = app.actor("zj/province/system").mutate("closeOrg", close, "org { code }").await;
    assert_eq!(closed["problems"], json!([]), "{closed}");
    let opened = open(&heir, asked, 10).await;
    assert_eq!((opened.total, opened.records()), (1, vec![sent.record.to_string().as_str()]));
}

const MANY: &str = "WITH village AS (SELECT tenant_id, id FROM org WHERE code = '330106109201'),
      one AS (SELECT s.* FROM submission s JOIN village v ON v.tenant_id = s.tenant_id AND v.id = s.org_id),
      new AS (SELECT gen_random_uuid() AS id FROM generate_series(1, 10000)),
      head AS (INSERT INTO record (tenant_id, id, org_id, type, type_version, state, round, created_by, created_at, updated_at)
               SELECT one.tenant_id, new.id, one.org_id, one.type, 1, one.state, 1, one.submitted_by, one.submitted_at, one.submitted_at FROM one, new),
      text AS (INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at, submitted)
               SELECT one.tenant_id, new.id, 1, one.org_id, '许多', '2026-02-26', '{}', one.submitted_by, one.submitted_at, true FROM one, new)
    INSERT INTO submission SELECT s.* FROM one, new
      CROSS JOIN LATERAL jsonb_populate_record(NULL::submission, to_jsonb(one) || jsonb_build_object('record_id', new.id)) AS s";

/// Beyond what is counted nothing is said of what is elsewhere.
#[tokio::test]
async fn what_is_elsewhere_is_told_while_it_is_counted() {
    let app = TestApp::new().await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    testkit::sql(&app.owner, MANY).await;
    let branch = app.actor("zj/village/recorder");
    let input = number(&json!(branch.org.to_string()), "*", "IN_REVIEW", &Value::Null);
    let data = branch.data(DRILL, json!({ "input": input, "first": 100 })).await;
    let drilled = &data["drill"];
    assert_eq!(
        (&drilled["total"], &drilled["held"], &drilled["elsewhere"]),
        (&json!(10_001), &json!(10_000), &Value::Null)
    );
}
