//! The commands, one file each.

mod admin;
pub(crate) mod audit;
mod doctor;
mod import;
pub(crate) mod migrate;
mod schema;
mod scrub;
pub(crate) mod serve;
mod verify;
mod work;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;

use crate::{demo, log, settings, words::Failure};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves the interface.
    Serve {
        /// … and works in the same process.
        #[arg(long)]
        with_worker: bool,
    },
    /// Folds the figures and carries the jobs.
    Work,
    /// Brings the database up to date.
    Migrate {
        /// Makes the cluster's roles first; needs a superuser.
        #[arg(long)]
        roles: bool,
    },
    /// Says what is wrong with the settings, the database, its roles, redis.
    Doctor,
    /// Writes the contracts: fonds.graphql, authz-matrix.txt, settings.schema.json.
    Schema {
        /// Compares them instead; fails where one differs.
        #[arg(long)]
        check: bool,
        /// The folder.
        #[arg(long, default_value = "schema")]
        dir: PathBuf,
    },
    /// Recomputes what is stored, and says where it differs.
    Verify {
        #[command(subcommand)]
        what: verify::What,
    },
    /// Reads every body of a file whole in every place, heals what is wrong.
    Scrub {
        /// Only those that were not read since so many hours.
        #[arg(long, default_value_t = 0, value_name = "HOURS")]
        older: u32,
    },
    /// The key of the audit log, and its export.
    Audit {
        #[command(subcommand)]
        what: audit::Audit,
    },
    /// Reads data in.
    Import {
        #[command(subcommand)]
        what: import::Import,
    },
    /// What no signed-in person can do: tenants, first administrators.
    Admin {
        #[command(subcommand)]
        what: admin::Admin,
    },
    /// Looks into one file, in a process with limits; started by the guard alone.
    #[command(name = "look-into", hide = true)]
    Picture {
        /// What to do.
        order: std::ffi::OsString,
    },
    /// Serves a demonstration: migrates, loads a province where there is none, says who may sign in.
    Demo {
        /// Where demo.json goes.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Starts over.
        #[arg(long)]
        fresh: bool,
    },
}

impl Command {
    /// Runs one. The doctor looks at the settings itself, also where they cannot be read.
    pub(crate) fn run(self, file: Option<&Path>) -> Result<ExitCode, Failure> {
        match self {
            Self::Doctor => return block_on(doctor::run(file)),
            Self::Schema { check, dir } => return schema::run(&dir, check),
            Self::Picture { order } => return Ok(intake::picture::child([order])),
            Self::Verify { what: verify::What::Audit(audit) } => return audit.run(),
            Self::Audit { what: audit::Audit::Key { name, out } } => return audit::key(&name, &out),
            _ => {}
        }
        let settings = settings::load(file)?;
        log::begin(&settings.log)?;
        for name in settings::strangers() {
            tracing::warn!(name, "a variable begins like a setting and is none: a `__` stands between section and key");
        }
        block_on(async {
            match self {
                Self::Serve { with_worker } => serve::run(&settings, with_worker).await,
                Self::Work => work::run(&settings).await,
                Self::Migrate { roles } => migrate::run(&settings, roles).await,
                Self::Verify { what } => verify::run(&settings, &what).await,
                Self::Scrub { older } => scrub::run(&settings, older).await,
                Self::Audit { what: audit::Audit::Export { tenant, out } } => {
                    audit::export(&settings, &tenant, out.as_deref()).await
                }
                Self::Import { what } => import::run(&settings, what).await,
                Self::Admin { what } => admin::run(&settings, what).await,
                Self::Demo { dir, fresh } => Box::pin(demo::run(settings, &dir, fresh)).await,
                Self::Doctor | Self::Schema { .. } | Self::Picture { .. } | Self::Audit { .. } => Ok(ExitCode::SUCCESS),
            }
        })
    }
}

fn block_on(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
