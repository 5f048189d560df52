//! The upward flow: what was sent, by which way, and what may happen to it next. A submission is in one state; a receipt
//! is decided once. Everything here consumes and returns; the database re-checks only structure.

use serde::{Deserialize, Serialize};

use crate::{
    Code, Id, Problem,
    form::marked,
    id::noun,
    org::{OrgKind, Place, words},
    record_type::Route,
    tenant::Level,
};

words! {
    /// The one state of a submission; figures count by it.
    SubmissionState {
        /// Pending at a level of its route.
        InReview = "in_review", "审核中";
        /// Came back.
        Returned = "returned", "已退回";
        /// Taken back.
        Withdrawn = "withdrawn", "已撤回";
        /// Approved to the end.
        Final = "final", "已通过";
    }
}

words! {
    /// State of a receipt.
    ReceiptState {
        /// Waits for a decision.
        Pending = "pending", "待审核";
        /// Approved here.
        Approved = "approved", "已通过";
        /// Returned here.
        Returned = "returned", "已退回";
        /// Withdrawn from below; shows nothing.
        Withdrawn = "withdrawn", "已撤回";
        /// The approval was recalled; a new receipt took its place.
        Recalled = "recalled", "已撤销审核";
    }
}

words! {
    /// What a reviewer says.
    Verdict {
        /// On to the next level, or final.
        Approve = "approved", "通过";
        /// Back to the branch.
        Return = "returned", "退回";
    }
}

words! {
    /// Why something is returned (退回原因).
    ReturnReason {
        /// Something is missing.
        Incomplete = "incomplete", "材料不全";
        /// Something is not true or does not fit together.
        Content = "content", "内容有误";
        /// Format or wording.
        Form = "form", "格式不规范";
        /// A rule of procedure was not kept.
        Procedure = "procedure", "程序不符合规定";
        /// Reported twice.
        Duplicate = "duplicate", "重复上报";
        /// Wrong type or organisation.
        Misplaced = "misplaced", "类型或单位有误";
        /// Something else; a note says what.
        Other = "other", "其他";
    }
}

/// One organisation of the chain, from the record's own upward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: OrgKind,
}

/// The way that a submission takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Who receives, in order.
    pub stops: Vec<Id<noun::Org>>,
    /// Levels that the type asks for and that do not exist above the organisation.
    pub skipped: Vec<Level>,
}

/// Which organisations of the chain a type's route asks for. `chain` begins with the record's own organisation.
pub fn route(chain: &[Stop], route: &Route) -> Routed {
    let above = || chain.iter().skip(1);
    let stops = above().filter(|stop| route.asks(stop.place.level, stop.kind)).map(|stop| stop.place.org).collect();
    let skipped = route
        .levels
        .iter()
        .copied()
        .map(Level)
        .filter(|&level| above().all(|stop| stop.place.level != level))
        .collect();
    Routed { stops, skipped }
}

/// A warning for each level that was skipped.
pub fn skipped(levels: &[Level], name: impl Fn(Level) -> (String, String)) -> Vec<Problem> {
    levels
        .iter()
        .map(|&level| {
            let (zh, en) = name(level);
            Problem::new(
                Code::LevelSkipped,
                &["route"],
                format!("本组织之上没有“{zh}”一级，已跳过该级审核"),
                format!("there is no {en} above this organisation; that level was skipped"),
            )
        })
        .collect()
}

/// A submission as far as a decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Of which record.
    pub record: Id<noun::Record>,
    /// Which round.
    pub round: i32,
    /// Where it stands.
    pub state: SubmissionState,
    /// The organisation and everything above it at that moment, the top last: where it counts.
    pub chain: Vec<Id<noun::Org>>,
    /// Who receives, in order.
    pub route: Vec<Id<noun::Org>>,
    /// 1-based position on the route; 0 with an empty one.
    pub position: usize,
    /// Who sent it.
    pub submitted_by: Id<noun::Account>,
    /// Who wrote the version that was sent.
    pub author: Id<noun::Account>,
    /// Who approved last, if anybody has.
    pub approved_by: Option<Id<noun::Account>>,
}

