//! `fonds demo --dir DIR [--fresh]`: a province to try Fonds on.

use std::{fs, path::Path, process::ExitCode};

use secrecy::ExposeSecret as _;

use crate::{
    command::{migrate, serve},
    running::Running,
    settings::Settings,
    words::{Failure, say},
};

/// The file in which scripts find address and sign-ins.
const FILE: &str = "demo.json";

/// Migrates, loads where nothing is loaded, serves gateway and worker, writes `demo.json` once it answers.
pub(crate) async fn run(mut settings: Settings, dir: &Path, fresh: bool) -> Result<ExitCode, Failure> {
    let file = dir.join(FILE);
    if fresh && file.exists() {
        fs::remove_file(&file)?;
    }
    // Plain http on one's own machine.
    settings.http.https = false;
    let running = Running::begin()?;
    let admin = settings.admin_url()?;
    store::migrate::roles(admin.expose_secret()).await?;
    migrate::apply(&admin).await?;
    say("migrated");
    let served = serve::start(&settings, true, &running).await?;
    let told = load();
    write(&file, &served.address.to_string(), told)?;
    say(&format!("serving at http://{}; sign-ins are in {}", served.address, file.display()));
    Ok(serve::finish(served, &running).await)
}

/// What `demo.json` says beside the address.
fn load() -> serde_json::Map<String, serde_json::Value> {
    serde_json::Map::new()
}

fn write(file: &Path, address: &str, mut told: serde_json::Map<String, serde_json::Value>) -> Result<(), Failure> {
    told.insert("url".to_owned(), format!("http://{address}").into());
    let text = serde_json::to_string_pretty(&told)?;
    // Whole or not at all: whoever waits for the file reads it at once.
    let part = file.with_extension("part");
    fs::write(&part, format!("{text}\n"))?;
    fs::rename(part, file)?;
    Ok(())
}
