//! Records: the head of what a branch reports, its states, and what a draft allows.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Code, Id, Problem, id::noun, org::words, record_type::TypeCode};

words! {
    /// Where a record stands, from its branch's side.
    RecordState {
        /// Being written; never sent.
        Draft = "draft", "草稿";
        /// Sent, and under review somewhere above.
        InReview = "in_review", "审核中";
        /// Came back; to be mended and sent again.
        Returned = "returned", "已退回";
        /// Taken back by its submitter.
        Withdrawn = "withdrawn", "已撤回";
        /// Approved at the last level of its route.
        Final = "final", "已通过";
        /// A draft put aside.
        Discarded = "discarded", "已废弃";
    }
}

impl RecordState {
    /// May the branch write in it?
    pub const fn is_open(self) -> bool {
        match self {
            Self::Draft | Self::Returned | Self::Withdrawn => true,
            Self::InReview | Self::Final | Self::Discarded => false,
        }
    }
}

/// Head of a record, without content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which.
    pub id: Id<noun::Record>,
    /// Whose.
    pub org: Id<noun::Org>,
    /// Of which type.
    pub of_type: TypeCode,
    /// Version of the type that it was begun with, and keeps.
    pub type_version: i32,
    /// Where it stands.
    pub state: RecordState,
    /// Raised by every change.
    pub rev: i32,
    /// The newest version.
    pub version: i32,
    /// The newest round.
    pub round: i32,
}

/// What a person writes: everything of a version but its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    /// Title.
    pub title: String,
    /// Day of the activity; the month of its figures.
    pub occurred_on: NaiveDate,
    /// Further types that the same meeting counts for, each once.
    pub tags: Vec<TypeCode>,
    /// 0 public, 1 internal.
    pub confidentiality: i16,
    /// The form's content.
    pub content: serde_json::Value,
}

impl Writing {
    /// Is every look at it written down? What is internal is.
    pub const fn is_restricted(&self) -> bool {
        self.confidentiality > 0
    }
}

impl Head {
    /// May this revision be changed now?
    pub fn check_edit(&self, rev: i32) -> Result<(), Problem> {
        if !self.state.is_open() {
            return Err(Problem::new(
                Code::WrongState,
                &["record"],
                format!("记录“{}”，不能再编辑；如需修改，请先撤回或等待退回", self.state.zh()),
                format!(
                    "the record is {}; recall it or wait until it is returned before you change it",
                    self.state.as_str().replace('_', " ")
                ),
            ));
        }
        if self.rev != rev {
            return Err(stale(self.rev));
        }
        Ok(())
    }

    /// The refusal to send a version a second time: what is missing depends on how it came back.
    pub fn unchanged(&self) -> Problem {
        let (zh, en) = match self.state {
            RecordState::Withdrawn => (
                "撤回后内容没有修改，同一版本不能再次报送；请先编辑或重新保存草稿（形成新版本），再报送",
                "nothing was saved since it was recalled, and no version is sent twice; edit it or save it once more, which \
                 makes a new version, then submit again",
            ),
            RecordState::Returned => (
                "退回后内容没有修改；请先按退回意见修改并保存，再重新报送",
                "nothing was changed since it was returned; mend it as the remarks say and save it, then submit again",
            ),
            RecordState::Draft | RecordState::InReview | RecordState::Final | RecordState::Discarded => {
                ("该版本已经报送过，不能再次报送", "this version was sent before and is not sent again")
            }
        };
        Problem::new(Code::WrongState, &["record"], zh, en)
    }
}

/// Somebody else saved meanwhile.
pub fn stale(now: i32) -> Problem {
    Problem::new(
        Code::StaleRevision,
        &["rev"],
        format!("草稿已有更新（现为第 {now} 次修订），可能来自他人或您的另一窗口；请读取最新内容后再操作"),
        format!(
            "the draft was changed meanwhile (revision {now} now), by somebody else or in another window; read it again, then go on"
        ),
    )
}

