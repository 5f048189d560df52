//! A child process by itself, for the tests of this crate: the product's binary has the same as a hidden command. With
//! `probe`, a cell and the name of a deed it tries what no child may do, and tells whether it was stopped.

use std::{ffi::OsString, fs, net::TcpListener, os::unix::net::UnixStream, process::Command, process::ExitCode};

use intake::sandbox::{self, Cell};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match arguments.iter().map(|argument| argument.to_str()).collect::<Vec<_>>().as_slice() {
        [Some("probe"), Some(cell), Some(deed)] => probe(cell, deed),
        _ => intake::picture::child(arguments),
    }
}

/// Exit code 0: the deed was done; 1: it was refused; anything else: the process did not get there.
fn probe(cell: &str, deed: &str) -> ExitCode {
    let Ok(cell) = serde_json::from_str::<Cell>(cell) else { return ExitCode::from(3) };
    if sandbox::enter(&cell).is_err() {
        return ExitCode::from(3);
    }
    let done = match deed {
        "read" => fs::read("/etc/hostname").is_ok() || fs::read("/etc/hosts").is_ok(),
        "read-font" => cell.readable.iter().all(|font| fs::read(font).is_ok()),
        "write" => fs::write(std::env::temp_dir().join("intake-probe"), "x").is_ok(),
        "listen" => TcpListener::bind("127.0.0.1:0").is_ok(),
        "connect" => UnixStream::connect("/dev/log").is_ok(),
        "start" => Command::new("/bin/true").spawn().is_ok(),
        "memory" => Vec::<u8>::new().try_reserve_exact(8 << 30).is_ok(),
        "spin" => spin(),
        _ => return ExitCode::from(3),
    };
    ExitCode::from(u8::from(!done))
}

fn spin() -> bool {
    let mut number = 1_u64;
    while number != 0 {
        number = number.wrapping_mul(3) | 1;
        std::hint::black_box(number);
    }
    true
}
