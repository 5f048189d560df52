//! `fonds demo --dir DIR [--fresh]`: a province to try Fonds on.

mod clock;
mod content;
mod load;
mod people;
mod plan;
mod tenant;
mod year;

use std::{fs, path::Path, process::ExitCode};

use app::SystemClock;
use domain::{clock::Clock as _, tenant::TenantKey};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use store::{Owner, Store};

use crate::{
    command::{migrate, serve},
    running::Running,
    settings::Settings,
    words::{Failure, say},
};
use load::Loader;

/// The file in which scripts find address and sign-ins.
const FILE: &str = "demo.json";

/// Migrates, loads where nothing is loaded, serves gateway and worker, writes `demo.json` once it answers. The rest of
/// the city's year is written in the background.
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
    let loader = Loader {
        owner: Owner::connect(&admin).await?,
        store: Store::open(&settings.store()?)?,
        now: SystemClock.now(),
    };
    let told = tokio::select! {
        told = told(&loader, &file) => told?,
        () = running.stop.cancelled() => return Ok(ExitCode::FAILURE),
    };
    let served = serve::start(&settings, true, &running).await?;
    write(&file, &served.address.to_string(), told.clone())?;
    explain(&served.address.to_string(), &file, &told);
    let stop = running.stop.clone();
    running.tasks.spawn(async move {
        if let Err(error) = loader.go_on(&stop).await {
            tracing::error!(%error, "the background job of the demo failed");
        }
    });
    Ok(serve::finish(served, &running).await)
}

/// What `demo.json` says beside the address: loaded now, or by an earlier start.
async fn told(loader: &Loader, file: &Path) -> Result<Map<String, Value>, Failure> {
    let key = TenantKey::parse("zj").ok_or("a tenant of the demo")?;
    if loader.owner.tenant(&key).await?.is_none() {
        let told = loader.load().await?;
        // Kept before anything serves: a second start must know the tokens.
        write(file, "", told.clone())?;
        return Ok(told);
    }
    let text = fs::read_to_string(file).map_err(|_| {
        format!("{} is gone, or the first start was cut short: start over with --fresh", file.display())
    })?;
    say("the data of an earlier start is there");
    Ok(serde_json::from_str(&text)?)
}

/// The address, the sign-ins and a `curl` line that works.
fn explain(address: &str, file: &Path, told: &Map<String, Value>) {
    say(&format!("\nFonds is at http://{address} (Ctrl-C stops it)\n"));
    let people = told.get("people").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let word = |person: &Value, name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for person in people {
        let (tenant, login, org) = (word(person, "tenant"), word(person, "login"), word(person, "org_name"));
        say(&format!("  {tenant:4} {login:20} {org}"));
    }
    say(&format!("  password of everybody: {}; tokens are in {}\n", people::PASSWORD, file.display()));
    if let Some(recorder) = people.first() {
        say(&format!(
            "curl -s http://{address}/graphql -H 'content-type: application/json' -H 'authorization: Bearer {}' \\\n  -d '{{\"query\":\"{{ counts(org: \\\"{}\\\") {{ drafts returned inReview held }} }}\"}}'",
            word(recorder, "token"),
            word(recorder, "org")
        ));
    }
}

fn write(file: &Path, address: &str, mut told: Map<String, Value>) -> Result<(), Failure> {
    told.insert("url".to_owned(), format!("http://{address}").into());
    let text = serde_json::to_string_pretty(&told)?;
    // Whole or not at all: whoever waits for the file reads it at once. It holds tokens: for its owner alone.
    let part = file.with_extension("part");
    fs::write(&part, format!("{text}\n"))?;
    fs::set_permissions(&part, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    fs::rename(part, file)?;
    Ok(())
}
