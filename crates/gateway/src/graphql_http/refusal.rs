//! Why a request is not executed, in the language asked for, and the HTTP answer that says so.

use async_graphql::Pos;
use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use domain::Locale;
use serde::Serialize;

use super::{media::Media, syntax::Fault};
use crate::limit::RetryAfter;

/// Why a request is not executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Another method than POST.
    Method,
    /// Another content type than `application/json` in UTF-8, or a content encoding.
    ContentType,
    /// None of the media types of the answer is acceptable.
    Accept,
    /// The body has more bytes than this.
    BodyTooLarge(usize),
    /// The body did not arrive whole.
    BodyBroken,
    /// The body did not arrive in time.
    BodySlow,
    /// The body is not UTF-8.
    NotUtf8,
    /// The body is not JSON: line and column.
    NotJson(usize, usize),
    /// The body has more values than this.
    TooManyValues(usize),
    /// The body nests deeper than this.
    NestedTooDeep(usize),
    /// The body is a list of operations.
    Batch,
    /// The body is no object.
    NotObject,
    /// A member of the body is absent or of another type: its name and what it has to be.
    Member(&'static str, &'static str),
    /// An operation is named by a hash that this build does not know.
    UnknownDocument,
    /// The query text has more bytes than this.
    QueryTooLong(usize),
    /// The query text is refused by the lexer.
    Syntax(Fault),
    /// A fragment contains itself.
    FragmentCycle(Pos),
    /// The document has no operation of the name asked for.
    UnknownOperation,
    /// The document has several operations and none was named.
    OperationName,
    /// Subscriptions do not go over HTTP POST.
    Subscription,
    /// Nothing but subscriptions goes over a socket.
    NoSubscription,
    /// A subscription has one field at its root.
    SeveralFields,
    /// A variable that must not be null is null or absent.
    NullVariable(String, Pos),
    /// The schema is described to those only whose token carries that right.
    Introspection,
    /// The operation asks for more than it may.
    TooCostly {
        /// Of what, in Chinese.
        zh: &'static str,
        /// Of what, in English.
        en: &'static str,
        /// How much it asks for.
        value: u64,
        /// How much it may.
        max: u64,
    },
    /// The budget of this minute is spent.
    RateLimited(RetryAfter),
    /// No answer in time; `true` where a write may still happen.
    Deadline(bool),
    /// A defect of the server.
    Internal,
}

impl Refusal {
    /// The stable code of `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Method => "METHOD_NOT_ALLOWED",
            Self::ContentType => "UNSUPPORTED_MEDIA_TYPE",
            Self::Accept => "NOT_ACCEPTABLE",
            Self::BodyTooLarge(_) | Self::QueryTooLong(_) | Self::TooManyValues(_) => "TOO_LARGE",
            Self::TooCostly { .. } => "TOO_COSTLY",
            Self::Syntax(fault) => fault.code(),
            Self::Introspection => "FORBIDDEN",
            Self::RateLimited(_) => "RATE_LIMITED",
            Self::Deadline(_) => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
            Self::UnknownDocument => "UNKNOWN_DOCUMENT",
            Self::BodyBroken
            | Self::BodySlow
            | Self::NotUtf8
            | Self::NotJson(..)
            | Self::NestedTooDeep(_)
            | Self::Batch
            | Self::NotObject
            | Self::Member(..)
            | Self::FragmentCycle(_)
            | Self::UnknownOperation
            | Self::OperationName
            | Self::Subscription
            | Self::NoSubscription
            | Self::SeveralFields
            | Self::NullVariable(..) => "BAD_REQUEST",
        }
    }

    /// The status. GraphQL over HTTP answers faults of the document with 200 under the older media type.
    pub const fn status(&self, media: Media) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Accept => StatusCode::NOT_ACCEPTABLE,
            Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodySlow => StatusCode::REQUEST_TIMEOUT,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Deadline(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BodyBroken
            | Self::NotUtf8
            | Self::NotJson(..)
            | Self::TooManyValues(_)
            | Self::NestedTooDeep(_)
            | Self::Batch
            | Self::NotObject
            | Self::Member(..)
            | Self::UnknownDocument
            | Self::QueryTooLong(_)
            | Self::TooCostly { .. } => StatusCode::BAD_REQUEST,
            Self::Syntax(fault) if !fault.is_grammar() => StatusCode::BAD_REQUEST,
            Self::Syntax(_)
            | Self::FragmentCycle(_)
            | Self::UnknownOperation
            | Self::OperationName
            | Self::Subscription
            | Self::NoSubscription
            | Self::SeveralFields
            | Self::NullVariable(..)
            | Self::Introspection => media.document_fault(),
        }
    }

    /// Where in the query text, where that is known.
    const fn location(&self) -> Option<Pos> {
        match self {
            Self::Syntax(fault) => fault.at(),
            Self::FragmentCycle(at) | Self::NullVariable(_, at) => Some(*at),
            _ => None,
        }
    }

    /// What is said in `errors`, and counted.
    pub(super) fn entry(&self, locale: Locale) -> Entry {
        metrics::counter!("fonds_graphql_refused_total", "code" => self.code()).increment(1);
        Entry {
            message: self.message(locale),
            locations: self.location().into_iter().collect(),
            path: Vec::new(),
            extensions: serde_json::json!({ "code": self.code() }),
        }
    }

    /// The HTTP answer.
    pub fn answer(&self, media: Media, locale: Locale) -> Response<Body> {
        let mut answer = write(self.status(media), media, &[self.entry(locale)]);
        match self {
            Self::Method => drop(answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"))),
            Self::RateLimited(wait) => drop(answer.headers_mut().insert(header::RETRY_AFTER, wait.header())),
            // What is left of the body is not read.
            Self::BodyTooLarge(_) | Self::BodySlow => {
                drop(answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close")));
            }
            _ => {}
        }
        answer
    }
}

/// One entry of `errors`.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<Pos>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) path: Vec<async_graphql::PathSegment>,
    pub(super) extensions: serde_json::Value,
}

/// An answer of errors alone: there is no `data` in it.
pub(super) fn write(status: StatusCode, media: Media, errors: &[Entry]) -> Response<Body> {
    let body = serde_json::json!({ "errors": errors }).to_string();
    media.write(status, body.into())
}
