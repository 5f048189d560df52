//! Refusals of the domain: each names the field, the rule and the way out, in the language asked for.

use serde::{Deserialize, Serialize};

use crate::Locale;

/// What an act came to: done, or refused with everything that is wrong at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It has happened; warnings (rules of procedure) may stand beside it.
    Done(T, Vec<Problem>),
    /// Nothing has changed.
    Refused(Vec<Problem>),
}

/// One refusal or warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The rule.
    pub code: Code,
    /// Where: the names of the input fields from the outside in, e.g. `["content", "present"]`.
    pub path: Vec<String>,
    /// The sentence in Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
}

impl Problem {
    /// A refusal at a field.
    pub fn new(code: Code, path: &[&str], zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, path: path.iter().map(|&name| name.to_owned()).collect(), zh: zh.into(), en: en.into() }
    }

    /// The sentence in a language.
    pub fn message(&self, locale: Locale) -> &str {
        locale.pick(&self.zh, &self.en)
    }
}

/// Rules that refuse or warn; stable names of the public contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A required value is missing.
    Required,
    /// A value does not have the form that the field asks for.
    Invalid,
    /// The file carries malware.
    Infected,
    /// A value is longer or larger than the field allows.
    TooLong,
    /// Numbers that cannot all be true (present > expected, ballots do not add up).
    Arithmetic,
    /// A rule of procedure is not met; warns and names the article.
    Procedure,
    /// The draft was changed by somebody else meanwhile.
    StaleRevision,
    /// The step is not possible in the present state.
    WrongState,
    /// Nobody decides his own submission, or confirms his own draft.
    OwnSubmission,
    /// Nobody else could confirm it: somebody has to be given the post first.
    NobodyElse,
    /// The next level has decided already.
    TooLate,
    /// Something of this name or code exists.
    Taken,
    /// The day is outside what the act allows.
    BadDate,
    /// The organisation would become its own superior.
    Cycle,
    /// Open work stands in the way.
    StillOpen,
    /// More would be given than the giver holds.
    BeyondCeiling,
    /// Two of the three administrators in one person.
    ThreeAdministrators,
    /// The password is too weak or too long.
    WeakPassword,
    /// The catalogue does not have this.
    UnknownType,
    /// The organisation is closed.
    Closed,
    /// Too many at once.
    TooMany,
    /// A reason code or comment is missing.
    ReasonRequired,
    /// A level of the route does not exist above the branch; said, not refused.
    LevelSkipped,
    /// Nothing would change by it, or for nobody; said, or refused where a change is recorded for ever.
    NoEffect,
}
