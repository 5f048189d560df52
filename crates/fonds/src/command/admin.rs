//! `fonds admin …`: what no signed-in person can do. It writes as the owner, past the first wall.

mod account;
mod tenant;

use std::{process::ExitCode, sync::Arc};

use app::{App, SystemClock, chance::SystemChance};
use clap::Subcommand;
use domain::{Problem, tenant::TenantKey};
use store::{Owner, Store};

use crate::{
    settings::Settings,
    words::{Failure, terminal_locale},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Makes a tenant with its roles, catalogue, routes and topmost organisation.
    CreateTenant(tenant::NewTenant),
    /// Adds new versions of the built-in record types to a tenant.
    SyncCatalogue {
        /// The tenant.
        #[arg(long, value_name = "KEY")]
        tenant: String,
    },
    /// Makes an account with a post: the first administrators of a tenant, or the account of a program.
    CreateAccount(account::NewAccount),
}

/// Runs one.
pub(crate) async fn run(settings: &Settings, admin: Admin) -> Result<ExitCode, Failure> {
    let owner = Owner::connect(&settings.admin_url()?).await?;
    match admin {
        Admin::CreateTenant(new) => tenant::create(&owner, new).await?,
        Admin::SyncCatalogue { tenant } => tenant::sync_catalogue(&owner, &key(&tenant)?).await?,
        Admin::CreateAccount(new) => account::create(&app(settings)?, &owner, new).await?,
    }
    owner.close().await;
    Ok(ExitCode::SUCCESS)
}

/// A tenant's key.
pub(super) fn key(text: &str) -> Result<TenantKey, Failure> {
    Ok(TenantKey::parse(text)
        .ok_or_else(|| format!("{text} is not the key of a tenant: 2 to 31 of a-z, 0-9 and '-'"))?)
}

/// What the domain refuses, in the terminal's language, a line each.
fn refused(problems: &[Problem]) -> Failure {
    let locale = terminal_locale();
    let lines: Vec<_> =
        problems.iter().map(|problem| format!("{}: {}", problem.path.join("."), problem.message(locale))).collect();
    lines.join("\n").into()
}

/// For time and chance; nothing connects through it.
fn app(settings: &Settings) -> Result<App, Failure> {
    let idle = store::Settings {
        url: settings.admin_url()?,
        max_connections: 1,
        acquire_timeout: std::time::Duration::from_secs(1),
    };
    Ok(App::new(Store::open(&idle)?, Arc::new(SystemClock), Arc::new(SystemChance))?)
}
