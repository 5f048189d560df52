//! A cursor is a place in a list, and nothing else: whatever is written into one, the answer is the part of one's own list
//! behind that place. A list that is not one's own answers as one that is not there, whatever the cursor.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testkit::{Actor, Setup};

use super::{
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

/// A list of somebody's own, in the order of its keys.
struct List<'a> {
    who: Actor<'a>,
    /// With `$org` where it is an organisation's, `$first` and `$after`.
    document: &'static str,
    org: String,
    falling: bool,
}

impl List<'_> {
    async fn page(&self, who: &Actor<'_>, org: &str, after: Option<&str>) -> testkit::Answer {
        who.send(self.document, json!({ "org": org, "first": 100, "after": after })).await
    }

    /// The items behind a cursor.
    async fn behind(&self, after: Option<&str>) -> Vec<Value> {
        let answer = self.page(&self.who, &self.org, after).await.json();
        assert!(answer["errors"].is_null(), "{}: {answer}", self.document);
        let mut list = &answer["data"];
        while list["nodes"].is_null() {
            list = list.as_object().unwrap().values().next().unwrap();
        }
        list["nodes"].as_array().unwrap().clone()
    }
}

fn cursor(key: &Value) -> String {
    URL_SAFE_NO_PAD.encode(key.to_string())
}

/// Ids as they stand in a cursor: of this tenant's others, of the other tenant's, and those next to them.
async fn ids(world: &World) -> Vec<Value> {
    let hyphened =
        |hex: &str| format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]);
    let next = |hex: &str| {
        let last = if hex.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &hex[..31])
    };
    let mut all = vec!["0".repeat(32), "f".repeat(32)];
    for known in [&world.hidden, &world.foreign].into_iter().flat_map(std::collections::BTreeMap::values) {
        let hex = known.split(':').nth(1).unwrap();
        if hex.len() == 32 {
            all.extend([hex.to_owned(), next(hex)]);
        }
    }
    all.iter().map(|hex| hyphened(hex).into()).collect()
}

fn numbers() -> Vec<Value> {
    [i64::MIN, -1, 0, 1, 2, 3, 4, 5, 8, 13, 21, 34, 55, 89, 144, 999, i64::MAX].map(Value::from).to_vec()
}

#[tokio::test]
async fn a_cursor_opens_nothing_but_ones_own_list() {
    let world = World::new(Setup::default()).await;
    let app = &world.app;
    let (village, town) = (app.org("zj/village").to_string(), app.org("zj/town").to_string());
    for _ in 0..3 {
        draft(&app.actor("zj/village/recorder")).await;
    }
    let ids = ids(&world).await;
    let codes: Vec<Value> =
        ["", "33", "330106", "330106109", "330106109201", "330110", "10", "1001", "9"].map(Value::from).to_vec();
    let places: Vec<Value> = codes.iter().map(|code| json!({ "code": code, "name": "" })).collect();
    let list = |key: &str, org: &str, falling: bool, document: &'static str| List {
        who: app.actor(key),
        document,
        org: org.to_owned(),
        falling,
    };
    let lists = [
        (
            list(
                "zj/village/recorder",
                &village,
                true,
                "query($org: ID!, $first: Int, $after: String) {
                    records(org: $org, state: DRAFT, first: $first, after: $after) { nodes { id title } } }",
            ),
            &ids,
        ),
        (
            list(
                "zj/town/org_admin",
                &village,
                false,
                "query($org: ID!, $first: Int, $after: String) {
                    accounts(org: $org, first: $first, after: $after) { nodes { id name } } }",
            ),
            &ids,
        ),
        (
            list(
                "zj/town/org_admin",
                &village,
                false,
                "query($org: ID!, $first: Int, $after: String) {
                    posts(org: $org, first: $first, after: $after) { nodes { id role } } }",
            ),
            &ids,
        ),
        (
            list(
                "zj/town/reviewer",
                &town,
                true,
                "query($org: ID!, $first: Int, $after: String) {
                    receipts(org: $org, queue: HELD, first: $first, after: $after) { nodes { no title } } }",
            ),
            &numbers(),
        ),
        (
            list(
                "zj/town/reviewer",
                &town,
                false,
                "query($org: ID!, $first: Int, $after: String) {
                    receipts(org: $org, queue: TO_REVIEW, first: $first, after: $after) { nodes { no title } } }",
            ),
            &numbers(),
        ),
        (
            list(
                "zj/province/audit",
                &town,
                true,
                "query($first: Int, $after: String) { audit(first: $first, after: $after) { nodes { no action } } }",
            ),
            &numbers(),
        ),
        (
            list(
                "zj/village/recorder",
                &town,
                false,
                "query($org: ID!, $first: Int, $after: String) {
                    searchOrgs(text: \"33\", within: $org, first: $first, after: $after) { nodes { code name } } }",
            ),
            &codes,
        ),
        (
            list(
                "zj/village/recorder",
                &town,
                false,
                "query($org: ID!, $first: Int, $after: String) {
                    org(id: $org) { children(first: $first, after: $after) { nodes { code name } } } }",
            ),
            &places,
        ),
    ];
    let (abroad, absent) = (app.org("edu/branch").to_string(), format!("org:{}", "0".repeat(32)));
    let stranger = app.actor("edu/college/reviewer");
    for (list, keys) in lists {
        let own = list.behind(None).await;
        assert!(own.len() >= 2, "{} is too short to be tried", list.document);
        for key in keys {
            let place = Key::of(key);
            let rest: Vec<_> = own
                .iter()
                .filter(|node| if list.falling { Key::shown(node) < place } else { Key::shown(node) > place })
                .collect();
            // The audit lists a hundred at a time, of more.
            let found = list.behind(Some(&cursor(key))).await;
            let found: Vec<_> = found.iter().take(rest.len().max(1)).collect();
            if own.len() < 100 {
                assert_eq!(found, rest, "{} behind {key}", list.document);
            }
        }
        // What is no cursor of this list is told as such, whoever else may have made it.
        let broken = ["", "%", "bm90aGluZw", &cursor(&json!({ "org": village })), &cursor(&json!([1, 2]))];
        let refused = list.page(&list.who, &list.org, Some(broken[0])).await.text();
        assert!(refused.contains("BAD_REQUEST"), "{refused}");
        for text in broken {
            assert_eq!(list.page(&list.who, &list.org, Some(text)).await.text(), refused, "{text}");
        }
        // And a list of others tells by no cursor that it is there.
        let known = keys.iter().map(cursor).chain(broken.map(str::to_owned));
        for after in known {
            for (who, org) in [(&list.who, &abroad), (&stranger, &list.org)] {
                let there = shown(&list.page(who, org, Some(&after)).await, org);
                let nowhere = shown(&list.page(who, &absent, Some(&after)).await, &absent);
                assert_eq!(there, nowhere, "{} of {}, {after}", list.document, who.key);
            }
        }
    }
}