/// What a decision or a recall leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next organisation of the route receives it.
    Receives(Id<noun::Org>),
    /// It has reached the end of its route.
    Final,
    /// The branch has it back.
    Back,
}

/// What a reviewer gives along.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remarks {
    /// Reason codes; at least one with a return.
    pub reasons: Vec<ReturnReason>,
    /// Comments at fields of the form.
    pub comments: Vec<Comment>,
    /// In words.
    pub note: Option<String>,
}

/// A remark at one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// JSON pointer into the content, or `/title` and the like.
    pub path: String,
    /// The remark.
    pub text: String,
}

impl Remarks {
    /// A return says why; texts are bounded and carry no state-secret mark: branches read them, and they are kept for ever.
    pub fn check(&self, verdict: Verdict) -> Vec<Problem> {
        let mut problems = Vec::new();
        let too_long = |text: &str| text.chars().count() > 2_000;
        match verdict {
            Verdict::Return if self.reasons.is_empty() => problems.push(Problem::new(
                Code::ReasonRequired,
                &["reasons"],
                "退回时请至少选择一个原因",
                "choose at least one reason for a return",
            )),
            Verdict::Return
                if self.reasons.contains(&ReturnReason::Other)
                    && self.note.as_deref().is_none_or(|note| note.trim().is_empty()) =>
            {
                problems.push(Problem::new(
                    Code::ReasonRequired,
                    &["note"],
                    "选择“其他”时请用文字说明原因",
                    "say in words what the other reason is",
                ));
            }
            Verdict::Return | Verdict::Approve => {}
        }
        if self.comments.len() > 100 {
            problems.push(Problem::new(Code::TooMany, &["comments"], "最多 100 条批注", "at most 100 comments"));
        }
        if self.note.as_deref().is_some_and(too_long) {
            problems.push(Problem::new(
                Code::TooLong,
                &["note"],
                "说明最多 2000 个字符",
                "a note is at most 2,000 characters",
            ));
        }
        problems.extend(self.note.as_deref().and_then(|note| marked(&["note"], note)));
        for (at, comment) in self.comments.iter().enumerate().take(100) {
            problems.extend(marked(&["comments", &at.to_string()], &comment.text));
            let path_fits = comment.path.len() <= 200 && comment.path.starts_with('/');
            if !path_fits || comment.text.trim().is_empty() || too_long(&comment.text) {
                problems.push(Problem::new(
                    Code::Invalid,
                    &["comments", &at.to_string()],
                    "批注须指向一个字段（如 /present），内容为 1 至 2000 个字符",
                    "a comment points at a field (/present, say) and is 1 to 2,000 characters",
                ));
            }
        }
        problems
    }
}

impl Submission {
    /// The organisation at which it is pending.
    pub fn pending_at(&self) -> Option<Id<noun::Org>> {
        let at = self.position.checked_sub(1)?;
        (self.state == SubmissionState::InReview).then(|| self.route.get(at).copied()).flatten()
    }

    /// Decides it at `org`.
    pub fn decide(self, org: Id<noun::Org>, verdict: Verdict, who: Id<noun::Account>) -> Result<(Self, Next), Problem> {
        if self.pending_at() != Some(org) {
            return Err(Problem::new(
                Code::WrongState,
                &["receipt"],
                format!("该件在本级已不是待审核（现为“{}”），请刷新", self.state.zh()),
                format!("it is not pending here any more (now {}); read it again", self.state.as_str()),
            ));
        }
        if self.submitted_by == who || self.author == who {
            return Err(Problem::new(
                Code::OwnSubmission,
                &["receipt"],
                "不能审核自己填写或报送的记录，请由他人审核",
                "nobody decides what he wrote or sent himself; another person must",
            ));
        }
        Ok(match verdict {
            Verdict::Return => (Self { state: SubmissionState::Returned, ..self }, Next::Back),
            Verdict::Approve => match self.route.get(self.position).copied() {
                Some(next) => {
                    (Self { position: self.position + 1, approved_by: Some(who), ..self }, Next::Receives(next))
                }
                None => (Self { state: SubmissionState::Final, approved_by: Some(who), ..self }, Next::Final),
            },
        })
    }

