//! Signing in and out, and accepting an invitation: the few things that are done without a session, or to it.
//!
//! Each runs in a tracked task: who hangs up before the answer has still tried, and the attempt counts.

use std::future::Future;

use app::session::SignInRefusal;
use axum::{
    Json,
    extract::{FromRequest, Request, State, rejection::JsonRejection},
    http::{Extensions, HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{Locale, Outcome, Problem};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    Gateway,
    graphql_http::locale_of,
    limit::RetryAfter,
    server::{Inner, told},
    session::refuse_foreign,
};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who wants to come in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    tenant: String,
    login: String,
    password: String,
}

/// An invitation and the password chosen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    token: String,
    password: String,
}

/// `POST /auth/sign-in`: the cookie, and who has come in until when.
pub(crate) async fn sign_in(State(gateway): State<Gateway>, request: Request) -> Response {
    answer(sign_in_or_refuse(&gateway, request).await)
}

/// `POST /auth/accept`: the invited account opens with its first password. Answers the login.
pub(crate) async fn accept(State(gateway): State<Gateway>, request: Request) -> Response {
    answer(accept_or_refuse(&gateway, request).await)
}

/// `POST /auth/sign-out`: ends the session and takes the cookie back, whether there was a session or not.
pub(crate) async fn sign_out(State(gateway): State<Gateway>, request: Request) -> Response {
    answer(sign_out_or_refuse(&gateway, request).await)
}

/// An answer, or the answer that refuses.
type Answered = Result<Response, Box<Response>>;

fn answer(answered: Answered) -> Response {
    answered.unwrap_or_else(|refusal| *refusal)
}

async fn sign_in_or_refuse(gateway: &Gateway, request: Request) -> Answered {
    let inner = gateway.inner();
    let (Parts { headers, extensions, .. }, Credentials { tenant, login, password }) = read(inner, request).await?;
    let locale = locale_of(&headers);
    let address = address(inner, &headers, &extensions);
    let who = format!("sign-in:{tenant}/{}:{address}", login.trim().to_lowercase());
    inner.spend(&format!("sign-in:{address}"), inner.settings.sign_in_per_address, locale).await?;
    inner.spend(&who, inner.settings.sign_in_per_minute, locale).await?;

    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
    let app = inner.app.clone();
    let attempt = async move { app::session::sign_in(&app, &tenant, &login, &password, &agent, Some(&address)).await };
    match inner.finish(attempt, locale).await? {
        Ok(signed_in) => {
            let left = (signed_in.expires_at - inner.app.clock.now()).num_seconds();
            let cookie = inner.door.cookie.set(signed_in.token.reveal(), u64::try_from(left).unwrap_or(0));
            let body = json!({
                "account": { "id": signed_in.account.to_string(), "name": signed_in.name },
                "expiresAt": signed_in.expires_at,
            });
            let mut answer = Json(body).into_response();
            answer.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
            Ok(answer)
        }
        Err(SignInRefusal::Refused) => {
            let problem = SignInRefusal::problem();
            Ok(told(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", problem.message(locale)))
        }
        Err(SignInRefusal::Failed(error)) => Ok(failed(&error, locale)),
    }
}

async fn accept_or_refuse(gateway: &Gateway, request: Request) -> Answered {
    let inner = gateway.inner();
    let (Parts { headers, extensions, .. }, Acceptance { token, password }) = read(inner, request).await?;
    let locale = locale_of(&headers);
    let address = address(inner, &headers, &extensions);
    inner.spend(&format!("sign-in:{address}"), inner.settings.sign_in_per_address, locale).await?;
    let app = inner.app.clone();
    let acceptance = async move { app::account::accept(&app, &token, &password, Some(&address)).await };
    Ok(match inner.finish(acceptance, locale).await? {
        Ok(Outcome::Done(login, _)) => Json(json!({ "login": login })).into_response(),
        Ok(Outcome::Refused(problems)) => {
            let problems: Vec<_> = problems.iter().map(|problem| shown(problem, locale)).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "problems": problems }))).into_response()
        }
        Err(error) => failed(&error, locale),
    })
}

