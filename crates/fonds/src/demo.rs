//! `fonds demo --dir DIR [--fresh]`: a province to try Fonds on.

mod clock;
mod content;
mod files;
mod load;
mod mails;
mod people;
mod plan;
mod tenant;
mod year;

use std::{fmt::Write as _, fs, path::Path, process::ExitCode};

use app::{
    SystemClock,
    chance::{Chance as _, SystemChance},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{clock::Clock as _, tenant::TenantKey};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use store::{Owner, Store};

use crate::{
    command::{audit, migrate, serve},
    running::Running,
    settings::{Secret, Settings},
    words::{Failure, say},
};
use load::Loader;

/// The file in which scripts find address and sign-ins, once it answers.
const FILE: &str = "demo.json";
/// The same for shells: `. .fonds/demo.env`.
const ENV: &str = "demo.env";
/// What an earlier start has loaded: the tokens, without an address.
const LOADED: &str = "loaded.json";
/// The key that signs the heads of the audit log, and its public half, which an auditor is given.
const KEY: &str = "audit.key";
const PUBLIC_KEY: &str = "audit.pub";
/// The key that seals where webhooks lead.
const WEBHOOK_KEY: &str = "webhook.key";
/// Where heads are sent.
const HEADS: &str = "heads";

/// Migrates, loads where nothing is loaded, serves gateway and worker, writes `demo.json` once it answers. The rest of
/// the city's year is written in the background.
pub(crate) async fn run(mut settings: Settings, dir: &Path, fresh: bool) -> Result<ExitCode, Failure> {
    let file = dir.join(FILE);
    // Whoever waits for it must not read that of an earlier start.
    let gone = if fresh { &[FILE, ENV, LOADED][..] } else { &[FILE, ENV][..] };
    for name in gone.iter().filter(|name| dir.join(name).exists()) {
        fs::remove_file(dir.join(name))?;
    }
    if fresh && dir.join("mails").exists() {
        fs::remove_dir_all(dir.join("mails"))?;
    }
    if fresh && dir.join(HEADS).exists() {
        fs::remove_dir_all(dir.join(HEADS))?; // of a log that is gone
    }
    // Plain http on one's own machine.
    settings.http.https = false;
    sign(&mut settings, dir)?;
    seal(&mut settings, dir)?;
    let running = Running::begin()?;
    let admin = settings.admin_url()?;
    store::migrate::roles(admin.expose_secret()).await?;
    migrate::apply(&admin).await?;
    say("migrated");
    let loader = Loader {
        owner: Owner::connect(&admin).await?,
        store: Store::open(&settings.store()?)?,
        now: SystemClock.now(),
        samples: files::Samples::of(settings.clone()),
    };
    let before = dir.join(LOADED);
    let told = tokio::select! {
        told = told(&loader, &before) => told?,
        () = running.stop.cancelled() => return Ok(ExitCode::FAILURE),
    };
    let letters = format!("http://{}", mails::begin(&mut settings, dir, &running).await?);
    let served = serve::start(&settings, true, &running).await?;
    let url = format!("http://{}", served.address);
    let mut json = told.clone();
    json.insert("url".to_owned(), url.clone().into());
    json.insert("mails".to_owned(), letters.clone().into());
    let shell = format!("{}MAILS='{letters}'\n{}", env(&url, &told), env_of_auditor(dir, &admin)?);
    write(&dir.join(ENV), &shell)?;
    write(&file, &format!("{}\n", serde_json::to_string_pretty(&json)?))?;
    explain(&served.address.to_string(), &file, &told);
    say(&format!("\nletters that people of the demo get: {letters} (and in {})", dir.join("mails").display()));
    let stop = running.stop.clone();
    running.tasks.spawn(async move {
        if let Err(error) = loader.go_on(&stop).await {
            tracing::error!(%error, "the background job of the demo failed");
        }
    });
    Ok(serve::finish(served, &running).await)
}

/// A key that signs the heads of the audit log, made at the first start, and a folder beside it to which they go; heads come soon.
fn sign(settings: &mut Settings, dir: &Path) -> Result<(), Failure> {
    let audit = &mut settings.audit;
    if audit.key.is_some() {
        return Ok(());
    }
    fs::create_dir_all(dir)?;
    let file = dir.join(KEY);
    if !file.exists() {
        let public = audit::make_key("demo.fonds.example/audit", &file)?;
        fs::write(dir.join(PUBLIC_KEY), format!("{public}\n"))?;
    }
    audit.key = Some(Secret::new(fs::read_to_string(&file)?.trim()));
    audit.heads_folder.get_or_insert_with(|| dir.join(HEADS));
    audit.head_seconds = audit.head_seconds.min(5);
    Ok(())
}

/// A key that seals where webhooks lead, made at the first start beside the audit key.
fn seal(settings: &mut Settings, dir: &Path) -> Result<(), Failure> {
    if settings.mail.webhook_key.is_some() {
        return Ok(());
    }
    let file = dir.join(WEBHOOK_KEY);
    if !file.exists() {
        let mut key = [0; 32];
        SystemChance.fill(&mut key);
        write(&file, &format!("{}\n", STANDARD.encode(key)))?;
    }
    settings.mail.webhook_key = Some(Secret::new(fs::read_to_string(&file)?.trim()));
    Ok(())
}

/// What `demo.json` says beside the address: loaded now, or by an earlier start.
async fn told(loader: &Loader, file: &Path) -> Result<Map<String, Value>, Failure> {
    let key = TenantKey::parse("zj").ok_or("a tenant of the demo")?;
    if loader.owner.tenant(&key).await?.is_none() {
        let told = loader.load().await?;
        // Kept before anything serves: a second start must know the tokens.
        write(file, &serde_json::to_string(&told)?)?;
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

/// `URL`, and for each person `NAME_TOKEN`, `NAME_POST`, `NAME_ORG`.
fn env(url: &str, told: &Map<String, Value>) -> String {
    let people = told.get("people").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut text = format!("URL='{url}'\n");
    for person in people {
        let word = |name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default();
        let key = word("key").to_uppercase();
        for name in ["token", "post", "org"] {
            let _ = writeln!(text, "{key}_{}='{}'", name.to_uppercase(), word(name));
        }
    }
    text
}

/// What the walk-through's auditor works with: this program, the public key, the folder of heads; and what a tamperer has: the database.
fn env_of_auditor(dir: &Path, admin: &SecretString) -> Result<String, Failure> {
    let (program, dir) = (std::env::current_exe()?, fs::canonicalize(dir)?);
    Ok(format!(
        "FONDS='{}'\nAUDIT_KEY='{}'\nAUDIT_HEADS='{}'\nDATABASE='{}'\n",
        program.display(),
        dir.join(PUBLIC_KEY).display(),
        dir.join(HEADS).display(),
        admin.expose_secret()
    ))
}

/// Whole or not at all: whoever waits for the file reads it at once. It holds tokens: for its owner alone.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let part = file.with_extension("part");
    fs::write(&part, text)?;
    fs::set_permissions(&part, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    fs::rename(part, file)?;
    Ok(())
}
