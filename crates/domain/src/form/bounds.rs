//! What a record type's file may say: a closed set of schema keywords, a bound on everything, pointers that lead
//! to a field. So no content can be of any size, and every refusal has a sentence.

use serde_json::{Map, Value};

use super::{pointer::Pointer, pointer::is_field_name, source::Source};
use crate::{measure::Measure, record_type::RecordType};

/// Characters of a text.
const LONGEST_TEXT: u64 = 20_000;
/// Items of a list.
const LONGEST_LIST: u64 = 500;
/// Whole numbers.
const LARGEST_NUMBER: i64 = 100_000;
/// Lists and groups within one another.
const DEEPEST: usize = 6;

const KEYWORDS: &[&str] = &[
    "$schema",
    "title",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "format",
    "pattern",
    "x-en",
    "x-help",
    "x-labels",
    "x-order",
    "x-multiline",
    "x-example",
    "x-person",
    "x-same",
    "x-usual",
];

/// Holds a type to these bounds; the reason where it does not keep them.
pub(crate) fn audit(of: &RecordType) -> Result<(), String> {
    if of.form.get("type").and_then(Value::as_str) != Some("object") {
        return Err("the form describes an object".to_owned());
    }
    schema(&of.form, "form", 0)?;
    usual(of)?;
    for (index, rule) in of.rules.iter().enumerate() {
        if of.rules[..index].iter().any(|other| other.code == rule.code) {
            return Err(format!("two rules are called {}", rule.code));
        }
        let item = rule.each.as_ref().map(|list| known(of, list, None)).transpose()?;
        rule.pointers().into_iter().try_for_each(|pointer| known(of, pointer, item).map(drop))?;
        rule.sources().into_iter().try_for_each(|source| conditions(of, source, item))?;
        if !rule.path.is_single() {
            return Err(format!("rule {} is shown at one field, not at {}", rule.code, rule.path));
        }
    }
    for (measure, source) in &of.measures {
        if *measure == Measure::Late {
            return Err("whether a record is late is not told by its content".to_owned());
        }
        source.pointers().into_iter().try_for_each(|pointer| known(of, pointer, None).map(drop))?;
        conditions(of, source, None)?;
    }
    of.retention.exceptions.iter().try_for_each(|exception| known(of, &exception.when, None).map(drop))
}

fn known<'t>(of: &'t RecordType, pointer: &Pointer, item: Option<&'t Value>) -> Result<&'t Value, String> {
    pointer.describe(&of.form, item).ok_or_else(|| format!("{pointer} leads to no field of the form"))
}

/// A number that is as a rule another one less a list of those missing: both stand in the form.
fn usual(of: &RecordType) -> Result<(), String> {
    let fields = of.form.get("properties").and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(name, field)| Some((name, field.get("x-usual")?))).try_for_each(|(name, usual)| {
        let of_type = |key: &str| {
            let pointer = Pointer::parse(usual.get(key)?.as_str()?)?;
            pointer.describe(&of.form, None)?.get("type")?.as_str()
        };
        match (of_type("of"), of_type("less")) {
            (Some("integer"), Some("array")) => Ok(()),
            _ => Err(format!("{name}: x-usual names a number (of) and a list (less)")),
        }
    })
}

fn conditions(of: &RecordType, source: &Source, item: Option<&Value>) -> Result<(), String> {
    source.conditions().into_iter().try_for_each(|(items, field)| {
        let counted = items.describe(&of.form, item);
        field.describe(&of.form, counted).map(drop).ok_or_else(|| format!("{field} leads to no field of {items}"))
    })
}

fn schema(node: &Value, at: &str, depth: usize) -> Result<(), String> {
    let node = node.as_object().ok_or_else(|| format!("{at} is no schema"))?;
    if depth > DEEPEST {
        return Err(format!("{at} lies too deep"));
    }
    if let Some(other) = node.keys().find(|key| !KEYWORDS.contains(&key.as_str())) {
        return Err(format!("{at}: keyword {other} is not among those that forms use"));
    }
    if !["title", "x-en"].iter().all(|key| node.get(*key).is_some_and(Value::is_string)) {
        return Err(format!("{at} needs a title in Chinese and in English (x-en)"));
    }
    match node.get("type").and_then(Value::as_str) {
        Some("object") => group(node, at, depth),
        Some("array") => list(node, at, depth),
        Some("string") => text(node, at),
        Some("integer") => number(node, at),
        Some("boolean") => Ok(()),
        _ => Err(format!("{at} is object, array, string, integer or boolean")),
    }
}

fn group(node: &Map<String, Value>, at: &str, depth: usize) -> Result<(), String> {
    if node.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Err(format!("{at} does not refuse unknown fields"));
    }
    let fields = node.get("properties").and_then(Value::as_object).ok_or_else(|| format!("{at} has no fields"))?;
    let order = node.get("x-order").and_then(Value::as_array).ok_or_else(|| format!("{at} has no x-order"))?;
    let once = fields.keys().all(|name| order.iter().filter(|named| named.as_str() == Some(name)).count() == 1);
    if !once || order.len() != fields.len() {
        return Err(format!("{at}: x-order does not name every field once"));
    }
    fields.iter().try_for_each(|(name, field)| {
        if !is_field_name(name) {
            return Err(format!("{at}: {name} is no name of a field"));
        }
        schema(field, &format!("{at}.{name}"), depth + 1)
    })
}

fn list(node: &Map<String, Value>, at: &str, depth: usize) -> Result<(), String> {
    if node.get("maxItems").and_then(Value::as_u64).is_none_or(|most| most > LONGEST_LIST) {
        return Err(format!("{at} needs maxItems of at most {LONGEST_LIST}"));
    }
    schema(node.get("items").unwrap_or(&Value::Null), &format!("{at}.*"), depth + 1)
}

fn text(node: &Map<String, Value>, at: &str) -> Result<(), String> {
    let labelled = |options: &Vec<Value>| {
        let labels = node.get("x-labels").and_then(Value::as_object);
        options.iter().all(|option| option.as_str().zip(labels).is_some_and(|(code, all)| all.contains_key(code)))
    };
    if let Some(options) = node.get("enum").and_then(Value::as_array) {
        return if labelled(options) { Ok(()) } else { Err(format!("{at}: an option has no label (x-labels)")) };
    }
    if node.get("format").is_some_and(|format| format.as_str() != Some("date")) {
        return Err(format!("{at}: the only format is date"));
    }
    if node.contains_key("pattern") && !node.get("x-example").is_some_and(Value::is_string) {
        return Err(format!("{at}: a pattern needs an example (x-example)"));
    }
    let bounded = node.get("maxLength").and_then(Value::as_u64).is_some_and(|most| most <= LONGEST_TEXT);
    if bounded { Ok(()) } else { Err(format!("{at} needs maxLength of at most {LONGEST_TEXT}")) }
}

fn number(node: &Map<String, Value>, at: &str) -> Result<(), String> {
    let bound = |key: &str| node.get(key).and_then(Value::as_i64);
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) if least >= 0 && most <= LARGEST_NUMBER => Ok(()),
        _ => Err(format!("{at} needs minimum 0 or more and maximum of at most {LARGEST_NUMBER}")),
    }
}
