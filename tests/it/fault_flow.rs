//! The process is killed while records go up and figures are folded.

mod killed;
pub(crate) mod served;
