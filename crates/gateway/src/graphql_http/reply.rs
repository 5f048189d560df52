//! From the executor's response to the HTTP answer.

use async_graphql::{Response as Executed, ServerError, Value};
use axum::{
    body::Body,
    http::{Response, StatusCode},
};
use domain::Locale;

use super::{
    media::Media,
    refusal::{Entry, Refusal, write},
};

/// Errors told of a request that was refused, and of one that ran.
const REFUSED: usize = 10;
const RAN: usize = 100;
/// Characters of one message.
const MESSAGE: usize = 300;

/// Whether the request was refused before any field ran: fields give their path, the validation none.
pub(super) fn is_refused(executed: &Executed) -> bool {
    executed.data == Value::Null
        && !executed.errors.is_empty()
        && executed.errors.iter().all(|error| error.path.is_empty())
}

/// The answer to an operation; `describes` is the caller's right to the schema's description.
pub(super) fn answer(mut executed: Executed, media: Media, locale: Locale, describes: bool) -> Response<Body> {
    if is_refused(&executed) {
        metrics::counter!("fonds_graphql_refused_total", "code" => "BAD_REQUEST").increment(1);
        let entries: Vec<_> =
            executed.errors.into_iter().take(REFUSED).map(|error| invalid(error, locale, describes)).collect();
        return write(media.document_fault(), media, &entries);
    }
    mend(&mut executed.errors, locale);
    let headers = std::mem::take(&mut executed.http_headers);
    let Ok(body) = serde_json::to_vec(&executed) else { return Refusal::Internal.answer(media, locale) };
    let mut answer = media.write(StatusCode::OK, body.into());
    for (name, value) in &headers {
        answer.headers_mut().append(name, value.clone());
    }
    answer
}

/// What one look of a subscription came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something to tell, as JSON with `data`.
    Next(String),
    /// It cannot go on: the code of the first error, and `errors` as JSON.
    Error(String, String),
}

/// The outcome of a look: its one field is null where it failed as a whole.
pub(super) fn event(mut executed: Executed, locale: Locale) -> Event {
    let whole = match &executed.data {
        Value::Null => false,
        Value::Object(fields) => fields.values().any(|field| *field != Value::Null),
        _ => true,
    };
    if is_refused(&executed) {
        let entries: Vec<_> =
            executed.errors.into_iter().take(REFUSED).map(|error| invalid(error, locale, false)).collect();
        return Event::Error("BAD_REQUEST".to_owned(), serde_json::json!(entries).to_string());
    }
    mend(&mut executed.errors, locale);
    if !whole && let Some(first) = executed.errors.first() {
        let code = first.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = if let Some(Value::String(code)) = code { code.clone() } else { "INTERNAL".to_owned() };
        return Event::Error(code, serde_json::json!(executed.errors).to_string());
    }
    // Members stand in the order in which they were asked for.
    serde_json::to_string(&executed).map_or_else(
        |_| Event::Error("INTERNAL".to_owned(), serde_json::json!([{ "message": "INTERNAL" }]).to_string()),
        Event::Next,
    )
}

fn mend(errors: &mut Vec<ServerError>, locale: Locale) {
    errors.truncate(RAN);
    for error in errors {
        error.message = value(&error.message, locale).map_or_else(|| cut(&error.message), str::to_owned);
        // Our resolvers set a code; without one it is the library's refusal of an argument.
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_REQUEST");
        }
    }
}

fn invalid(error: ServerError, locale: Locale, describes: bool) -> Entry {
    // What a misspelt name might have been is part of the schema's description.
    let told =
        if describes { error.message.as_str() } else { error.message.split(" Did you mean").next().unwrap_or("") };
    let detail = value(told, locale).map_or_else(|| cut(told), str::to_owned);
    let message = match locale {
        Locale::Zh => format!("请求与接口定义不符：{detail}"),
        Locale::En => detail,
    };
    Entry {
        message,
        locations: error.locations.into_iter().take(4).collect(),
        path: Vec::new(),
        extensions: serde_json::json!({ "code": "BAD_REQUEST" }),
    }
}

/// The library's refusal of a value that is none of its type, said for people.
fn value(message: &str, locale: Locale) -> Option<&'static str> {
    let of_type = message.strip_prefix("Failed to parse \"")?.split('"').next()?;
    let (zh, en) = match of_type {
        "NaiveDate" => {
            ("日期须写作 2026-03-31，且确有这一天", "a date is written 2026-03-31, and is a day that there was")
        }
        "DateTime" => ("时间须写作 2026-03-31T08:00:00+08:00", "an instant is written 2026-03-31T08:00:00+08:00"),
        _ => return None,
    };
    Some(locale.pick(zh, en))
}

fn cut(message: &str) -> String {
    match message.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_its_members_as_they_were_asked_for() {
        let asked = async_graphql::value!({ "rollupChanged": [{ "state": "FINAL", "count": 3 }] });
        let Event::Next(told) = event(Executed::new(asked), Locale::Zh) else { panic!("no event") };
        assert_eq!(told, r#"{"data":{"rollupChanged":[{"state":"FINAL","count":3}]}}"#);
    }
}
