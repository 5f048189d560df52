//! What the policy does not know: the state that an object is in, and that nobody decides his own.

use authz::{Action, Explanation};
use domain::{
    Id, Locale, Problem,
    id::{ReceiptId, noun},
    record::RecordState,
    submission::{ReceiptState, SubmissionState, Verdict, check_confirmation, route},
};
use store::explain::{ReceiptFacts, RecordFacts};

use super::About;
use crate::{Reader, Result};

/// What stands against something that the policy allows.
pub(super) enum Against {
    Nothing,
    /// It depends on the object, and none is named.
    Perhaps,
    Certainly(String, String),
}

impl Against {
    /// Puts it behind what the policy says.
    pub(super) fn put(self, explanation: &mut Explanation, locale: Locale) {
        match self {
            Self::Nothing => {}
            Self::Perhaps => explanation.steps.push(perhaps(locale)),
            Self::Certainly(zh, en) => {
                explanation.allowed = false;
                // The conclusion of the policy is not the last word here.
                explanation.steps.pop();
                explanation.steps.push(by_right(locale));
                explanation.steps.push(locale.pick(&zh, &en).to_owned());
                explanation.steps.push(locale.pick("结论：现在不允许。", "Therefore: not allowed now.").to_owned());
            }
        }
    }

    fn of(refused: std::result::Result<(), Problem>) -> Self {
        match refused {
            Ok(()) => Self::Nothing,
            Err(problem) => Self::Certainly(format!("但{}。", problem.zh), format!("But {}.", problem.en)),
        }
    }

    /// In this state nobody may.
    fn state(zh: &str, en: &str, action: Action) -> Self {
        Self::Certainly(
            format!("但这一件现为“{zh}”，此时不能{}。", action.label(Locale::Zh)),
            format!("But it is {} now: in this state nobody may {}.", en.replace('_', " "), action.label(Locale::En)),
        )
    }
}

fn by_right(locale: Locale) -> String {
    let (zh, en) = ("按职务和关系，有这项权限。", "By post and relation the right is there.");
    locale.pick(zh, en).to_owned()
}

fn perhaps(locale: Locale) -> String {
    let zh = "这里问的是一般情况：具体到某一份，还要看它当时的状态；本人填写或报送的，不能由本人确认或审核。\
              如要确知，请用那一份的编号或回执号再问。";
    let en = "This is the general case. Of a single record its state decides, too, and nobody confirms or reviews what he wrote or sent \
              himself: ask with the id or the receipt of that record to be sure.";
    locale.pick(zh, en).to_owned()
}

/// Looks at the object, where one is named.
pub(super) async fn find(
    reader: &mut Reader,
    account: Id<noun::Account>,
    action: Action,
    about: About,
) -> Result<Against> {
    Ok(match about {
        About::Record(id) => match store::explain::record_facts(&mut reader.tx, id).await? {
            Some(facts) => against_record(reader, account, action, facts).await?,
            None => Against::Nothing,
        },
        About::Receipt(id) => match store::explain::receipt_facts(&mut reader.tx, id).await? {
            Some(facts) => against_receipt(account, action, id, facts),
            None => Against::Nothing,
        },
        About::Org(_) if has_states(action) => Against::Perhaps,
        About::Org(_) | About::Account(_) | About::Post(_) | About::Nothing => Against::Nothing,
    })
}

/// Does it depend on the state of the object?
const fn has_states(action: Action) -> bool {
    matches!(
        action,
        Action::EditRecord
            | Action::SubmitRecord
            | Action::DiscardRecord
            | Action::RecallRecord
            | Action::ApproveReceipt
            | Action::ReturnReceipt
            | Action::RecallReceipt
    )
}

/// The rules of the steps of a record, as those themselves keep them.
async fn against_record(
    reader: &mut Reader,
    account: Id<noun::Account>,
    action: Action,
    facts: RecordFacts,
) -> Result<Against> {
    let state = facts.state;
    let fits = match action {
        Action::EditRecord | Action::SubmitRecord => state.is_open(),
        Action::DiscardRecord => state == RecordState::Draft,
        Action::RecallRecord => return Ok(against_recall(account, facts)),
        _ => return Ok(Against::Nothing),
    };
    if !facts.org_active {
        let (zh, en) = (
            "但形成该记录的组织已撤销，留存的记录只供查阅。",
            "But the organisation that wrote it is closed: it is only read.",
        );
        return Ok(Against::Certainly(zh.to_owned(), en.to_owned()));
    }
    if !fits {
        return Ok(Against::state(state.zh(), state.as_str(), action));
    }
    if action != Action::SubmitRecord {
        return Ok(Against::Nothing);
    }
    if facts.submitted {
        let (zh, en) = (
            "但最新的版本已经报送过：须先修改并保存，形成新的版本。",
            "But its newest version was sent before: it is changed and saved first, which makes a new one.",
        );
        return Ok(Against::Certainly(zh.to_owned(), en.to_owned()));
    }
    let asked = store::record_type::route(&mut reader.tx, &facts.of_type).await?;
    let chain = store::record::chain(&mut reader.tx, facts.standing.place.org).await?;
    Ok(Against::of(check_confirmation(&route(&chain, &asked), facts.author, account)))
}

fn against_recall(account: Id<noun::Account>, facts: RecordFacts) -> Against {
    match facts.sent {
        Some(sent) if sent.state == SubmissionState::InReview && sent.position > 1 => Against::Certainly(
            "但上级已审核通过，不能撤回；如需修改，请联系上级退回。".to_owned(),
            "But a level above has approved it: ask it to return the record.".to_owned(),
        ),
        Some(sent) => Against::of(sent.recall(account).map(drop)),
        None => Against::state(facts.state.zh(), facts.state.as_str(), Action::RecallRecord),
    }
}

/// The rules of the steps of a receipt.
fn against_receipt(account: Id<noun::Account>, action: Action, id: ReceiptId, facts: ReceiptFacts) -> Against {
    let ReceiptFacts { state, sent, .. } = facts;
    let verdict = match action {
        Action::ApproveReceipt => Verdict::Approve,
        Action::ReturnReceipt => Verdict::Return,
        Action::RecallReceipt => {
            let last = sent.position.checked_sub(2).and_then(|at| sent.route.get(at)) == Some(&id.org);
            return match state {
                ReceiptState::Approved if last => Against::of(sent.recall(account).map(drop)),
                ReceiptState::Approved => Against::Certainly(
                    "但只有在上一级尚未审核时，才能撤销本级的审核通过。".to_owned(),
                    "But an approval is recalled only while the next level has not decided.".to_owned(),
                ),
                ReceiptState::Pending | ReceiptState::Returned | ReceiptState::Withdrawn | ReceiptState::Recalled => {
                    Against::state(state.zh(), state.as_str(), action)
                }
            };
        }
        _ => return Against::Nothing,
    };
    if state != ReceiptState::Pending {
        return Against::state(state.zh(), state.as_str(), action);
    }
    Against::of(sent.decide(id.org, verdict, account).map(drop))
}
