//! `fonds`: serves, works, migrates, checks itself, writes its contracts.

mod command;
mod demo;
mod files;
mod listen;
mod log;
mod running;
mod settings;
mod words;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// Archives of grassroots organisations: record, review upward, exact figures at every level.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// The settings file; `fonds.toml` of the working folder where it is there.
    #[arg(long, env = "FONDS_SETTINGS", global = true, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    // Two providers are linked by our dependencies: without a choice, the first TLS connection panics.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        words::complain("a TLS provider was there before us");
        return ExitCode::FAILURE;
    }
    let Arguments { settings, command } = Arguments::parse();
    match command.run(settings.as_deref()) {
        Ok(code) => code,
        Err(error) => {
            words::complain(&words::chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
