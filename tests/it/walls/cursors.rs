//! A cursor is a place in a list, and nothing else: whatever is written into one, the answer is the part of one's own list
//! behind that place. A list that is not one's own answers as one that is not there, whatever the cursor.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testkit::{Actor, Answer, Setup};

use super::{
    case::On,
    equal::shown,
    world::{World, draft},
};

/// Where something stands in its list.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Key {
    Text(String),
    Number(i64),
}

impl Key {
    /// As it stands in a cursor: of an id its hex digits.
    fn of(cursor: &Value) -> Self {
        match cursor {
            Value::Number(number) => Self::Number(number.as_i64().unwrap()),
            Value::Object(after) if after.contains_key("no") => Self::Number(after["no"].as_i64().unwrap()),
            Value::Object(after) => Self::Text(after["code"].as_str().unwrap().to_owned()),
            _ => Self::Text(cursor.as_str().unwrap().replace('-', "")),
        }
    }

    /// As a node of the list shows it.
    fn shown(node: &Value) -> Self {
        let text = |text: &Value| Self::Text(text.as_str().unwrap().rsplit(':').next().unwrap().to_owned());
        match node {
            _ if node["no"].is_number() => Self::Number(node["no"].as_i64().unwrap()),
            _ if node["code"].is_string() => text(&node["code"]),
            _ => text(&node["id"]),
        }
    }
}

/// A list, and how it is asked for.
struct List {
    who: &'static str,
    /// Whose list: `tenant/organisation`, or a person.
    of: &'static str,
    /// The newest, or the highest number, first.
    falling: bool,
    keys: fn(&World) -> Vec<Value>,
    document: &'static str,
}

const LISTS: [List; 9] = [
    List {
        who: "zj/village/recorder",
        of: "zj/village",
        falling: true,
        keys: ids,
        document: "query($of: ID!, $after: String) {
            records(org: $of, state: DRAFT, first: 100, after: $after) { nodes { id title } } }",
    },
    List {
        who: "zj/village/secretary",
        of: "zj/village",
        falling: true,
        keys: ids,
        document: "query($of: ID!, $after: String) {
            recordsToConfirm(org: $of, first: 100, after: $after) { nodes { id title } } }",
    },
    List {
        who: "zj/town/org_admin",
        of: "zj/village",
        falling: false,
        keys: ids,
        document: "query($of: ID!, $after: String) { accounts(org: $of, first: 100, after: $after) { nodes { id name } } }",
    },
    List {
        who: "zj/town/org_admin",
        of: "zj/village",
        falling: false,
        keys: ids,
        document: "query($of: ID!, $after: String) { posts(org: $of, first: 100, after: $after) { nodes { id role } } }",
    },
    List {
        who: "zj/town/reviewer",
        of: "zj/town",
        falling: true,
        keys: numbers,
        document: "query($of: ID!, $after: String) {
            receipts(org: $of, queue: HELD, first: 100, after: $after) { nodes { no title } } }",
    },
    List {
        who: "zj/town/reviewer",
        of: "zj/town",
        falling: false,
        keys: numbers,
        document: "query($of: ID!, $after: String) {
            receipts(org: $of, queue: TO_REVIEW, first: 100, after: $after) { nodes { no title } } }",
    },
    List {
        who: "zj/province/audit",
        of: "zj/county/reviewer",
        falling: true,
        // Of one moment: the clock of the world stands still.
        keys: |world| {
            numbers(world).into_iter().map(|no| json!({ "at": testkit::TestClock::beginning(), "no": no })).collect()
        },
        document: "query($of: ID!, $after: String) { audit(account: $of, first: 100, after: $after) { nodes { no action } } }",
    },
    List {
        who: "zj/village/recorder",
        of: "zj/town",
        falling: false,
        keys: codes,
        document: "query($of: ID!, $after: String) {
            searchOrgs(text: \"33\", within: $of, first: 100, after: $after) { nodes { code name } } }",
    },
    List {
        who: "zj/village/recorder",
        of: "zj/town",
        falling: false,
        keys: |world| codes(world).into_iter().map(|code| json!({ "code": code, "name": "" })).collect(),
        document: "query($of: ID!, $after: String) {
            org(id: $of) { children(first: 100, after: $after) { nodes { code name } } } }",
    },
];

