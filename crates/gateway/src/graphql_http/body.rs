//! The body: bytes, JSON, and the members of a GraphQL request.

use async_graphql::Variables;
use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use super::{bounds::Bounds, documents::Documents, refusal::Refusal};

/// The members of a request body that are used. `extensions` is checked and dropped.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) query: String,
    pub(super) operation: Option<String>,
    pub(super) variables: Variables,
}

/// Reads the body up to the bound, no further.
pub(super) async fn read(body: Body, declared: Option<u64>, bounds: &Bounds) -> Result<Bytes, Refusal> {
    let max = bounds.body_bytes;
    if declared.is_some_and(|bytes| bytes > max as u64) {
        return Err(Refusal::BodyTooLarge(max));
    }
    let whole = tokio::time::timeout(bounds.body_time, Limited::new(body, max).collect());
    match whole.await {
        Err(_) => Err(Refusal::BodySlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if is_length(error.as_ref()) => Err(Refusal::BodyTooLarge(max)),
        Ok(Err(_)) => Err(Refusal::BodyBroken),
    }
}

fn is_length(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length)
}

/// Takes the members out of the bytes.
pub(super) fn open(bytes: &[u8], bounds: &Bounds, documents: &Documents) -> Result<Envelope, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::NotUtf8)?;
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'[') => return Err(Refusal::Batch),
        Some(b'{') => {}
        _ => return Err(not_an_object(text)),
    }
    weigh(text.as_bytes(), bounds)?;
    let mut members: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| Refusal::NotJson(error.line(), error.column()))?;

    let query = match (members.remove("query"), members.remove("documentId")) {
        (Some(Value::String(query)), None | Some(Value::Null)) => query,
        (None | Some(Value::Null), Some(Value::String(id))) => {
            documents.get(&id).ok_or(Refusal::UnknownDocument)?.to_owned()
        }
        (_, Some(Value::String(_))) => return Err(Refusal::Member("query", "absent, beside documentId")),
        (_, Some(id)) if !id.is_null() => return Err(Refusal::Member("documentId", "string | null")),
        _ => return Err(Refusal::Member("query", "string")),
    };
    if query.len() > bounds.query_bytes {
        return Err(Refusal::QueryTooLong(bounds.query_bytes));
    }
    let operation = match members.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(Refusal::Member("operationName", "string | null")),
    };
    let variables = match members.remove("variables") {
        None | Some(Value::Null) => Variables::default(),
        Some(object @ Value::Object(_)) => Variables::from_json(object),
        Some(_) => return Err(Refusal::Member("variables", "object | null")),
    };
    match members.remove("extensions") {
        None | Some(Value::Null | Value::Object(_)) => Ok(Envelope { query, operation, variables }),
        Some(_) => Err(Refusal::Member("extensions", "object | null")),
    }
}

fn not_an_object(text: &str) -> Refusal {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Refusal::NotObject,
        Err(error) => Refusal::NotJson(error.line(), error.column()),
    }
}

/// Counts values and nesting before anything is built of them.
fn weigh(bytes: &[u8], bounds: &Bounds) -> Result<(), Refusal> {
    let (mut values, mut depth, mut inside, mut escaped) = (0, 0_usize, false, false);
    for &byte in bytes {
        if inside {
            inside = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => inside = true,
            b',' => values += 1,
            b'{' | b'[' => {
                values += 1;
                depth += 1;
                if depth > bounds.json_depth {
                    return Err(Refusal::NestedTooDeep(bounds.json_depth));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if values > bounds.json_values {
            return Err(Refusal::TooManyValues(bounds.json_values));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Option<Refusal> {
        open(text.as_bytes(), &Bounds::default(), &documents()).err()
    }

    fn documents() -> Documents {
        serde_json::from_str(r#"{"sha256:ab": "{ version }"}"#).unwrap()
    }

    #[test]
    fn an_operation_is_named_by_its_hash_instead_of_its_text() {
        let known = open(br#"{"documentId":"sha256:ab"}"#, &Bounds::default(), &documents()).unwrap();
        assert_eq!(known.query, "{ version }");
        assert_eq!(refusal(r#"{"documentId":"sha256:cd"}"#), Some(Refusal::UnknownDocument));
        for both in [r#"{"query":"{a}","documentId":"sha256:ab"}"#, r#"{"query":1,"documentId":"sha256:ab"}"#] {
            assert!(matches!(refusal(both), Some(Refusal::Member("query", _))), "{both}");
        }
        assert!(matches!(refusal(r#"{"documentId":1}"#), Some(Refusal::Member("documentId", _))));
        assert_eq!(refusal(r#"{"query":"{a}","documentId":null}"#), None);
    }

    #[test]
    fn members_have_their_types() {
        assert_eq!(refusal(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#), None);
        assert_eq!(refusal(r#"{"query":"{a}","variables":{},"operationName":"x","extensions":{"y":1}}"#), None);
        for (text, name) in [
            (r"{}", "query"),
            (r#"{"query":1}"#, "query"),
            (r#"{"query":null}"#, "query"),
            (r#"{"query":"{a}","variables":[]}"#, "variables"),
            (r#"{"query":"{a}","variables":"{}"}"#, "variables"),
            (r#"{"query":"{a}","operationName":{}}"#, "operationName"),
            (r#"{"query":"{a}","extensions":"x"}"#, "extensions"),
        ] {
            assert!(matches!(refusal(text), Some(Refusal::Member(at, _)) if at == name), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_named() {
        assert_eq!(refusal("  [ {} ]"), Some(Refusal::Batch));
        assert_eq!(refusal("1"), Some(Refusal::NotObject));
        assert_eq!(refusal(""), Some(Refusal::NotJson(1, 0)));
        assert_eq!(refusal("{ \"not a JSON"), Some(Refusal::NotJson(1, 13)));
        assert_eq!(open(b"{\"query\":\"\xff\"}", &Bounds::default(), &documents()).err(), Some(Refusal::NotUtf8));
    }

    #[test]
    fn values_are_counted_outside_of_strings() {
        let bounds = Bounds { json_values: 3, json_depth: 2, ..Bounds::default() };
        assert_eq!(weigh(br#"{"a\\":"\",{[","b":[1]}"#, &bounds), Ok(()));
        assert_eq!(weigh(br#"{"a":[1,2,3]}"#, &bounds), Err(Refusal::TooManyValues(3)));
        assert_eq!(weigh(b"{[{", &bounds), Err(Refusal::NestedTooDeep(2)));
    }
}
