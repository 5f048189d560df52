//! Rules of a record type as data: arithmetic that refuses, procedure that warns and names its article.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    pointer::{Place, Pointer, is_filled},
    source::Source,
};
use crate::{Code, Problem, record_type::Citation};

/// One rule. It applies where all of `when` and none of `unless` is filled in, and every value that it needs is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of the rule, unique in its type, e.g. `present_over_expected`.
    pub code: String,
    /// What follows when it is not met.
    pub effect: Effect,
    /// The field that the problem is shown at.
    pub path: Pointer,
    /// Looked at for every item of this list, `./` then begins at the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Pointer>,
    /// Applies only where all of these are filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Pointer>,
    /// Does not apply where one of these is filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<Pointer>,
    /// What must hold.
    pub test: Test,
    /// The sentence in Chinese; `{left}`, `{right}` stand for the numbers compared, `{n}` for the item's number.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
    /// The article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

/// What follows when a rule is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The record cannot be submitted: numbers that cannot all be true.
    Refuse,
    /// The record can be submitted; whoever submits and reviews is told.
    Warn,
}

/// The closed set of tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields of a test are the two sides that its line names")]
pub enum Test {
    /// `left` ≤ `right`.
    AtMost { left: Source, right: Source },
    /// `left` = `right`.
    Equals { left: Source, right: Source },
    /// `part` / `whole` > `num` / `den`; does not apply to an empty whole.
    ShareAbove(Share),
    /// `part` / `whole` ≥ `num` / `den`.
    ShareAtLeast(Share),
    /// `part` / `whole` ≤ `num` / `den`.
    ShareAtMost(Share),
    /// A text does not contain one of these wordings, or has a line that names who speaks.
    Phrase {
        of: Pointer,
        words: Vec<String>,
        #[serde(default)]
        unless_speaker_named: bool,
    },
    /// Something is filled in.
    Filled(Pointer),
    /// Nothing is filled in.
    LeftEmpty(Pointer),
    /// Two times of a day, or two dates, in order.
    NotBefore { earlier: Pointer, later: Pointer },
}

/// A part of a whole against `num` / `den`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The part.
    pub part: Source,
    /// The whole.
    pub whole: Source,
    /// Numerator of the bound.
    pub num: u32,
    /// Denominator of the bound.
    pub den: u32,
}

/// The two numbers that were compared; none where a rule compares no numbers.
type Compared = Option<(i64, i64)>;

impl Rule {
    /// Everything in a content that does not meet the rule.
    pub(crate) fn problems(&self, content: &Value) -> Vec<Problem> {
        let places = match &self.each {
            Some(list) => list.places(content),
            None => vec![Place { path: Vec::new(), value: content }],
        };
        places.iter().filter_map(|place| self.problem(content, place)).collect()
    }

    fn problem(&self, root: &Value, place: &Place<'_>) -> Option<Problem> {
        let filled = |pointer: &Pointer| pointer.values(root, place.value).into_iter().any(is_filled);
        if !self.when.iter().all(filled) || self.unless.iter().any(filled) {
            return None;
        }
        let compared = self.test.broken(root, place.value)?;
        let mut path = vec!["content".to_owned()];
        path.extend(self.path.path_from(&place.path));
        let item = place.path.iter().rev().find_map(|name| name.parse::<usize>().ok());
        let (mut zh, mut en) = (fill(&self.zh, compared, item), fill(&self.en, compared, item));
        if let Some(citation) = &self.citation {
            zh.push_str(&citation.aside_zh());
            en.push_str(&citation.aside_en());
        }
        let code = match self.effect {
            Effect::Refuse => Code::Arithmetic,
            Effect::Warn => Code::Procedure,
        };
        Some(Problem { code, path, zh, en })
    }

