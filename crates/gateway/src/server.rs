//! The router and its layers.
//!
//! From the outside in: panics are caught → id and line of the request → headers of every answer → shedding above so many
//! requests at once → time-out → the route. Health and metrics pass the first three alone.

use std::{sync::Arc, time::Duration};

use app::App;
use async_graphql::Data;
use axum::{
    Json, Router,
    body::Body,
    error_handling::HandleErrorLayer,
    extract::{DefaultBodyLimit, State},
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use blob::Bodies;
use domain::Locale;
use graphql::{FondsSchema, Loaders, loader::Batch};
use tokio_util::task::TaskTracker;
use tower::{ServiceBuilder, limit::GlobalConcurrencyLimitLayer, load_shed::LoadShedLayer};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer};

use crate::{
    Limits, Metrics, Settings, Uploads, audit, download,
    graphql_http::{Admitted, Bounds, Caller, GraphqlHttp, Refusal, ShapeError, locale_of},
    health::{self, Checks, Readiness},
    limit::CostBudget,
    live::{self, Live},
    origin::{Home, SessionCookie},
    pages, request_id,
    session::{Door, refuse_foreign},
    sign_in, toll,
    transfer::Transfers,
    upload,
};

/// Nothing that this server answers is a page: a browser that shows it runs nothing.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const AUTH_BODY: usize = 16 * 1024;
/// How often a batch of loaders gives way.
const GIVING_WAY: usize = 4;

/// What the gateway is put together of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The use cases.
    pub app: App,
    /// `[http]`.
    pub settings: Settings,
    /// Budgets.
    pub limits: Limits,
    /// Figures of the process.
    pub metrics: Metrics,
    /// A stop waits for these.
    pub tasks: TaskTracker,
    /// Sockets of subscriptions.
    pub live: Live,
    /// Where uploads are received.
    pub uploads: Uploads,
    /// Where files are read.
    pub bodies: Bodies,
}

/// What reads, measures and runs operations.
pub(crate) type Handler = GraphqlHttp<FondsSchema, CostBudget>;

/// The gateway, ready to be served.
#[derive(Debug, Clone)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) app: App,
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    pub(crate) door: Door,
    pub(crate) tasks: TaskTracker,
    pub(crate) uploads: Uploads,
    pub(crate) bodies: Bodies,
    pub(crate) live: Live,
    pub(crate) handler: Handler,
    pub(crate) transfers: Transfers,
    metrics: Metrics,
    readiness: Readiness,
}

impl Gateway {
    /// Puts it together.
    ///
    /// # Errors
    /// The schema cannot be read: a defect.
    pub fn new(parts: Parts) -> Result<Self, ShapeError> {
        let Parts { app, settings, limits, metrics, tasks, live, uploads, bodies } = parts;
        let budget = CostBudget::new(limits.clone(), settings.cost_per_minute);
        let handler = GraphqlHttp::new(
            graphql::build(),
            &graphql::sdl(),
            budget,
            (Bounds::default(), pages::documents()),
            tasks.clone(),
        )?;
        let door = Door {
            home: Home::new(settings.origins.clone()),
            cookie: if settings.https { SessionCookie::SECURE } else { SessionCookie::PLAIN },
            behind_proxy: settings.behind_proxy,
        };
        let (open, idle) = (app.store.clone(), app.store.clone());
        let metrics = metrics
            .decisions(Arc::clone(&app.policy))
            .gauge("fonds_pool_connections", "connections of the pool", move || f64::from(open.gauge().0))
            .gauge("fonds_pool_idle", "idle connections of the pool", move || {
                f64::from(u32::try_from(idle.gauge().1).unwrap_or(u32::MAX))
            });
        let readiness = readiness(&app);
        let transfers = Transfers::new(&settings);
        Ok(Self(Arc::new(Inner {
            app,
            settings,
            limits,
            door,
            tasks,
            uploads,
            bodies,
            live,
            handler,
            transfers,
            metrics,
            readiness,
        })))
    }

