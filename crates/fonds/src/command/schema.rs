//! `fonds schema [--check]`: the generated contracts, which are committed and reviewed.

use std::{fs, path::Path, process::ExitCode};

use crate::{
    settings::Settings,
    words::{Failure, complain, say},
};

/// Writes them, or compares them.
pub(crate) fn run(dir: &Path, check: bool) -> Result<ExitCode, Failure> {
    let mut same = true;
    for (name, text) in contracts()? {
        let path = dir.join(name);
        let found = fs::read_to_string(&path).unwrap_or_default();
        if found == text {
            continue;
        }
        if check {
            same = false;
            let line = found.lines().zip(text.lines()).take_while(|(found, text)| found == text).count() + 1;
            complain(&format!(
                "{} differs from the code, first in line {line}: run `fonds schema`, review, commit",
                path.display()
            ));
        } else {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            say(&format!("wrote {}", path.display()));
        }
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn contracts() -> Result<[(&'static str, String); 3], Failure> {
    let settings = serde_json::to_string_pretty(&schemars::schema_for!(Settings))?;
    let matrix = authz::matrix(authz::Policy::builtin()?.snapshot());
    Ok([
        ("fonds.graphql", ended(&graphql::sdl())),
        ("authz-matrix.txt", ended(&matrix)),
        ("settings.schema.json", ended(&settings)),
    ])
}

/// With exactly one line end at the end.
fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end())
}
