//! Records of one's own organisation: writing, sending, taking back, looking up.

mod discard;
mod draft;
mod files;
mod list;
mod recall;
mod submit;
mod view;

pub use discard::discard;
pub use draft::{Drafted, SavedDraft, create, save};
pub use files::{arrange_files, files};
pub use list::list;
pub use recall::{Recalled, recall, recall_approval};
pub use submit::{Submitted, send, submit};
pub use view::{check, history, rounds, view};

pub use store::record::{EventRow, Line, ReceiptRow, Record, RoundRow};