    /// Everything that is served at `listen`.
    pub fn router(&self) -> Router {
        let settings = &self.0.settings;
        let shed = ServiceBuilder::new()
            .layer(HandleErrorLayer::new(async |_| overloaded()))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(settings.max_requests));
        let time = Duration::from_secs(settings.request_seconds);
        let doors = Router::new()
            .route("/graphql", any(graphql))
            .route("/auth/sign-in", post(sign_in::sign_in))
            .route("/auth/sign-out", post(sign_in::sign_out))
            .route("/auth/accept", post(sign_in::accept))
            .layer(DefaultBodyLimit::max(AUTH_BODY))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time))
            .layer(shed);
        // Bytes of files take as long as their line does; what is silent is cut by the upload itself.
        let files = Router::new()
            .route("/uploads", post(upload::create).options(upload::options))
            .route("/uploads/{id}", any(upload::reach))
            .route("/files/record/{record}/{version}/{n}", get(download::of_record))
            .route("/files/record/{record}/{version}/{n}/preview/{page}", get(download::of_record_preview))
            .route("/files/receipt/{receipt}/{n}", get(download::of_receipt))
            .route("/files/receipt/{receipt}/{n}/preview/{page}", get(download::of_receipt_preview))
            .route("/files/own/{file}/preview/{page}", get(download::own_preview))
            .route("/files/link/{grant}/record/{record}/{version}/{n}", get(download::linked_record))
            .route("/files/link/{grant}/receipt/{receipt}/{n}", get(download::linked_receipt))
            .route("/audit/export", get(audit::export))
            .layer(DefaultBodyLimit::disable())
            .layer(
                ServiceBuilder::new()
                    .layer(HandleErrorLayer::new(async |_| overloaded()))
                    .layer(LoadShedLayer::new())
                    .layer(GlobalConcurrencyLimitLayer::new(settings.max_transfers)),
            )
            .layer(from_fn_with_state(self.clone(), toll::of_address));
        // What the pages are made of: the same for everybody.
        let pages = Router::new()
            .route("/assets/{file}", get(pages::asset))
            .route("/icon.svg", get(pages::icon))
            .route("/manifest.webmanifest", get(pages::manifest));
        // A handshake is short, and what comes of it is counted and limited there.
        let sockets = Router::new().route("/graphql/ws", any(live::open));
        let router = doors
            .merge(sockets)
            .merge(files)
            .merge(pages)
            .route("/healthz", get(health::alive))
            .route("/readyz", get(ready));
        let router = if settings.metrics_listen.is_none() { router.route("/metrics", get(metrics)) } else { router };
        outer(router.fallback(pages::page), settings.https).with_state(self.clone())
    }

    /// Health and metrics alone, for `metrics_listen`.
    pub fn side_router(&self) -> Router {
        side_router(self.0.metrics.clone(), self.0.readiness.clone())
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

/// Health and metrics alone: for an address of their own, and for a process that only works.
pub fn side_router(metrics: Metrics, readiness: Readiness) -> Router {
    let router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(async move || readiness.answer().await))
        .route("/metrics", get(async move || metrics.answer()));
    outer(router.fallback(nowhere), false)
}

async fn metrics(State(Gateway(inner)): State<Gateway>) -> Response {
    inner.metrics.answer()
}

fn outer<S: Clone + Send + Sync + 'static>(router: Router<S>, https: bool) -> Router<S> {
    let answer = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let transport = https.then(|| answer(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    router
        .method_not_allowed_fallback(wrong_method)
        .layer(answer(header::CACHE_CONTROL, "no-store"))
        .layer(answer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(answer(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(answer(header::REFERRER_POLICY, "no-referrer"))
        .layer(tower::util::option_layer(transport))
        .layer(from_fn(request_id::trace))
        .layer(CatchPanicLayer::custom(panicked))
}

fn readiness(app: &App) -> Readiness {
    let (reached, migrated, policy) = (app.store.clone(), app.store.clone(), app.policy.clone());
    Checks::default()
        .with("database", move || {
            let store = reached.clone();
            async move { store.ready().await.is_ok() }
        })
        .with("migrations", move || {
            let store = migrated.clone();
            async move { store.ready().await.unwrap_or(false) }
        })
        .with("policy", move || std::future::ready(policy.healthy()))
        .into_readiness()
}

/// `/readyz`: 200, or 503 with the names of what fails. Redis is told, but nothing depends on it.
async fn ready(State(Gateway(inner)): State<Gateway>) -> Response {
    let failed = inner.readiness.failed().await;
    let redis = inner.limits.ping().await.map(|answers| if answers { "up" } else { "away" });
    let status = if failed.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "ready": failed.is_empty(), "failed": failed, "redis": redis }))).into_response()
}