    /// Every pointer of the rule that begins at the content or at the item of `each`.
    pub(crate) fn pointers(&self) -> Vec<&Pointer> {
        let mut all: Vec<&Pointer> = vec![&self.path];
        all.extend(self.when.iter().chain(&self.unless));
        match &self.test {
            Test::Phrase { of: one, .. } | Test::Filled(one) | Test::LeftEmpty(one) => all.push(one),
            Test::NotBefore { earlier, later } => all.extend([earlier, later]),
            Test::AtMost { .. }
            | Test::Equals { .. }
            | Test::ShareAbove(_)
            | Test::ShareAtLeast(_)
            | Test::ShareAtMost(_) => {}
        }
        all.extend(self.sources().into_iter().flat_map(Source::pointers));
        all
    }

    /// The numbers that it compares.
    pub(crate) fn sources(&self) -> Vec<&Source> {
        match &self.test {
            Test::AtMost { left, right } | Test::Equals { left, right } => vec![left, right],
            Test::ShareAbove(share) | Test::ShareAtLeast(share) | Test::ShareAtMost(share) => {
                vec![&share.part, &share.whole]
            }
            Test::Phrase { .. } | Test::Filled(_) | Test::LeftEmpty(_) | Test::NotBefore { .. } => Vec::new(),
        }
    }
}

impl Test {
    /// None where the test holds or does not apply.
    fn broken(&self, root: &Value, here: &Value) -> Option<Compared> {
        let numbers = |left: &Source, right: &Source| left.number(root, here).zip(right.number(root, here));
        let text = |pointer: &Pointer| pointer.values(root, here).into_iter().find_map(Value::as_str);
        let filled = |pointer: &Pointer| pointer.values(root, here).into_iter().any(is_filled);
        match self {
            Self::AtMost { left, right } => numbers(left, right).filter(|(left, right)| left > right).map(Some),
            Self::Equals { left, right } => numbers(left, right).filter(|(left, right)| left != right).map(Some),
            Self::ShareAbove(share) => share.broken(root, here, |part, bound| part > bound),
            Self::ShareAtLeast(share) => share.broken(root, here, |part, bound| part >= bound),
            Self::ShareAtMost(share) => share.broken(root, here, |part, bound| part <= bound),
            Self::Phrase { of, words, unless_speaker_named } => {
                let text = text(of)?;
                let said = words.iter().any(|word| text.contains(word.as_str()));
                (said && !(*unless_speaker_named && names_a_speaker(text))).then_some(None)
            }
            Self::Filled(pointer) => (!filled(pointer)).then_some(None),
            Self::LeftEmpty(pointer) => filled(pointer).then_some(None),
            Self::NotBefore { earlier, later } => {
                let (earlier, later) = text(earlier).zip(text(later))?;
                (earlier.len() == later.len() && later < earlier).then_some(None)
            }
        }
    }
}

impl Share {
    fn broken(&self, root: &Value, here: &Value, holds: impl Fn(i128, i128) -> bool) -> Option<Compared> {
        let (part, whole) = self.part.number(root, here).zip(self.whole.number(root, here))?;
        let met =
            whole <= 0 || holds(i128::from(part) * i128::from(self.den), i128::from(whole) * i128::from(self.num));
        (!met).then_some(Some((part, whole)))
    }
}

/// Is there a line that begins with a name and a colon, as minutes are written: `张三：同意`?
fn names_a_speaker(text: &str) -> bool {
    text.split(['\n', '；', ';', '。']).any(|line| {
        let Some((name, _)) = line.trim_start().split_once(['：', ':']) else { return false };
        let name = name.trim();
        (2..=20).contains(&name.chars().count())
            && name.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '·' | ' ' | '（' | '）'))
            && !["大家", "与会", "全体", "一致", "会议"].iter().any(|all| name.contains(all))
    })
}

fn fill(sentence: &str, compared: Compared, item: Option<usize>) -> String {
    let mut filled = sentence.to_owned();
    if let Some((left, right)) = compared {
        filled = filled.replace("{left}", &left.to_string()).replace("{right}", &right.to_string());
    }
    if let Some(item) = item {
        filled = filled.replace("{n}", &item.saturating_add(1).to_string());
    }
    filled
}
