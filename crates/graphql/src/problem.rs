//! Refusals and warnings of the domain, in the language of the request.

use async_graphql::{Enum, SimpleObject};
use domain::Locale;

/// A refusal or a warning: the rule, the field and the sentence.
#[derive(Debug, Clone, SimpleObject)]
pub struct Problem {
    /// The rule, a stable name.
    pub code: String,
    /// Names of the input fields from the outside in.
    pub path: Vec<String>,
    /// What is wrong and the way out, in the language asked for.
    pub message: String,
    /// REFUSAL: nothing was done. WARNING: it was done, but a rule of procedure is not met.
    pub severity: Severity,
}

/// Does it stand in the way?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Severity {
    /// Nothing was done.
    Refusal,
    /// It was done all the same.
    Warning,
}

fn map(problems: Vec<domain::Problem>, locale: Locale, severity: Severity) -> Vec<Problem> {
    problems
        .into_iter()
        .map(|problem| Problem {
            code: serde_json::to_value(problem.code)
                .ok()
                .and_then(|code| code.as_str().map(str::to_owned))
                .unwrap_or_default(),
            message: problem.message(locale).to_owned(),
            path: problem.path,
            severity,
        })
        .collect()
}

/// An outcome taken apart: the value if it was done, and the problems.
pub fn split<T>(outcome: domain::Outcome<T>, locale: Locale) -> (Option<T>, Vec<Problem>) {
    match outcome {
        domain::Outcome::Done(value, warnings) => (Some(value), map(warnings, locale, Severity::Warning)),
        domain::Outcome::Refused(problems) => (None, map(problems, locale, Severity::Refusal)),
    }
}