/// `/graphql`: read and measured → who asks → charged and run.
async fn graphql(State(Gateway(inner)): State<Gateway>, request: Request<Body>) -> Response {
    let admitted = match inner.handler.admit(request).await {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    match inner.caller(&admitted).await {
        Ok(caller) => inner.handler.execute(admitted, caller).await,
        Err(answer) => *answer,
    }
}

impl Inner {
    /// Who asks, entered once: the person pays, the resolvers read in the same transaction. Without a valid session the
    /// operation runs for nobody, and each field that needs somebody says so.
    async fn caller(&self, admitted: &Admitted) -> Result<Caller, Box<Response>> {
        let (headers, extensions) = (admitted.headers(), &admitted.parts().extensions);
        let caller = match self.door.caller(headers, extensions) {
            Ok(caller) => caller,
            Err(foreign) => return Err(Box::new(refuse_foreign(foreign, headers))),
        };
        let address =
            || self.door.address(headers, extensions).map_or_else(|| "nobody".to_owned(), |ip| ip.to_string());
        let Some(caller) = caller else { return Ok(self.nobody(address(), admitted.locale())) };
        match self.app.read(&caller).await {
            Ok(reader) => {
                let (who, introspect) = (reader.actor.account.to_string(), reader.actor.introspect);
                let request = graphql::Request::entered(self.app.clone(), caller, reader);
                Ok(Caller { who, introspect, data: self.data(request) })
            }
            Err(app::Error::Unauthenticated) => Ok(self.nobody(address(), admitted.locale())),
            Err(app::Error::Unavailable(cause)) => {
                tracing::warn!(?cause, "a session could not be entered");
                Err(Box::new(admitted.refuse(&Refusal::Deadline(false))))
            }
            Err(error) => {
                tracing::error!(?error, "a session could not be entered");
                Err(Box::new(admitted.refuse(&Refusal::Internal)))
            }
        }
    }

    fn nobody(&self, address: String, locale: Locale) -> Caller {
        let request = graphql::Request::new(self.app.clone(), None, locale);
        Caller { who: address, introspect: false, data: self.data(request) }
    }

    /// What the resolvers find: the request and its loaders, whose statements run in tracked tasks. An operation names the
    /// rows of a list a few at a time and yields in between, so a batch gives way some times before its window opens: on a
    /// loaded machine it would else go off with the first few of them, and a page take as many statements as it has rows.
    pub(crate) fn data(&self, request: Arc<graphql::Request>) -> Data {
        let tasks = self.tasks.clone();
        let loaders = Loaders::new(Batch { request: request.clone() }, move |batch| {
            tasks.spawn(async move {
                for _ in 0..GIVING_WAY {
                    tokio::task::yield_now().await;
                }
                batch.await;
            })
        });
        let mut data = Data::default();
        data.insert(request);
        data.insert(loaders);
        data
    }
}

/// An answer of this server outside GraphQL: a code and a sentence.
pub(crate) fn told(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(serde_json::json!({ "error": { "code": code, "message": message } }))).into_response()
}

pub(crate) async fn nowhere(request: Request<Body>) -> Response {
    let message = locale_of(request.headers()).pick("没有这个地址", "There is nothing at this address");
    told(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

async fn wrong_method(request: Request<Body>) -> Response {
    let message = locale_of(request.headers()).pick("该地址不接受此方法", "This address does not take this method");
    told(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}

fn overloaded() -> Response {
    let mut answer = told(
        StatusCode::SERVICE_UNAVAILABLE,
        "UNAVAILABLE",
        "请求过多，请稍后重试 / too many requests at once: try again",
    );
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&str>().map_or_else(|_| "unknown".to_owned(), |text| (*text).to_owned()),
    };
    tracing::error!(panic = text, "a request ended in a panic");
    told(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "系统内部错误，已记录 / internal error; it has been logged")
}
