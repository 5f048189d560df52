//! GraphQL over HTTP, hardened: POST of `application/json` alone, one operation, bounded before it is executed.
//!
//! Two steps, so that who asks is looked up for requests only that may run at all: [`GraphqlHttp::admit`] reads and
//! measures (media types → body → JSON → query text → lexer → one parse → variables → fragments and cost),
//! [`GraphqlHttp::execute`] charges the caller's budget and runs the operation under a deadline in a task of its own,
//! so that a disconnect never cancels a write.

mod body;
mod bounds;
mod cost;
mod documents;
mod media;
mod message;
mod plan;
mod refusal;
mod reply;
mod shape;
mod syntax;

#[cfg(test)]
mod disconnect_test;
#[cfg(test)]
mod exchange_test;
#[cfg(test)]
mod hostile_test;
#[cfg(test)]
mod sample;

use std::{fmt, future::Future, sync::Arc, time::Instant};

use async_graphql::{Data, Executor, Response as Executed, parser::types::OperationType};
use axum::{
    body::Body,
    http::{HeaderMap, Request, Response, header, request::Parts},
};
use domain::Locale;
use futures_util::StreamExt as _;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

pub use self::{
    bounds::Bounds, documents::Documents, media::Media, refusal::Refusal, reply::Event, shape::ShapeError,
    syntax::Fault,
};
use self::{
    plan::{Plan, Way},
    shape::Shape,
};
use crate::{limit::RetryAfter, metric};

/// What a person may spend in a minute.
pub trait Budget: Clone + Send + Sync + 'static {
    /// Takes `cost` from the minute of `who`.
    ///
    /// # Errors
    /// The minute's budget is spent; nothing was taken.
    fn spend(&self, who: &str, cost: u32) -> impl Future<Output = Result<(), RetryAfter>> + Send;
}

/// Who asks.
#[derive(Debug)]
pub struct Caller {
    /// Whose budget is charged: an account, or an address where nobody has signed in.
    pub who: String,
    /// Whether the credential carries the description of the schema.
    pub introspect: bool,
    /// What the resolvers find in their context.
    pub data: Data,
}

/// A request that may run.
#[derive(Debug)]
pub struct Admitted {
    parts: Parts,
    media: Media,
    locale: Locale,
    plan: Plan,
}

impl Admitted {
    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// What layers left with the request.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The language of the answer.
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// Whether it writes.
    pub fn is_mutation(&self) -> bool {
        self.plan.kind == OperationType::Mutation
    }

    /// The one field at its root; `several` or `other` where there is no one known field.
    pub fn operation(&self) -> &str {
        &self.plan.label
    }

    /// What it is charged with.
    pub const fn cost(&self) -> u32 {
        self.plan.cost
    }

    /// The answer to a request that is refused after all.
    pub fn refuse(&self, refusal: &Refusal) -> Response<Body> {
        refusal.answer(self.media, self.locale)
    }
}

/// The handler: a schema, its bounds, and the tasks that run operations.
#[derive(Clone)]
pub struct GraphqlHttp<E, B> {
    executor: E,
    budget: B,
    shape: Arc<Shape>,
    bounds: Arc<Bounds>,
    documents: Documents,
    tasks: TaskTracker,
}

impl<E, B> fmt::Debug for GraphqlHttp<E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlHttp").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

impl<E: Executor, B: Budget> GraphqlHttp<E, B> {
    /// A handler of a schema. `sdl` is the schema's own text, `documents` are known by their hashes; a stop waits for `tasks`.
    ///
    /// # Errors
    /// The text is no schema.
    pub fn new(
        executor: E,
        sdl: &str,
        budget: B,
        (bounds, documents): (Bounds, Documents),
        tasks: TaskTracker,
    ) -> Result<Self, ShapeError> {
        Ok(Self { executor, budget, shape: Arc::new(Shape::read(sdl)?), bounds: Arc::new(bounds), documents, tasks })
    }

    /// Reads and measures a request of any method.
    ///
    /// # Errors
    /// The answer that refuses it.
    pub async fn admit(&self, request: Request<Body>) -> Result<Admitted, Box<Response<Body>>> {
        let (parts, body) = request.into_parts();
        let locale = locale_of(&parts.headers);
        let media = Media::negotiate(&parts.headers);
        let written = media.clone().unwrap_or_default();
        let refused = |refusal: Refusal| Box::new(refusal.answer(written, locale));

        media::admit(&parts.method, &parts.headers).map_err(refused)?;
        let media = media.map_err(refused)?;
        let bytes = body::read(body, declared_length(&parts.headers), &self.bounds).await.map_err(refused)?;
        let envelope = body::open(&bytes, &self.bounds, &self.documents).map_err(refused)?;
        drop(bytes);
        let plan = plan::plan(Way::Request, envelope, &self.shape, &self.bounds).map_err(refused)?;
        Ok(Admitted { parts, media, locale, plan })
    }

