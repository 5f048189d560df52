//! The inbox: the newest of one person, told with the titles that he may see now.

use std::collections::HashMap;

use authz::act;
use domain::{Outcome, live::Topic, notice::Subject};
use serde::{Deserialize, Serialize};
use store::notice::Titled;

use crate::{App, Begun, Caller, Command, Reader, Result};

/// Unread notices are counted up to so many.
pub const UNREAD: i64 = 100;

/// A notice, with the title of its record where the reader may see it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What is kept.
    pub notice: store::notice::Notice,
    /// The title.
    pub title: Option<String>,
}

/// That notices were marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked(pub u64);

/// A page of one's own inbox, the newest first; one more than `limit` tells that others follow.
pub async fn page(reader: &mut Reader, unread: bool, before: Option<i32>, limit: u32) -> Result<Vec<Notice>> {
    let notices = store::notice::page(&mut reader.tx, unread, before, i64::from(limit) + 1).await?;
    titled(reader, notices).await
}

/// What came into one's own inbox after a number, in its order: nothing comes in behind it. For whoever follows the inbox.
pub async fn newer(reader: &mut Reader, than: i32, limit: u32) -> Result<Vec<Notice>> {
    let notices = store::notice::newer(&mut reader.tx, than, i64::from(limit)).await?;
    titled(reader, notices).await
}

/// The number of one's newest notice, 0 where there is none: from where to follow.
pub async fn newest(reader: &mut Reader) -> Result<i32> {
    Ok(store::notice::newest(&mut reader.tx).await?)
}

/// How many are unread, counted up to [`UNREAD`].
pub async fn unread(reader: &mut Reader) -> Result<i64> {
    Ok(store::notice::unread(&mut reader.tx, UNREAD).await?)
}

/// Which notices are marked as read: these, all up to a number, and what tells of some record or receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// By number.
    pub nos: Vec<i32>,
    /// Up to this one.
    pub up_to: Option<i32>,
    /// Each a record or a receipt.
    pub about: Vec<Subject>,
}

/// Marks notices as read.
pub async fn mark(cx: &App, caller: &Caller, command: Command, picked: &Picked) -> Result<Outcome<Marked>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let Picked { nos, up_to, about } = picked;
    let mut marked = store::notice::mark(&mut work.tx, nos, up_to.unwrap_or(0)).await?;
    if !about.is_empty() {
        marked += store::notice::mark_about(&mut work.tx, about).await?;
    }
    work.touch([Topic::Inbox(work.actor.account)]);
    work.done(Marked(marked), Vec::new()).await
}

/// Row security has shown what stands in the reader's organisations; the policy decides over each title.
async fn titled(reader: &mut Reader, notices: Vec<store::notice::Notice>) -> Result<Vec<Notice>> {
    let named = |notice: &store::notice::Notice| {
        let subject = notice.subject;
        let is_named = subject.round.is_some() || subject.rev.is_some();
        subject.record.filter(|_| is_named).map(|record| (record, subject.round))
    };
    let rounds: Vec<_> = notices.iter().filter_map(named).collect();
    let mut titles = HashMap::new();
    if !rounds.is_empty() {
        let receipts = reader.policy.scope::<act::ViewReceipt>(&reader.actor);
        let records = reader.policy.scope::<act::ViewRecord>(&reader.actor);
        for Titled { record, round, place, confidentiality, title, own } in
            store::notice::titles(&mut reader.tx, &rounds).await?
        {
            let may =
                if own { records.holds(&place, confidentiality) } else { receipts.holds(&place, confidentiality) };
            if may {
                titles.insert((record, round), title);
            }
        }
    }
    let title = |notice: &store::notice::Notice| titles.get(&named(notice)?).cloned();
    Ok(notices.into_iter().map(|notice| Notice { title: title(&notice), notice }).collect())
}