async fn sign_out_or_refuse(gateway: &Gateway, request: Request) -> Answered {
    let inner = gateway.inner();
    let (Parts { headers, extensions, .. }, _) = request.into_parts();
    let locale = locale_of(&headers);
    let caller = inner.door.caller(&headers, &extensions);
    let caller = caller.map_err(|foreign| Box::new(refuse_foreign(foreign, &headers)))?;
    if let Some(caller) = caller {
        let app = inner.app.clone();
        match inner.finish(async move { app::session::sign_out(&app, &caller).await }, locale).await? {
            Ok(()) | Err(app::Error::Unauthenticated) => {}
            Err(error) => return Ok(failed(&error, locale)),
        }
    }
    let mut answer = StatusCode::NO_CONTENT.into_response();
    answer.headers_mut().extend(inner.door.cookie.clear().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(answer)
}

/// A body of JSON, from our own page or from a program.
async fn read<T: DeserializeOwned + 'static>(inner: &Inner, request: Request) -> Result<(Parts, T), Box<Response>> {
    let (parts, body) = request.into_parts();
    // A browser says where it comes from; a foreign page is not to sign anybody in.
    if parts.headers.contains_key(header::ORIGIN) || parts.headers.contains_key(FETCH_SITE) {
        let own = inner.door.home.check_origin(&parts.headers);
        own.map_err(|foreign| Box::new(refuse_foreign(foreign, &parts.headers)))?;
    }
    let locale = locale_of(&parts.headers);
    let request = Request::from_parts(parts.clone(), body);
    match Json::<T>::from_request(request, &()).await {
        Ok(Json(read)) => Ok((parts, read)),
        Err(rejection) => Err(Box::new(malformed(&rejection, locale))),
    }
}

/// What is wrong with a body; never what stood in it: it holds a password.
fn malformed(rejection: &JsonRejection, locale: Locale) -> Response {
    let (code, zh, en) = match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ("UNSUPPORTED_MEDIA_TYPE", "请求体须为 application/json", "The body has to be application/json")
        }
        JsonRejection::JsonDataError(_) => (
            "BAD_REQUEST",
            "请求体的字段不符：有缺失、多余或类型错误",
            "The members of the body are not those asked for",
        ),
        JsonRejection::BytesRejection(_) => {
            ("TOO_LARGE", "请求体过大或未能收全", "The body is too large, or did not arrive whole")
        }
        _ => ("BAD_REQUEST", "请求体不是有效的 JSON", "The body is not JSON"),
    };
    told(rejection.status(), code, locale.pick(zh, en))
}

fn address(inner: &Inner, headers: &HeaderMap, extensions: &Extensions) -> String {
    inner.door.address(headers, extensions).map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

fn shown(problem: &Problem, locale: Locale) -> serde_json::Value {
    json!({ "code": problem.code, "message": problem.message(locale), "path": problem.path })
}

/// The same as an answer that ends a request.
pub(crate) fn failure(error: &app::Error, locale: Locale) -> Response {
    failed(error, locale)
}

/// The failure of a use case; its cause is logged where its sentence is made.
fn failed(error: &app::Error, locale: Locale) -> Response {
    let status = match error {
        app::Error::NotFound => StatusCode::NOT_FOUND,
        app::Error::Forbidden => StatusCode::FORBIDDEN,
        app::Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        app::Error::Conflict => StatusCode::CONFLICT,
        app::Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        app::Error::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    told(status, error.code(), &graphql::error::refuse(error, locale).message)
}

impl Inner {
    /// One attempt out of the minute of a key.
    async fn spend(&self, key: &str, per_minute: u32, locale: Locale) -> Result<(), Box<Response>> {
        self.limits.spend(key, 1, per_minute).await.map_err(|wait| Box::new(too_often(wait, locale)))
    }

    /// Runs to its end, whoever waits for it.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        locale: Locale,
    ) -> Result<T, Box<Response>> {
        self.tasks.spawn(work).await.map_err(|error| Box::new(failed(&app::Error::internal("request", error), locale)))
    }
}

fn too_often(wait: RetryAfter, locale: Locale) -> Response {
    let seconds = wait.seconds();
    let (zh, en) =
        (format!("尝试过于频繁，请 {seconds} 秒后再试"), format!("Too many attempts: wait {seconds} seconds"));
    let mut answer = told(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", locale.pick(&zh, &en));
    answer.headers_mut().insert(header::RETRY_AFTER, wait.header());
    answer
}
