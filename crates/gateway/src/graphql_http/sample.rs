//! A small schema for the tests of the handler, and a client that speaks to it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, EmptySubscription, ID, Object, Schema, SimpleObject};
use http_body_util::BodyExt;

use super::*;

/// Writes that have come to their end.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(pub(super) Arc<AtomicUsize>);

pub(super) struct Query;
pub(super) struct Mutation;
pub(super) struct Item;

#[derive(SimpleObject)]
pub(super) struct ItemEdge {
    node: Item,
}

#[derive(SimpleObject)]
pub(super) struct ItemConnection {
    edges: Vec<ItemEdge>,
    nodes: Vec<Item>,
    more: bool,
}

#[Object]
impl Item {
    async fn id(&self) -> ID {
        "item:1".into()
    }
    async fn name(&self, #[graphql(default)] style: Option<String>) -> String {
        style.unwrap_or_default()
    }
    async fn child(&self) -> Item {
        Item
    }
    async fn children(&self) -> Vec<Item> {
        vec![Item]
    }
    async fn items(&self, first: Option<i32>) -> ItemConnection {
        page(first)
    }
}

fn page(first: Option<i32>) -> ItemConnection {
    let length = first.unwrap_or(20).clamp(0, 100);
    ItemConnection {
        edges: (0..length).map(|_| ItemEdge { node: Item }).collect(),
        nodes: (0..length).map(|_| Item).collect(),
        more: false,
    }
}

#[Object]
impl Query {
    async fn item(&self) -> Item {
        Item
    }
    async fn items(&self, first: Option<i32>, last: Option<i32>) -> ItemConnection {
        page(first.or(last))
    }
    async fn nodes(&self, ids: Vec<ID>) -> Vec<Item> {
        ids.iter().map(|_| Item).collect()
    }
    async fn echo(&self, text: String) -> String {
        text
    }
    async fn keys(&self, object: async_graphql::Json<serde_json::Value>) -> Vec<String> {
        object.0.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    }
    async fn fails(&self) -> async_graphql::Result<Option<i32>> {
        std::future::ready(Err("no".into())).await
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        1
    }
    async fn breaks(&self) -> i32 {
        assert_eq!("a", "defect");
        0
    }
}

#[Object]
impl Mutation {
    async fn write(&self, cx: &Context<'_>, #[graphql(default = 0)] millis: u64) -> usize {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        cx.data_unchecked::<Written>().0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// A budget in memory.
#[derive(Debug, Clone)]
pub(super) struct Purse(Arc<AtomicUsize>);

impl Budget for Purse {
    async fn spend(&self, _who: &str, cost: u32) -> Result<(), RetryAfter> {
        let take = |left: usize| left.checked_sub(cost as usize);
        let taken = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
        taken.map(drop).map_err(|_| RetryAfter(Duration::from_secs(7)))
    }
}

pub(super) type Sample = GraphqlHttp<Schema<Query, Mutation, EmptySubscription>, Purse>;

/// A client of the sample schema.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) handler: Sample,
    pub(super) written: Written,
    pub(super) tasks: TaskTracker,
    pub(super) introspect: bool,
}

/// An answer, read whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Self { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(super) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    pub(super) fn new() -> Self {
        Self::with(Bounds::default(), usize::MAX)
    }

    pub(super) fn with(bounds: Bounds, purse: usize) -> Self {
        let written = Written::default();
        let schema = Schema::build(Query, Mutation, EmptySubscription).data(written.clone()).finish();
        let (sdl, tasks) = (schema.sdl(), TaskTracker::new());
        let purse = Purse(Arc::new(AtomicUsize::new(purse)));
        let handler = GraphqlHttp::new(schema, &sdl, purse, (bounds, Documents::default()), tasks.clone()).unwrap();
        Self { handler, written, tasks, introspect: false }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let admitted = match self.handler.admit(request).await {
            Ok(admitted) => admitted,
            Err(refusal) => return Answer::read(*refusal).await,
        };
        let caller = Caller { who: "somebody".into(), introspect: self.introspect, data: Data::default() };
        Answer::read(self.handler.execute(admitted, caller).await).await
    }

    /// Sends a body as a program would.
    pub(super) async fn post(&self, body: impl Into<Body>) -> Answer {
        self.send(json(body)).await
    }

    /// Sends a query under the newer media type.
    pub(super) async fn query(&self, query: &str, variables: serde_json::Value) -> Answer {
        self.post(serde_json::json!({ "query": query, "variables": variables }).to_string()).await
    }
}

/// A POST of JSON that accepts the newer media type.
pub(super) fn json(body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .header("accept-language", "en")
        .body(body.into())
        .unwrap()
}
