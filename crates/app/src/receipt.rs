//! What a committee has received: reading it, listing it, deciding it.

mod decide;
mod list;
mod view;

pub use decide::{Decided, approve, decide, give_back};
pub use list::{Queue, counts, list};
pub(crate) use view::open;
pub use view::{Held, files, history, view};

pub use store::receipt::{Counts, Line};