/// Ids as they stand in a cursor: of this tenant's others, of the other tenant's, and those next to them.
fn ids(world: &World) -> Vec<Value> {
    let hyphened =
        |hex: &str| format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]);
    let next = |hex: &str| format!("{}{}", &hex[..31], if hex.ends_with('0') { '1' } else { '0' });
    let mut all = vec!["0".repeat(32), "f".repeat(32)];
    for known in [&world.hidden, &world.foreign].into_iter().flat_map(BTreeMap::values) {
        let hex = known.split(':').nth(1).unwrap();
        if hex.len() == 32 {
            all.extend([hex.to_owned(), next(hex)]);
        }
    }
    all.iter().map(|hex| hyphened(hex).into()).collect()
}

fn numbers(_: &World) -> Vec<Value> {
    let near = -1..300;
    near.step_by(7).chain([i64::MIN, 0, 1, 2, 3, i64::MAX]).map(Value::from).collect()
}

fn codes(_: &World) -> Vec<Value> {
    ["", "1001", "33", "330106", "330106109", "330106109201", "330110", "9"].map(Value::from).to_vec()
}

fn cursor(key: &Value) -> String {
    URL_SAFE_NO_PAD.encode(key.to_string())
}

/// What stands behind a cursor; everything without one.
async fn page(list: &List, who: &Actor<'_>, of: &str, after: Option<&str>) -> Answer {
    who.send(list.document, json!({ "of": of, "after": after })).await
}

fn nodes(answer: &Answer) -> Vec<Value> {
    let body = answer.json();
    assert!(body["errors"].is_null(), "{body}");
    let mut list = &body["data"];
    while list["nodes"].is_null() {
        list = list.as_object().unwrap().values().next().unwrap();
    }
    list["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_cursor_opens_nothing_but_ones_own_list() {
    let world = World::new(Setup::default()).await;
    let app = &world.app;
    for _ in 0..3 {
        draft(&app.actor("zj/village/recorder")).await;
        world.fresh(On::ToConfirm).await;
    }
    for list in LISTS {
        let person = list.of.matches('/').count() == 2;
        let of = if person { app.actor(list.of).account.to_string() } else { app.org(list.of).to_string() };
        let who = app.actor(list.who);
        let own = nodes(&page(&list, &who, &of, None).await);
        assert!((2..100).contains(&own.len()), "{} items: {}", own.len(), list.document);
        let keys = (list.keys)(&world);
        for key in &keys {
            let place = Key::of(key);
            let behind = |node: &Value| {
                if list.falling { Key::shown(node) < place } else { Key::shown(node) > place }
            };
            let rest: Vec<_> = own.iter().filter(|node| behind(node)).cloned().collect();
            let found = nodes(&page(&list, &who, &of, Some(&cursor(key))).await);
            assert_eq!(found, rest, "{} behind {key}", list.document);
        }
        // What is no cursor of this list is told as such.
        let broken = ["", "%", "bm90aGluZw", &cursor(&json!({ "org": of })), &cursor(&json!([1, 2]))];
        let refused = page(&list, &who, &of, Some(broken[0])).await.text();
        assert!(refused.contains("BAD_REQUEST"), "{refused}");
        for text in broken {
            assert_eq!(page(&list, &who, &of, Some(text)).await.text(), refused, "{text}");
        }
        // And a list of others tells by no cursor that it is there.
        let (abroad, absent) = if person {
            (app.actor("edu/college/reviewer").account.to_string(), format!("account:{}", "0".repeat(32)))
        } else {
            (app.org("edu/branch").to_string(), format!("org:{}", "0".repeat(32)))
        };
        let stranger = app.actor("edu/college/reviewer");
        for after in keys.iter().map(cursor).chain(broken.map(str::to_owned)) {
            for (asker, theirs) in [(&who, &abroad), (&stranger, &of)] {
                let there = shown(&page(&list, asker, theirs, Some(&after)).await, theirs);
                let nowhere = shown(&page(&list, asker, &absent, Some(&after)).await, &absent);
                assert_eq!(there, nowhere, "{} of {}, {after}", list.document, asker.key);
            }
        }
    }
}