    /// Charges the caller and runs the operation.
    pub async fn execute(&self, admitted: Admitted, caller: Caller) -> Response<Body> {
        let Caller { who, introspect, data } = caller;
        if admitted.plan.describes && !introspect {
            return admitted.refuse(&Refusal::Introspection);
        }
        if let Err(wait) = self.budget.spend(&who, admitted.plan.cost).await {
            return admitted.refuse(&Refusal::RateLimited(wait));
        }
        let Admitted { media, locale, plan, .. } = admitted;
        match self.run(plan, data, introspect).await {
            Ok(executed) => reply::answer(executed, media, locale, introspect),
            Err(refusal) => refusal.answer(media, locale),
        }
    }

    /// Runs the operation in a tracked task. Dropping this future leaves the task alone: a write is finished whoever
    /// waits for it, a query ends at its deadline.
    async fn run(&self, plan: Plan, data: Data, introspect: bool) -> Result<Executed, Refusal> {
        let (kind, label) = (plan.kind, plan.label.clone());
        let mut request = plan.request();
        request.data = data;
        let request = if introspect { request } else { request.disable_introspection() };
        let (executor, deadline, writes) =
            (self.executor.clone(), self.bounds.deadline, kind == OperationType::Mutation);
        let work = async move {
            let begun = Instant::now();
            let executed = if writes {
                Some(executor.execute(request).await)
            } else {
                tokio::time::timeout(deadline, executor.execute(request)).await.ok()
            };
            let outcome = match &executed {
                None => "deadline",
                Some(response) if response.errors.is_empty() => "ok",
                Some(_) => "error",
            };
            metric::operation(&label, &kind.to_string(), outcome, begun.elapsed());
            executed
        };
        let task = self.tasks.spawn(work.instrument(tracing::Span::current()));
        match tokio::time::timeout(deadline, task).await {
            Ok(Ok(Some(executed))) => Ok(executed),
            Ok(Ok(None)) | Err(_) => Err(Refusal::Deadline(writes)),
            Ok(Err(error)) => {
                tracing::error!(panic = error.is_panic(), "an operation ended without an answer");
                Err(Refusal::Internal)
            }
        }
    }
}

/// A subscription that may be looked at.
#[derive(Debug, Clone)]
pub struct Watching(Arc<Plan>);

impl Watching {
    /// What it is charged with.
    pub fn cost(&self) -> u32 {
        self.0.cost
    }

    /// Its field, as the schema knows it.
    pub fn label(&self) -> &str {
        &self.0.label
    }
}

/// Why a look has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// It took too long.
    Late,
    /// A defect.
    Broken,
}

impl<E: Executor, B: Budget> GraphqlHttp<E, B> {
    /// Reads and measures what a socket subscribes to: the members of a request body, as JSON.
    ///
    /// # Errors
    /// `errors`, as JSON.
    pub fn admit_subscription(&self, body: &str, locale: Locale) -> Result<Watching, String> {
        let refused = |refusal: Refusal| told(&refusal, locale);
        let envelope = body::open(body.as_bytes(), &self.bounds, &self.documents).map_err(refused)?;
        let plan = plan::plan(Way::Socket, envelope, &self.shape, &self.bounds).map_err(refused)?;
        Ok(Watching(Arc::new(plan)))
    }

    /// Takes the cost of a subscription from the minute of a person.
    ///
    /// # Errors
    /// `errors`, as JSON.
    pub async fn charge(&self, who: &str, watching: &Watching, locale: Locale) -> Result<(), String> {
        self.budget.spend(who, watching.cost()).await.map_err(|wait| told(&Refusal::RateLimited(wait), locale))
    }

    /// Runs a subscription until its first item, in a tracked task. None: there is nothing to tell.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn look(&self, watching: &Watching, data: Data, locale: Locale) -> Result<Option<Event>, Unseen> {
        let mut request = Plan::clone(&watching.0).request().disable_introspection();
        request.data = data;
        let (executor, label, deadline) = (self.executor.clone(), watching.label().to_owned(), self.bounds.deadline);
        let work = async move {
            let begun = Instant::now();
            let first = async { executor.execute_stream(request, None).next().await };
            let Ok(executed) = tokio::time::timeout(deadline, first).await else {
                metric::operation(&label, "subscription", "deadline", begun.elapsed());
                return Err(Unseen::Late);
            };
            let event = executed.map(|executed| reply::event(executed, locale));
            let outcome = if matches!(event, Some(Event::Error(..))) { "error" } else { "ok" };
            metric::operation(&label, "subscription", outcome, begun.elapsed());
            Ok(event)
        };
        self.tasks.spawn(work.instrument(tracing::Span::current())).await.unwrap_or_else(|error| {
            tracing::error!(panic = error.is_panic(), "a subscription was looked at without an answer");
            Err(Unseen::Broken)
        })
    }

    /// `errors` as JSON, for a subscription that is not looked at (any more).
    pub fn told(refusal: &Refusal, locale: Locale) -> String {
        told(refusal, locale)
    }
}

fn told(refusal: &Refusal, locale: Locale) -> String {
    serde_json::json!([refusal.entry(locale)]).to_string()
}

/// The language that the client asks for.
pub fn locale_of(headers: &HeaderMap) -> Locale {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or_else(Locale::default, Locale::negotiate)
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