impl Writing {
    /// What every draft must keep to, whatever its form: title, day, tags, confidentiality.
    pub fn check(&self, of_type: &TypeCode, today: NaiveDate, known: impl Fn(&TypeCode) -> bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        let length = self.title.trim().chars().count();
        if !(1..=200).contains(&length) || !crate::form::is_one_line(&self.title) {
            problems.push(Problem::new(
                if length == 0 { Code::Required } else { Code::Invalid },
                &["title"],
                "题名须为 1 至 200 个字符，不含换行",
                "a title is 1 to 200 characters on one line",
            ));
        }
        if self.occurred_on > today || self.occurred_on < NaiveDate::from_ymd_opt(1921, 7, 1).unwrap_or(today) {
            problems.push(Problem::new(
                Code::BadDate,
                &["occurredOn"],
                format!("活动日期须在 1921-07-01 至今天（{today}）之间；尚未发生的活动请发生后再报"),
                format!(
                    "the day of the activity is between 1921-07-01 and today ({today}); report it when it has happened"
                ),
            ));
        }
        if self.tags.len() > 5 {
            problems.push(Problem::new(
                Code::TooMany,
                &["tags"],
                "最多可同时计入 5 个其他类型",
                "at most five further types",
            ));
        }
        for (at, tag) in self.tags.iter().enumerate() {
            let index = at.to_string();
            let double = tag == of_type || self.tags.iter().take(at).any(|other| other == tag);
            if double {
                problems.push(Problem::new(
                    Code::Invalid,
                    &["tags", &index],
                    format!("类型 {} 重复；同一次会议对每个类型只计一次", tag.as_str()),
                    format!("type {} twice; a meeting counts once for each type", tag.as_str()),
                ));
            } else if !known(tag) {
                problems.push(Problem::new(
                    Code::UnknownType,
                    &["tags", &index],
                    format!("没有类型 {}", tag.as_str()),
                    format!("there is no type {}", tag.as_str()),
                ));
            }
        }
        if !(0..=1).contains(&self.confidentiality) {
            problems.push(Problem::new(
                Code::Invalid,
                &["confidentiality"],
                "密级只能为公开（PUBLIC）或内部（INTERNAL）；涉密内容不得上传本平台，请联系本单位保密办",
                "confidentiality is PUBLIC or INTERNAL; state secrets do not belong here, call your confidentiality office",
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing() -> Writing {
        Writing {
            title: "三月党员大会".to_owned(),
            occurred_on: NaiveDate::from_ymd_opt(2026, 3, 5).unwrap(),
            tags: vec![],
            confidentiality: 0,
            content: serde_json::json!({}),
        }
    }

    #[test]
    fn what_is_sent_again_unchanged_is_refused_by_how_it_came_back() {
        let head = |state| Head {
            id: Id::of(uuid::Uuid::nil()),
            org: Id::of(uuid::Uuid::nil()),
            of_type: TypeCode::parse("ZBDH").unwrap(),
            type_version: 1,
            state,
            rev: 2,
            version: 1,
            round: 1,
        };
        let said = |state| {
            let problem = head(state).unchanged();
            assert_eq!((problem.code, problem.path), (Code::WrongState, vec!["record".to_owned()]));
            (problem.zh, problem.en)
        };
        let (recalled, returned) = (said(RecordState::Withdrawn), said(RecordState::Returned));
        assert!(recalled.0.contains("撤回") && !recalled.0.contains("退回"), "{recalled:?}");
        assert!(recalled.1.contains("recalled") && !recalled.1.contains("returned"), "{recalled:?}");
        assert!(returned.0.contains("退回意见") && returned.1.contains("returned"), "{returned:?}");
    }

    #[test]
    fn a_meeting_counts_once_for_each_type_and_only_after_it_was_held() {
        let code = |text: &str| TypeCode::parse(text).unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 3, 4).unwrap();
        let twice = Writing { tags: vec![code("DK"), code("DK"), code("ZBDH"), code("NONE")], ..writing() };
        let codes: Vec<_> = twice
            .check(&code("ZBDH"), today, |tag| tag.as_str() != "NONE")
            .into_iter()
            .map(|problem| problem.code)
            .collect();
        assert_eq!(codes, [Code::BadDate, Code::Invalid, Code::Invalid, Code::UnknownType]);
        assert!(writing().check(&code("ZBDH"), today.succ_opt().unwrap(), |_| true).is_empty());
    }
}
