//! Sessions: signing in and out, tokens of programs, ending what is open.

mod end;
mod list;
mod sign_in;
mod token;

pub use end::{Ended, end, sign_out, sign_out_everywhere};
pub use list::{list, own};
pub use sign_in::{SignInRefusal, SignedIn, sign_in};
pub use store::session::{Session, SessionKind};
pub use token::{Made, NewToken, Token, create};
