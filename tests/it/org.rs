//! Organisations: the tree of any day, its changes, and a whole tree out of a file.

mod awaited;
mod import;
mod past;
mod refusal;
mod tree;

use serde_json::{Value, json};

/// Codes of a list of organisations, or of the nodes of a page.
fn codes(list: &Value) -> Vec<&str> {
    let nodes = list.get("nodes").unwrap_or(list).as_array().unwrap();
    nodes.iter().map(|node| node["code"].as_str().unwrap()).collect()
}

/// Code of the first problem of a payload; empty where there is none.
fn problem(payload: &Value) -> &str {
    payload["problems"][0]["code"].as_str().unwrap_or_default()
}

/// The field that it names, and the sentence.
fn field(payload: &Value) -> (&str, &str) {
    let problem = &payload["problems"][0];
    let name = problem["path"].as_array().and_then(|path| path.last()).and_then(Value::as_str);
    (name.unwrap_or_default(), problem["message"].as_str().unwrap_or_default())
}

fn on(day: &str) -> Value {
    json!({ "effectiveOn": day, "documentNo": "组〔2026〕3号", "reason": "区划调整" })
}
