//! Somebody who speaks to the interface: one account under one post.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{body::Body, http::Request};
use domain::{Id, id::noun};
use serde_json::{Value, json};

use crate::{Answer, TestApp};

static KEYS: AtomicU64 = AtomicU64::new(1);

/// An account with a session and a post.
#[derive(Debug, Clone)]
pub struct Actor<'a> {
    app: &'a TestApp,
    /// `tenant/organisation/role`, e.g. `zj/village/recorder`; `nobody` without a session.
    pub key: String,
    /// The bearer token; empty without a session.
    pub token: String,
    /// The one post.
    pub post: Id<noun::Post>,
    /// Where the post is.
    pub org: Id<noun::Org>,
    /// Who.
    pub account: Id<noun::Account>,
    /// Language asked for.
    pub language: &'static str,
}

impl<'a> Actor<'a> {
    pub(crate) const fn new(
        app: &'a TestApp,
        key: String,
        token: String,
        (post, org, account): (Id<noun::Post>, Id<noun::Org>, Id<noun::Account>),
    ) -> Self {
        Self { app, key, token, post, org, account, language: "zh-CN" }
    }

    /// The same person, with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same person, asking in English.
    #[must_use]
    pub fn in_english(&self) -> Self {
        Self { language: "en", ..self.clone() }
    }

    /// A request to `/graphql` as this person.
    pub fn request(&self, query: &str, variables: &Value) -> Request<Body> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .header("accept-language", self.language);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        request.body(Body::from(body)).expect("a request")
    }

    /// Sends an operation; the answer as it came over HTTP. A subscription goes over a socket, and its first event is the
    /// answer.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        if query.starts_with("subscription") {
            return self.app.watch(self, query, &variables).await;
        }
        self.app.send(self.request(query, &variables)).await
    }

    /// Sends an operation; the whole JSON body, `data` and `errors`.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        self.send(query, variables).await.json()
    }

    /// `data` of an operation that has no errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut body = self.query(query, variables).await;
        assert!(body["errors"].is_null(), "{}: {query}: {body}", self.key);
        body["data"].take()
    }

    /// One mutation `field(input: FieldInput!)`: the acting post and a new idempotency key are added where the input has none.
    /// `selection` is what is asked of the payload, problems beside it. Gives the body.
    pub async fn try_mutate(&self, field: &str, input: Value, selection: &str) -> Value {
        let mut input = input;
        let members = input.as_object_mut().expect("an input is an object");
        members.entry("post").or_insert_with(|| self.post.to_string().into());
        members.entry("idempotencyKey").or_insert_with(|| new_key().into());
        let (first, rest) = field.split_at(1);
        let kind = format!("{}{rest}Input", first.to_uppercase());
        let query = format!(
            "mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} problems {{ code message path }} }} }}"
        );
        self.query(&query, json!({ "input": input })).await
    }

    /// The payload of a mutation that has no errors; problems may stand in it.
    pub async fn mutate(&self, field: &str, input: Value, selection: &str) -> Value {
        let mut body = self.try_mutate(field, input, selection).await;
        assert!(body["errors"].is_null(), "{}: {field}: {body}", self.key);
        body["data"][field].take()
    }
}

/// An idempotency key that nobody has used in this process.
pub fn new_key() -> String {
    format!("test-key-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}
