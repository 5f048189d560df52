//! The audit cannot be denied afterwards: every row is in the log once, whatever is killed; what is changed behind its back is named;
//! every look at restricted content is there; and whoever is no auditor learns nothing of it.

mod export;
mod heads;
mod looks;
mod million;
mod proofs;
mod sequence;
mod tampered;
mod walls;

use axum::{body::Body, http::Request};
use domain::audit::{Head, PublicKey, Report, SigningKey, key::KeyName, verify};
use serde_json::{Value, json};
use testkit::{Actor, Answer, TestApp};

/// The half of a key of the tests that an auditor is given.
fn public(seed: u8) -> PublicKey {
    SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[seed; 32]).public()
}

async fn download(app: &TestApp, who: &Actor<'_>) -> Answer {
    let request = Request::get("/audit/export").header("authorization", format!("Bearer {}", who.token));
    app.send(request.body(Body::empty()).unwrap()).await
}

/// The whole log of a tenant as its auditor downloads it.
async fn exported(app: &TestApp, auditor: &str) -> String {
    let answer = download(app, &app.actor(auditor)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

/// Every signed head, the oldest first.
async fn heads(app: &TestApp, auditor: &str) -> Vec<String> {
    let heads = app.actor(auditor).data("{ auditHeads(first: 100) { nodes { note } } }", json!({})).await;
    let nodes = heads["auditHeads"]["nodes"].as_array().unwrap();
    nodes.iter().rev().map(|head| head["note"].as_str().unwrap().to_owned()).collect()
}

fn opened(notes: &[String]) -> Vec<Head> {
    notes.iter().map(|note| Head::open(note, &[public(1)]).unwrap().0).collect()
}

/// What an auditor's check says of an export, with heads that he has kept.
fn checked(export: &str, heads: &[Head]) -> Report {
    verify(export.as_bytes(), heads, &[public(1)]).unwrap()
}

/// A draft of a village branch; internal ones are restricted.
fn writing(title: &str, internal: bool) -> Value {
    let of_type = domain::record_type::built_in().iter().find(|one| one.code.as_str() == "ZBDH").unwrap();
    let confidentiality = if internal { "INTERNAL" } else { "PUBLIC" };
    json!({ "title": title, "occurredOn": "2026-02-26", "content": of_type.example, "confidentiality": confidentiality })
}

/// Begins a draft. Gives its id.
async fn begun(writer: &Actor<'_>, internal: bool) -> String {
    let input = json!({ "ofType": "ZBDH", "writing": writing("支部党员大会", internal) });
    writer.mutate("createDraft", input, "record { id }").await["record"]["id"].as_str().unwrap().to_owned()
}

/// Sends it. Gives the receipt.
async fn sent(writer: &Actor<'_>, record: &str) -> String {
    let sent = writer.mutate("submitRecord", json!({ "record": record, "rev": 1 }), "receipt { id }").await;
    sent["receipt"]["id"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned()
}
