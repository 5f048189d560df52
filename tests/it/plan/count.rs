//! Statements of a listing: as many for fifty rows as for one, whatever is asked of each row.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::{Actor, Tap, TestApp};

use super::province::loaded;

const MANY: usize = 50;
/// Entering and what a listing reads before its rows, the rows, and up to two loaders after one another.
const MOST: usize = 8;

const SCHEMA: &str = "{ __schema { types { name kind fields(includeDeprecated: true) { name
    args { name type { kind } defaultValue } type { ...T } } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A listing of the schema, and how it is asked.
struct Listing<'a> {
    /// Type and field.
    name: &'static str,
    who: Actor<'a>,
    /// The operation around `…`, what is asked of each row.
    query: &'static str,
    variables: Value,
}

fn listings(app: &TestApp) -> Vec<Listing<'_>> {
    let (county, town2) = (app.actor("zj/county/reviewer"), app.actor("zj/town2/reviewer"));
    let (village, auditor) = (app.actor("zj/village/recorder"), app.actor("zj/province/audit"));
    let admin = app.actor("zj/county/org_admin");
    let at = |who: &Actor<'_>| json!({ "org": who.org.to_string() });
    let drill = json!({ "input": { "org": county.org.to_string(), "from": 202_401, "to": 202_602, "state": "FINAL" } });
    vec![
        Listing {
            name: "Query.receipts",
            query: "query($org: ID!, $first: Int!) { list: receipts(org: $org, queue: HELD, first: $first) { nodes { … } } }",
            variables: at(&county),
            who: county.clone(),
        },
        Listing {
            name: "Query.records",
            query: "query($org: ID!, $first: Int!) { list: records(org: $org, state: FINAL, first: $first) { nodes { … } } }",
            variables: at(&village),
            who: village.clone(),
        },
        Listing {
            name: "Query.recordsToConfirm",
            query: "query($org: ID!, $first: Int!) { list: recordsToConfirm(org: $org, first: $first) { nodes { … } } }",
            variables: at(&village),
            who: village,
        },
        Listing {
            name: "Drilled.submissions",
            query: "query($input: DrillInput!, $first: Int!) { drill(input: $input, first: $first) { list: submissions { nodes { … } } } }",
            variables: drill,
            who: county,
        },
        Listing {
            name: "Org.children",
            query: "query($org: ID!, $first: Int!) { org(id: $org) { list: children(first: $first) { nodes { … } } } }",
            variables: at(&town2),
            who: admin.clone(),
        },
        Listing {
            name: "Query.searchOrgs",
            query: "query($first: Int!) { list: searchOrgs(text: \"330106\", first: $first) { nodes { … } } }",
            variables: json!({}),
            who: admin.clone(),
        },
        Listing {
            name: "Query.posts",
            query: "query($org: ID!, $first: Int!) { list: posts(org: $org, first: $first) { nodes { … } } }",
            variables: at(&admin),
            who: admin.clone(),
        },
        Listing {
            name: "Query.accounts",
            query: "query($org: ID!, $first: Int!) { list: accounts(org: $org, first: $first) { nodes { … } } }",
            variables: at(&admin),
            who: admin,
        },
        Listing {
            name: "Query.inbox",
            query: "query($first: Int!) { list: inbox(first: $first) { nodes { … } } }",
            variables: json!({}),
            who: app.actor("zj/county/reviewer"),
        },
        Listing {
            name: "Query.webhooks",
            query: "query($org: ID!, $first: Int!) { list: webhooks(org: $org, first: $first) { nodes { … } } }",
            variables: json!({ "org": app.org("zj/county").to_string() }),
            who: app.actor("zj/county/org_admin"),
        },
        Listing {
            name: "Query.deadLetters",
            query: "query($first: Int!) { list: deadLetters(first: $first) { nodes { … } } }",
            variables: json!({}),
            who: app.actor("zj/province/system"),
        },
        Listing {
            name: "Query.audit",
            query: "query($first: Int!) { list: audit(first: $first) { nodes { … } } }",
            variables: json!({}),
            who: auditor.clone(),
        },
        Listing {
            name: "Query.auditHeads",
            query: "query($first: Int!) { list: auditHeads(first: $first) { nodes { … } } }",
            variables: json!({}),
            who: auditor,
        },
    ]
}

/// The schema as it describes itself: fields of each object type that need no argument.
struct Shape(BTreeMap<String, Vec<Value>>);

impl Shape {
    async fn of(app: &TestApp) -> Self {
        let schema = app.actor("zj/province/security").data(SCHEMA, json!({})).await;
        let types = schema["__schema"]["types"].as_array().unwrap().iter();
        let objects = types.filter(|kind| kind["kind"] == "OBJECT");
        let named = |kind: &Value| (text(&kind["name"]), kind["fields"].as_array().unwrap().clone());
        Self(objects.filter(|kind| !text(&kind["name"]).starts_with("__")).map(named).collect())
    }

