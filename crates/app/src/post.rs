//! Posts: granting, ending, listing. What ends, ends at the next request: nothing of it is kept anywhere.

mod end;
mod grant;
mod list;

pub use end::end;
pub use grant::{Grant, grant};
pub use list::{at, mine, of};
pub use store::post::Post;
