//! Records of one's own organisation: writing, sending, taking back, looking up.

mod ask;
mod discard;
mod draft;
mod files;
mod list;
mod recall;
mod submit;
mod view;

pub use ask::{ask_confirmation, confirmers};
pub use discard::discard;
pub use draft::{Drafted, SavedDraft, create, save};
pub use files::{arrange_files, files};
pub use list::{list, to_confirm};
pub use recall::{Recalled, recall, recall_approval};
pub use submit::{Submitted, send, submit};
pub use view::{check, history, rounds, route, view};

use domain::{Code, Problem};

pub use store::record::{EventRow, Line, ReceiptRow, Record, RoundRow};

/// What a closed organisation has left behind is read by its successor, and changed by nobody.
fn check_active(record: &Record) -> Result<(), Problem> {
    if record.org_active {
        return Ok(());
    }
    Err(Problem::new(
        Code::Closed,
        &["record"],
        "形成该记录的组织已撤销，留存的记录只供查阅，不能再编辑、废弃或报送。如仍需报送，请在承接组织新建记录",
        "the organisation that wrote it is closed: what it left behind is read, and neither edited, discarded nor sent any \
         more; begin a new record at its successor",
    ))
}

/// A warning where the organisation has reported an activity of this type on this day already: the same meeting is easily
/// entered twice, by two people or after a year.
async fn reported_before(tx: &mut store::Tx, record: &store::record::Record) -> crate::Result<Option<domain::Problem>> {
    let twice = store::record::reported_before(tx, record).await?;
    Ok(twice.then(|| {
        domain::Problem::new(
            domain::Code::Taken,
            &["occurredOn"],
            format!("本组织已报送过一份 {} 的同类记录，请确认不是重复报送", record.writing.occurred_on),
            format!(
                "your organisation has reported a record of this type for {} already; make sure that this is another one",
                record.writing.occurred_on
            ),
        )
    }))
}
