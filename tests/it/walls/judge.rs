//! What an answer says, and what it must not say.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::{Actor, Answer};

use super::{
    case::{Case, Denial},
    world::{INTERNAL, LATER, World},
};

/// What a cell must be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Data.
    Done,
    /// A problem of the domain.
    Refused,
    /// This code; where there is none, nothing in the answer.
    Denied(Option<&'static str>),
    /// Nothing, whatever it is called: the one wall that is left decides by itself.
    Barren,
}

/// What is wrong with an answer; nothing, if nothing is.
pub(crate) fn fault(
    world: &World,
    case: &Case,
    actor: &Actor<'_>,
    expected: Expected,
    variables: &Value,
    answer: &Answer,
) -> Option<String> {
    let body = answer.json();
    let wrong = |what: &str| Some(format!("{}, {}: {what}: {body}", case.name(), actor.key));
    if let Some(leak) = leak(world, actor, variables, &answer.text()) {
        return wrong(&format!("tells of {leak}"));
    }
    let code = answer.code();
    if code == "INTERNAL" && expected != Expected::Barren {
        return wrong("a defect");
    }
    let echoed = variables.to_string();
    let barren = is_barren(&body["data"], &echoed);
    let refused = body.to_string().contains(r#""severity":"REFUSAL""#);
    match expected {
        Expected::Done if !code.is_empty() || refused || is_barren(&body["data"], "") => wrong("not done"),
        Expected::Refused if !code.is_empty() || !refused || !barren => wrong("not refused"),
        Expected::Barren | Expected::Denied(_) if !barren => wrong("not denied"),
        Expected::Denied(Some(told)) if code != told => wrong(&format!("not {told}")),
        Expected::Denied(None) if !code.is_empty() => wrong("not an empty answer"),
        Expected::Denied(None)
            if case.denial == Denial::Items && !body.to_string().contains(r#""error":"NOT_FOUND""#) =>
        {
            wrong("an item is not told NOT_FOUND")
        }
        _ => None,
    }
}

/// An id of another tenant, or what a branch has written since its record was returned.
fn leak(world: &World, actor: &Actor<'_>, variables: &Value, body: &str) -> Option<String> {
    // To read what a branch has written since, is its own; and its successor's.
    let writes = ["zj/village/", "zj/village2/"].iter().any(|branch| actor.key.starts_with(branch));
    if body.contains(LATER) && !writes {
        return Some("a version that was sent to nobody".to_owned());
    }
    if world.first_wall && body.contains(INTERNAL) && actor.key.ends_with("/archivist") {
        return Some("an internal record".to_owned());
    }
    let given = ids(&variables.to_string());
    let other = if actor.key.starts_with("edu/") { "zj" } else { "edu" };
    ids(body).into_iter().find(|id| world.ids[other].contains(id) && !given.contains(id))
}

/// Runs of 32 hex digits.
fn ids(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() == 32).map(str::to_owned).collect()
}

/// Nothing is told: neither a text that was not in the question, nor a number, nor that anything was done.
fn is_barren(data: &Value, echoed: &str) -> bool {
    match data {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => echoed.contains(text.as_str()),
        Value::Array(items) => items.iter().all(|item| is_barren(item, echoed)),
        Value::Object(members) => members
            .iter()
            .all(|(name, value)| matches!(name.as_str(), "problems" | "error") || is_barren(value, echoed)),
    }
}
