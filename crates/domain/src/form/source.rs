//! Where a number of a rule or a measure comes from.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pointer::{Pointer, is_filled};

/// Number taken from a content. Unknown where a value that it needs is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Source {
    /// The whole number at a pointer that leads to one place.
    Pointer(Pointer),
    /// Something computed.
    Computed(Computed),
}

/// Ways of computing a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Computed {
    /// Fixed number.
    Constant(i64),
    /// All of them together; a pointer with `*` adds every item that has a value.
    Sum(Vec<Source>),
    /// How many items there are.
    Count(Count),
    /// One, or nothing where the pointer leads to something filled in.
    OneUnless(Pointer),
}

/// Counts the items of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The items, e.g. `/agenda/*`.
    pub of: Pointer,
    /// Only those that have this field filled in.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub having: Option<Pointer>,
    /// … and in it this very value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
}

impl Source {
    /// The number, or none where it cannot be known from this content.
    pub(crate) fn number(&self, root: &Value, here: &Value) -> Option<i64> {
        match self {
            Self::Pointer(pointer) => added(pointer, root, here),
            Self::Computed(Computed::Constant(number)) => Some(*number),
            Self::Computed(Computed::Sum(sources)) => sources
                .iter()
                .try_fold(0_i64, |sum, source| source.number(root, here).map(|number| sum.saturating_add(number))),
            Self::Computed(Computed::Count(count)) => Some(count.number(root, here)),
            Self::Computed(Computed::OneUnless(pointer)) => {
                Some(i64::from(!pointer.values(root, here).into_iter().any(is_filled)))
            }
        }
    }

    /// Every pointer in it that the form must know, with whether it begins at an item of another pointer.
    pub(crate) fn pointers(&self) -> Vec<&Pointer> {
        match self {
            Self::Pointer(pointer) | Self::Computed(Computed::OneUnless(pointer)) => vec![pointer],
            Self::Computed(Computed::Constant(_)) => Vec::new(),
            Self::Computed(Computed::Sum(sources)) => sources.iter().flat_map(Self::pointers).collect(),
            Self::Computed(Computed::Count(count)) => vec![&count.of],
        }
    }

    /// The conditions of counts: the items, and the field looked at in each.
    pub(crate) fn conditions(&self) -> Vec<(&Pointer, &Pointer)> {
        match self {
            Self::Computed(Computed::Sum(sources)) => sources.iter().flat_map(Self::conditions).collect(),
            Self::Computed(Computed::Count(Count { of, having: Some(having), .. })) => vec![(of, having)],
            _ => Vec::new(),
        }
    }
}

impl Count {
    fn number(&self, root: &Value, here: &Value) -> i64 {
        let items = self.of.values(root, here);
        let counted = items.into_iter().filter(|item| match (&self.having, &self.equals) {
            (None, _) => true,
            (Some(field), None) => field.values(root, item).into_iter().any(is_filled),
            (Some(field), Some(wanted)) => field.values(root, item).contains(&wanted),
        });
        i64::try_from(counted.count()).unwrap_or(i64::MAX)
    }
}

fn added(pointer: &Pointer, root: &Value, here: &Value) -> Option<i64> {
    let numbers: Vec<i64> = pointer.values(root, here).into_iter().filter_map(whole).collect();
    if numbers.is_empty() && !pointer.is_optional() {
        return None;
    }
    Some(numbers.into_iter().fold(0, i64::saturating_add))
}

/// A whole number, however it was written: `2` and `2.0` are the same in JSON.
fn whole(value: &Value) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let number = value.as_f64()?;
    if number.fract() != 0.0 || number.abs() > 9_007_199_254_740_992.0 {
        return None;
    }
    format!("{number:.0}").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(source: &Value, content: &Value) -> Option<i64> {
        serde_json::from_value::<Source>(source.clone()).unwrap().number(content, content)
    }

    #[test]
    fn a_missing_value_makes_a_number_unknown_unless_it_may_be_missing() {
        let content = json!({"a": 2.0, "items": [{"x": 3, "kind": "k"}, {"kind": ""}, {"x": 4}]});
        assert_eq!(number(&json!("/a"), &content), Some(2));
        assert_eq!(number(&json!("/b"), &content), None);
        assert_eq!(number(&json!({"sum": ["/a", "/b"]}), &content), None);
        assert_eq!(number(&json!({"sum": ["/a", "/b?", "/items/*/x"]}), &content), Some(9));
        assert_eq!(number(&json!({"count": {"of": "/items/*", "where": "./kind"}}), &content), Some(1));
        assert_eq!(number(&json!({"count": {"of": "/items/*", "where": "./x", "equals": 4}}), &content), Some(1));
        assert_eq!(number(&json!({"one_unless": "/a"}), &content), Some(0));
        assert_eq!(number(&json!({"one_unless": "/b"}), &content), Some(1));
    }

    #[test]
    fn an_unknown_way_of_computing_is_refused() {
        assert!(serde_json::from_value::<Source>(json!({"product": ["/a"]})).is_err());
        assert!(serde_json::from_value::<Source>(json!({"count": {"of": "/a/*", "wher": "./b"}})).is_err());
    }
}
