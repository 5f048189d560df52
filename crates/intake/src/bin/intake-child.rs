//! A child process by itself, for the tests of this crate: the product's binary has the same as a hidden command.

use std::process::ExitCode;

fn main() -> ExitCode {
    intake::picture::child(std::env::args_os().skip(1))
}
