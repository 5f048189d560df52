//! `fonds migrate [--roles]`.

use std::process::ExitCode;

use secrecy::{ExposeSecret, SecretString};

use crate::{
    settings::Settings,
    words::{Failure, say},
};

/// Makes the roles where asked to, applies what is new, makes the queue's tables.
pub(crate) async fn run(settings: &Settings, roles: bool) -> Result<ExitCode, Failure> {
    let url = settings.admin_url()?;
    if roles {
        store::migrate::roles(url.expose_secret()).await?;
        say("roles: fonds_owner, fonds_flow, fonds_app, fonds_worker, fonds_backup");
    }
    for name in apply(&url).await? {
        say(&format!("applied {name}"));
    }
    say("up to date");
    Ok(ExitCode::SUCCESS)
}

/// The migrations and the queue's own. Gives the names of the files applied.
pub(crate) async fn apply(url: &SecretString) -> Result<Vec<&'static str>, Failure> {
    let applied = store::migrate::run(url.expose_secret()).await?;
    worker::queue::install(url).await?;
    Ok(applied)
}
