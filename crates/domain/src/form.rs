//! The form engine: may this content be kept as a draft, may it be submitted, and what should be said about it?

pub(crate) mod bounds;
mod pointer;
mod rule;
mod secret;
mod sentence;
mod source;
mod text;

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

pub(crate) use self::pointer::is_filled;
pub use self::{
    pointer::Pointer,
    rule::{Effect, Rule, Share, Test},
    secret::{Mark, names_a_grade, state_secret_mark},
    source::{Computed, Count, Source},
    text::{is_one_line, marked},
};
use crate::{
    Code, Problem,
    record_type::{BadType, RecordType, TypeCode},
};

/// Largest content, as canonical JSON.
pub const LARGEST_CONTENT: usize = 128 * 1024;

/// Problems said at once; whoever has more begins with these.
const MOST_PROBLEMS: usize = 50;

/// What is to be said about a content before it is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// It cannot be submitted before these are put right.
    pub refusals: Vec<Problem>,
    /// It can be submitted; rules of procedure are not met.
    pub warnings: Vec<Problem>,
}

/// A record type with its schema compiled: made once for a version of a type, shared by `Arc`.
#[derive(Debug)]
pub struct Form {
    record_type: RecordType,
    complete: Validator,
    draft: Validator,
}

impl Form {
    /// Compiles the schema of a type.
    pub fn compile(record_type: RecordType) -> Result<Self, BadType> {
        let complete = compiled(&record_type, &record_type.form)?;
        let mut unfinished = record_type.form.clone();
        loosen(&mut unfinished);
        let draft = compiled(&record_type, &unfinished)?;
        Ok(Self { record_type, complete, draft })
    }

    /// The type.
    pub fn record_type(&self) -> &RecordType {
        &self.record_type
    }

    /// Everything that is to be said before a content is submitted.
    pub fn check(&self, title: &str, content: &Value) -> Checked {
        if let Some(refusals) = self.inadmissible(title, content) {
            return Checked { refusals, warnings: Vec::new() };
        }
        let mut refusals = self.schema_problems(&self.complete, &text::without_blanks(content));
        let mut warnings = Vec::new();
        for rule in &self.record_type.rules {
            for problem in rule.problems(content) {
                match rule.effect {
                    // One refusal a field: the schema's before the rules', the first rule's before the others'.
                    Effect::Refuse if refusals.len() >= MOST_PROBLEMS => {}
                    Effect::Refuse if refusals.iter().any(|other: &Problem| other.path == problem.path) => {}
                    Effect::Refuse => refusals.push(problem),
                    Effect::Warn => warnings.push(problem),
                }
            }
        }
        self.arrange(&mut refusals);
        self.arrange(&mut warnings);
        Checked { refusals, warnings }
    }

    /// Why a content cannot be kept as a draft: unknown fields, wrong types, too large, state-secret marks. A draft may
    /// be incomplete, and a text in it half typed.
    pub fn check_draft(&self, title: &str, content: &Value) -> Vec<Problem> {
        if let Some(refusals) = self.inadmissible(title, content) {
            return refusals;
        }
        let mut refusals = self.schema_problems(&self.draft, content);
        self.arrange(&mut refusals);
        refusals
    }

    /// Is there such a field, in the content or beside it? `/absent/2/reason`, `/title`.
    pub fn has_field(&self, pointer: &str) -> bool {
        let Some(path) = pointer.strip_prefix('/') else { return false };
        if ["title", "occurredOn", "tags", "confidentiality", "files"].contains(&path) {
            return true;
        }
        let mut schema = Some(&self.record_type.form);
        for name in path.split('/') {
            schema = schema.and_then(|outer| match outer.get("items") {
                Some(items) => name.parse::<u16>().ok().map(|_| items),
                None => outer.get("properties")?.get(name),
            });
        }
        schema.is_some()
    }

    /// In the order of the form, and no more than can be read.
    fn arrange(&self, problems: &mut Vec<Problem>) {
        problems.sort_by_cached_key(|problem| sentence::rank(&self.record_type.form, &problem.path));
        problems.truncate(MOST_PROBLEMS);
    }

    fn inadmissible(&self, title: &str, content: &Value) -> Option<Vec<Problem>> {
        if !serde_json_canonicalizer::to_vec(content).is_ok_and(|bytes| bytes.len() <= LARGEST_CONTENT) {
            return Some(vec![Problem::new(
                Code::TooLong,
                &["content"],
                "内容总量超过 128 KiB，请精简，或把详细内容作为附件。",
                "the content is larger than 128 KiB: shorten it, or attach the details",
            )]);
        }
        let mut found = text::secrets(&self.record_type.form, title, content);
        if found.is_empty() {
            found = text::invisible(&self.record_type.form, content);
        }
        found.truncate(MOST_PROBLEMS);
        (!found.is_empty()).then_some(found)
    }

    fn schema_problems(&self, validator: &Validator, content: &Value) -> Vec<Problem> {
        let errors = validator.iter_errors(content).take(MOST_PROBLEMS);
        errors.map(|error| sentence::problem(&self.record_type.form, &error)).collect()
    }
}

fn compiled(of: &RecordType, schema: &Value) -> Result<Validator, BadType> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| BadType(format!("{}: {error}", of.code)))
}

/// Takes away what only a finished record has to meet.
fn loosen(schema: &mut Value) {
    let Some(node) = schema.as_object_mut() else { return };
    for keyword in ["required", "minItems", "minLength", "minimum", "pattern", "format"] {
        node.remove(keyword);
    }
    if node.get("type").is_some_and(|kind| kind == "integer") {
        node.insert("minimum".to_owned(), Value::from(0));
    }
    if let Some(fields) = node.get_mut("properties").and_then(Value::as_object_mut) {
        fields.values_mut().for_each(loosen);
    }
    if let Some(items) = node.get_mut("items") {
        loosen(items);
    }
}

static BUILT_IN: LazyLock<Vec<Arc<Form>>> = LazyLock::new(|| {
    let types = crate::record_type::built_in().iter().cloned();
    types.filter_map(|ready| Form::compile(ready).ok().map(Arc::new)).collect()
});

/// The forms of the built-in types, in the order of the catalogue.
pub fn built_in() -> &'static [Arc<Form>] {
    &BUILT_IN
}

/// The form of a built-in type in the version that ships.
pub fn built_in_form(code: &TypeCode) -> Option<&'static Arc<Form>> {
    built_in().iter().find(|form| &form.record_type.code == code)
}
