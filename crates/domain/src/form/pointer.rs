//! Where a value stands in a record's content: `/present`, `/agenda/*/ballots/for`, or `./topic` within an item.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A way into the content: names from the outside in, `*` for every item of a list. `./` begins at the item that a
/// rule looks at, `/` at the whole content; a closing `?` says that a missing value counts as nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer {
    text: String,
    relative: bool,
    optional: bool,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Each,
}

/// One item that a pointer leads to, and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Place<'v> {
    pub(crate) path: Vec<String>,
    pub(crate) value: &'v Value,
}

impl Pointer {
    /// Reads a pointer; none where a step is neither `*` nor a name of lower-case letters, digits and `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let (bare, optional) = text.strip_suffix('?').map_or((text, false), |bare| (bare, true));
        let (rest, relative) = match bare.strip_prefix("./") {
            Some(rest) => (rest, true),
            None => (bare.strip_prefix('/')?, false),
        };
        let steps = rest.split('/').map(step).collect::<Option<Vec<Step>>>()?;
        Some(Self { text: text.to_owned(), relative, optional, steps })
    }

    /// Does it begin at the item that a rule looks at?
    pub fn is_relative(&self) -> bool {
        self.relative
    }

    /// Does a missing value count as nothing?
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// Does it lead to one place at most?
    pub fn is_single(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Name(_)))
    }

    /// Every value that it leads to.
    pub(crate) fn values<'v>(&self, root: &'v Value, here: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![if self.relative { here } else { root }];
        for step in &self.steps {
            found = match step {
                Step::Name(name) => found.into_iter().filter_map(|value| value.get(name)).collect(),
                Step::Each => found.into_iter().filter_map(Value::as_array).flatten().collect(),
            };
        }
        found
    }

    /// Every place that it leads to, with the names and numbers on the way.
    pub(crate) fn places<'v>(&self, root: &'v Value) -> Vec<Place<'v>> {
        let mut found = vec![Place { path: Vec::new(), value: root }];
        for step in &self.steps {
            found = found.into_iter().flat_map(|place| onward(&place, step)).collect();
        }
        found
    }

    /// The path of a problem at this pointer, seen from an item.
    pub(crate) fn path_from(&self, here: &[String]) -> Vec<String> {
        let names = self.steps.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name.clone()),
            Step::Each => None,
        });
        let start = if self.relative { here } else { &[] };
        start.iter().cloned().chain(names).collect()
    }

    /// The part of a form's schema that describes what it leads to; none where the form has no such field.
    pub(crate) fn describe<'s>(&self, form: &'s Value, item: Option<&'s Value>) -> Option<&'s Value> {
        let start = if self.relative { item? } else { form };
        self.steps.iter().try_fold(start, |schema, step| match step {
            Step::Name(name) => schema.get("properties")?.get(name),
            Step::Each => schema.get("items"),
        })
    }
}

fn step(text: &str) -> Option<Step> {
    if text == "*" {
        return Some(Step::Each);
    }
    is_field_name(text).then(|| Step::Name(text.to_owned()))
}

/// Names of fields: 1 to 40 of `a-z 0-9 _`, so that a path never repeats what somebody typed.
pub(crate) fn is_field_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn onward<'v>(place: &Place<'v>, step: &Step) -> Vec<Place<'v>> {
    let further = |name: String, value: &'v Value| {
        let mut path = place.path.clone();
        path.push(name);
        Place { path, value }
    };
    match step {
        Step::Name(name) => place.value.get(name).map(|value| further(name.clone(), value)).into_iter().collect(),
        Step::Each => {
            let items = place.value.as_array().into_iter().flatten();
            items.enumerate().map(|(index, value)| further(index.to_string(), value)).collect()
        }
    }
}

/// Nothing that could be read: empty, white space of any width, characters of no width.
pub(crate) fn is_blank(text: &str) -> bool {
    let unseen =
        |letter: char| letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    text.chars().all(unseen)
}

/// Is something there: neither missing nor empty, zero or false?
pub(crate) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !is_blank(text),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not a pointer into a content: {text}"))
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.text
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_leads_to_every_item_and_a_dot_begins_at_the_item() {
        let content = json!({"agenda": [{"n": 1}, {"n": 2}, {}], "n": 9});
        let all = Pointer::parse("/agenda/*/n").unwrap();
        assert_eq!(all.values(&content, &content), [&json!(1), &json!(2)]);
        let places = Pointer::parse("/agenda/*").unwrap().places(&content);
        assert_eq!(places[1].path, ["agenda", "1"]);
        let near = Pointer::parse("./n").unwrap();
        assert_eq!(near.values(&content, places[1].value), [&json!(2)]);
        assert_eq!(near.path_from(&places[1].path), ["agenda", "1", "n"]);
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for text in ["", "present", "/", "/Present", "/a//b", "/a/-1", "../a", "/a b"] {
            assert!(Pointer::parse(text).is_none(), "{text}");
        }
    }
}
