//! What goes over HTTP: methods, media types, status codes, the shape of answers.

use std::time::Duration;

use serde_json::json;

use super::sample::{Answer, Client, json as post};
use super::*;

async fn legacy(query: &str) -> Answer {
    let mut request = post(json!({ "query": query }).to_string());
    request.headers_mut().remove("accept");
    request.headers_mut().remove("accept-language");
    Client::new().send(request).await
}

#[tokio::test]
async fn answers_an_operation() {
    let answer = Client::new().query("query($n: Int) { items(first: $n) { more } }", json!({ "n": 1 })).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"data":{"items":{"more":false}}}"#));
    assert_eq!(answer.headers["content-type"], "application/graphql-response+json; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let answer = legacy("{ __typename }").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"data":{"__typename":"Query"}}"#));
    assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn only_post_of_json_passes() {
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "QUERY"] {
        let request = Request::builder().method(method).uri("/graphql?query={__typename}").body(Body::empty()).unwrap();
        let answer = Client::new().send(request).await;
        assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (405, "POST"), "{method}");
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=gb18030",
    ] {
        let mut request = post(r#"{"query":"mutation{write}"}"#);
        request.headers_mut().insert("content-type", kind.parse().unwrap());
        let client = Client::new();
        let answer = client.send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind}");
        assert_eq!(client.written.0.load(std::sync::atomic::Ordering::SeqCst), 0);
    }
    let mut request = post(r#"{"query":"{__typename}"}"#);
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    assert_eq!(Client::new().send(request).await.status, 406);
    let mut request = post(r#"{"query":"{__typename}"}"#);
    request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    assert_eq!(Client::new().send(request).await.status, 415);
}

#[tokio::test]
async fn faults_of_the_document_have_no_data() {
    for query in [
        "{",
        "",
        "{ unknown }",
        "query A { __typename } query B { __typename }",
        "query($id: ID!) { __typename }",
        "subscription { x }",
        "{ ...F } fragment F on Query { ...F }",
        "{ __schema { types { name } } }",
        "type T { a: Int }",
    ] {
        let answer = Client::new().query(query, json!({})).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert!(answer.json().get("data").is_none(), "{query}: {}", answer.text);
        assert!(!answer.code().is_empty(), "{query}: {}", answer.text);
        let older = legacy(query).await;
        assert_eq!(older.status, 200, "{query}: {}", older.text);
        assert!(older.json().get("data").is_none(), "{query}: {}", older.text);
    }
}

#[tokio::test]
async fn faults_are_told_by_place_and_in_the_language_asked_for() {
    let answer = Client::new().query("{ secretWord(", json!({})).await;
    assert!(!answer.text.contains("secretWord"), "{}", answer.text);
    assert_eq!(answer.json()["errors"][0]["locations"], json!([{ "line": 1, "column": 14 }]));
    assert!(legacy("{").await.text.contains("语法错误"));
    assert!(legacy("{ nmae }").await.text.contains("请求与接口定义不符"));
}

#[tokio::test]
async fn the_schema_is_described_to_those_who_may() {
    let (mut client, query) = (Client::new(), "{ __schema { types { name fields { name } } } }");
    let denied = client.query(query, json!({})).await;
    assert_eq!((denied.status, denied.code().as_str()), (400, "FORBIDDEN"));
    let hidden = "{ ...F } fragment F on Query { x: __type(name: \"Item\") { name } }";
    assert_eq!(client.query(hidden, json!({})).await.code(), "FORBIDDEN");
    assert!(!client.query("{ itm { id } }", json!({})).await.text.contains("Did you mean"));
    client.introspect = true;
    assert_eq!(client.query(query, json!({})).await.status, 200);
    assert!(client.query("{ itm { id } }", json!({})).await.text.contains("Did you mean"));
    let nested = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(client.query(nested, json!({})).await.code(), "TOO_COSTLY");
}

#[tokio::test]
async fn null_is_no_value_of_a_variable_that_must_have_one() {
    let client = Client::new();
    for (query, variables) in [
        ("query($t: String!) { echo(text: $t) }", json!({ "t": null })),
        ("query($t: String!) { echo(text: $t) }", json!({})),
        ("query($t: String! = null) { echo(text: $t) }", json!({})),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", json!({ "i": ["a", null] })),
    ] {
        let answer = client.query(query, variables).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"), "{query}");
        assert!(answer.text.contains("must not be null"), "{}", answer.text);
    }
    let answer = client.query("query($t: String! = \"x\") { echo(text: $t) }", json!({})).await;
    assert_eq!(answer.text, r#"{"data":{"echo":"x"}}"#);
    let answer = client.query("query($o: JSON!) { keys(object: $o) }", json!({ "o": { "中文": 1, "a-b": 2 } })).await;
    assert!(answer.text.contains("中文") && answer.text.contains("a-b"), "{}", answer.text);
}

#[tokio::test]
async fn errors_of_fields_are_answers_with_data() {
    let answer = Client::new().query("{ fails }", json!({})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json().get("data"), Some(&json!(null)));
    assert_eq!(answer.json()["errors"][0]["path"], json!(["fails"]));
    assert_eq!(answer.code(), "BAD_REQUEST");
    let answer = Client::new().query("{ breaks }", json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"));
}

#[tokio::test]
async fn a_spent_budget_says_when_to_come_back() {
    let client = Client::with(Bounds::default(), 2);
    assert_eq!(client.query("{ item { id } }", json!({})).await.status, 200);
    let answer = client.query("{ item { id } }", json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (429, "RATE_LIMITED"));
    assert_eq!(answer.headers["retry-after"], "7");
}

#[tokio::test]
async fn operations_are_named_by_their_root_field() {
    let client = Client::new();
    for (query, label, cost) in [
        ("{ items { nodes { id } } }", "items", 41),
        ("{ items(first: 3) { edges { node { id name } } more } }", "items", 1 + 3 * 4 + 1),
        ("{ item { children { id } } }", "item", 12),
        ("query($i: [ID!]! = [\"a\", \"b\"]) { nodes(ids: $i) { id } }", "nodes", 3),
        ("mutation { write }", "write", 11),
        ("{ a: item { id } b: item { id } }", "several", 4),
        ("{ ...F } fragment F on Query { item { id } }", "several", 2),
        ("{ nothing }", "other", 1),
    ] {
        let admitted = client.handler.admit(post(json!({ "query": query }).to_string())).await.unwrap();
        assert_eq!((admitted.operation(), admitted.cost()), (label, cost), "{query}");
        assert_eq!(admitted.is_mutation(), query.starts_with("mutation"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_in_time_is_said() {
    let bounds = Bounds { deadline: Duration::from_secs(1), ..Bounds::default() };
    let client = Client::with(bounds, usize::MAX);
    let answer = client.query("{ slow }", json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "UNAVAILABLE"));
    let answer = client.query("mutation { write(millis: 3000) }", json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "UNAVAILABLE"));
    assert!(answer.text.contains("may still complete"));
    client.tasks.close();
    client.tasks.wait().await;
    assert_eq!(client.written.0.load(std::sync::atomic::Ordering::SeqCst), 1, "the write was finished");
}