    /// Takes it back, while the next receipt is pending: by the submitter, or by whoever approved last.
    pub fn recall(self, who: Id<noun::Account>) -> Result<(Self, Next), Problem> {
        if self.state != SubmissionState::InReview {
            let (zh, en) = match self.state {
                SubmissionState::Withdrawn => {
                    ("已经撤回，不必再次撤回".to_owned(), "it was recalled already".to_owned())
                }
                SubmissionState::Final if self.route.is_empty() => (
                    "已由本组织办结，不能撤回；如有错误，请另行报送更正".to_owned(),
                    "your organisation has registered it; it cannot be recalled: report a correction".to_owned(),
                ),
                state => (
                    format!("上级已作出决定（现为“{}”），不能撤回", state.zh()),
                    format!(
                        "it has been decided above (now {}); it cannot be recalled",
                        state.as_str().replace('_', " ")
                    ),
                ),
            };
            return Err(Problem::new(Code::TooLate, &["record"], zh, en));
        }
        match self.position {
            0 | 1 if self.submitted_by == who => Ok((Self { state: SubmissionState::Withdrawn, ..self }, Next::Back)),
            0 | 1 => Err(Problem::new(
                Code::WrongState,
                &["record"],
                "只有报送人本人可以撤回",
                "only the person who submitted it may recall it",
            )),
            at if self.approved_by == Some(who) => {
                let back = self.route.get(at - 2).copied();
                let next = back.map_or(Next::Back, Next::Receives);
                Ok((Self { position: at - 1, approved_by: None, ..self }, next))
            }
            _ => Err(Problem::new(
                Code::TooLate,
                &["record"],
                "已有上级审核通过，只有审核人本人可以撤销其审核",
                "a level above has approved it; only that reviewer may recall the approval",
            )),
        }
    }
}

/// With an empty route nobody above looks at it, so another person of the organisation confirms.
pub fn check_confirmation(routed: &Routed, author: Id<noun::Account>, who: Id<noun::Account>) -> Result<(), Problem> {
    if routed.stops.is_empty() && author == who {
        return Err(Problem::new(
            Code::OwnSubmission,
            &["record"],
            "此类记录不需上级审核，须由本组织的另一人确认报送（如书记）",
            "nobody above reviews this type, so another person of the organisation (the secretary, say) confirms it",
        ));
    }
    Ok(())
}

/// Whoever may not confirm his own draft asks the others of his organisation; whoever may send it himself has nobody to ask.
pub fn check_request(routed: &Routed, author: Id<noun::Account>, who: Id<noun::Account>) -> Result<(), Problem> {
    let (zh, en) = match check_confirmation(routed, author, who) {
        Err(_) => return Ok(()),
        Ok(()) if routed.stops.is_empty() => (
            "您可以直接确认报送，不必请他人确认",
            "you may confirm it yourself: submit it, there is nobody to be asked",
        ),
        Ok(()) => (
            "此类记录由上级审核，可以直接报送，不必请本组织的人确认",
            "a level above reviews it: submit it, nobody of your organisation has to confirm it",
        ),
    };
    Err(Problem::new(Code::WrongState, &["record"], zh, en))
}

/// The refusal to ask where nobody could answer.
pub fn nobody_else() -> Problem {
    Problem::new(
        Code::NobodyElse,
        &["record"],
        "本组织目前没有其他人可以确认。请联系组织管理员，为书记（或另一位记录员）授予职务后再请其确认",
        "nobody else of your organisation may confirm it: ask the organisation's administrator to grant the secretary (or another \
         recorder) a post, then ask again",
    )
}

#[cfg(test)]
mod tests;