    /// Every field that gives a connection, `Type.field`.
    fn connections(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (name, fields) in &self.0 {
            let lists = fields.iter().filter(|field| innermost(&field["type"]).ends_with("Connection"));
            found.extend(lists.map(|field| format!("{name}.{}", text(&field["name"]))));
        }
        found
    }

    /// What the rows of a listing are.
    fn row(&self, listing: &str) -> String {
        let (of, field) = listing.split_once('.').unwrap();
        let field = self.0[of].iter().find(|found| found["name"] == field).unwrap();
        let nodes = self.0[&innermost(&field["type"])].iter().find(|found| found["name"] == "nodes").unwrap();
        innermost(&nodes["type"])
    }

    /// The fields of a type that can be asked without an argument: plain ones, and those with fields of their own.
    fn fields(&self, of: &str) -> (Vec<String>, Vec<(String, String)>) {
        let needs = |arg: &Value| arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null();
        let free = self.0[of].iter().filter(|field| !field["args"].as_array().unwrap().iter().any(needs));
        let (plain, objects): (Vec<_>, Vec<_>) =
            free.partition(|field| !self.0.contains_key(&innermost(&field["type"])));
        let pair = |field: &Value| (text(&field["name"]), innermost(&field["type"]));
        (plain.iter().map(|field| text(&field["name"])).collect(), objects.into_iter().map(pair).collect())
    }

    /// Everything plain of a type, or of the rows of a connection, a few fields at a time: what is asked has its price.
    fn selections(&self, of: &str) -> Vec<String> {
        let (plain, objects) = self.fields(of);
        let few = |plain: &[String]| plain.chunks(3).map(|few| few.join(" ")).collect::<Vec<_>>();
        match objects.iter().find(|(name, _)| name == "nodes") {
            Some((_, row)) => few(&self.fields(row).0).into_iter().map(|few| format!("nodes {{ {few} }}")).collect(),
            None if plain.is_empty() => vec!["__typename".to_owned()],
            None => few(&plain),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn innermost(kind: &Value) -> String {
    if kind["ofType"].is_object() { innermost(&kind["ofType"]) } else { text(&kind["name"]) }
}

impl Listing<'_> {
    /// Asks for so many rows: the rows, and how many statements it took.
    async fn ask(&self, tap: &Tap, selection: &str, rows: usize) -> (Vec<Value>, Vec<String>) {
        let mut variables = self.variables.clone();
        variables["first"] = rows.into();
        tap.statements();
        let answer = self.who.data(&self.query.replace('…', selection), variables).await;
        let list = ["/list", "/org/list", "/drill/list"].iter().find_map(|at| answer.pointer(at)).unwrap();
        let told = |one: testkit::tap::Statement| format!("{} rows by {}", one.rows, one.text);
        let statements = tap.statements().into_iter().map(told).collect();
        (list["nodes"].as_array().unwrap().clone(), statements)
    }

    /// One row and many, with these fields of each: what is wrong.
    async fn fault(&self, tap: &Tap, field: &str, selection: &str) -> Option<String> {
        let (rows, many) = self.ask(tap, selection, MANY).await;
        assert_eq!(rows.len(), MANY, "{}: too few rows prove nothing", self.name);
        // What is nowhere is asked of nothing: the first rows up to one that has it.
        let few = rows.iter().position(|row| field.is_empty() || !row[field].is_null()).map_or(1, |at| at + 1);
        let (_, few) = self.ask(tap, selection, few).await;
        let fault = match (few.len(), many.len()) {
            (one, many) if one != many => format!("{one} statements for a row, {many} for {MANY}"),
            (_, many) if many > MOST => format!("{many} statements, {MOST} are enough"),
            _ => return None,
        };
        Some(format!("{}, {{ {selection} }}: {fault}\n{}", self.name, many.join("\n")))
    }
}

/// Every listing of the schema, with every field of its rows.
#[tokio::test]
async fn fifty_rows_take_no_more_statements_than_one() {
    let app = loaded().await;
    let shape = Shape::of(&app).await;
    let listings = listings(&app);
    let rows: BTreeSet<String> = listings.iter().map(|listing| listing.name.to_owned()).collect();
    let connections = shape.connections();
    assert_eq!(connections.difference(&rows).next(), None, "this listing has no row in the table of statements");
    assert_eq!(rows.difference(&connections).next(), None, "this row has no listing in the schema");

    let tap = Tap::begin();
    let mut said = Vec::new();
    for listing in &listings {
        let row = shape.row(listing.name);
        let (plain, objects) = shape.fields(&row);
        said.extend(listing.fault(&tap, "", &plain.join(" ")).await);
        for (field, of) in objects {
            for few in shape.selections(&of) {
                said.extend(listing.fault(&tap, &field, &format!("{field} {{ {few} }}")).await);
            }
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n\n"));
}
