//! The process is killed while records go up and figures are folded.

mod killed;
mod served;
