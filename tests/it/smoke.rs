//! Does it come up, and does it say so?

mod health;
mod session;
mod sign_in;
mod worker;
