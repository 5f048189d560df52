//! `fonds audit …`: the key that signs the heads of the audit log, and its export by the operator.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use app::{
    SystemClock,
    chance::{Chance as _, SystemChance},
};
use clap::Subcommand;
use domain::{
    audit::{PublicKey, SigningKey, key::KeyName},
    clock::Clock as _,
};
use store::{Owner, audit_log::OwnerExport};

use super::admin;
use crate::{
    settings::Settings,
    words::{Failure, complain, say, terminal_locale},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Makes a key that signs heads, for `audit.key_file`, and says its public half, which auditors are given.
    Key {
        /// Its name: the address of the installation without https://, e.g. dangan.example.cn/audit.
        #[arg(long)]
        name: String,
        /// Where the secret goes; a file that is there is left alone.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Exports a tenant's log up to its newest head, for `fonds verify audit`.
    Export {
        /// The tenant.
        #[arg(long, value_name = "KEY")]
        tenant: String,
        /// Where it goes; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// A key needs neither settings nor a database.
pub(crate) fn key(name: &str, out: &Path) -> Result<ExitCode, Failure> {
    say(&make_key(name, out)?.to_string());
    Ok(ExitCode::SUCCESS)
}

/// Makes a key file for its owner alone.
pub(crate) fn make_key(name: &str, out: &Path) -> Result<PublicKey, Failure> {
    let name = KeyName::parse(name).ok_or_else(|| {
        format!(
            "{name} is not the name of a key: an address without https://, blanks and '+', e.g. dangan.example.cn/audit"
        )
    })?;
    let mut seed = [0; 32];
    SystemChance.fill(&mut seed);
    let key = SigningKey::from_seed(name, &seed);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
    let mut file = file.map_err(|error| format!("{}: {error}", out.display()))?;
    file.write_all(format!("{}\n", key.secret_text()).as_bytes())?;
    file.sync_all()?;
    Ok(key.public())
}

/// Exit 1 where rows stand in the table that were never logged.
pub(crate) async fn export(settings: &Settings, tenant: &str, out: Option<&Path>) -> Result<ExitCode, Failure> {
    let key = admin::key(tenant)?;
    let owner = Owner::connect(&settings.admin_url()?).await?;
    let id = owner.tenant(&key).await?.ok_or_else(|| format!("there is no tenant {tenant}"))?;
    let begun = owner.export_audit(id, &key, SystemClock.now()).await?;
    let (mut export, first) = begun.ok_or("no head was signed yet: is audit.key set, and is the worker at work?")?;
    match out {
        Some(path) => {
            // Whole or not at all.
            let part = path.with_extension("part");
            let mut file = BufWriter::new(fs::File::create(&part)?);
            write(&mut export, &first, &mut file).await?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(part, path)?;
        }
        None => write(&mut export, &first, &mut io::stdout()).await?,
    }
    let size = export.size();
    let unlogged = export.unlogged().await?;
    owner.close().await;
    let locale = terminal_locale();
    complain(&format!("{tenant}: {size} {}", locale.pick("条已导出", "entries exported")));
    if unlogged.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    complain(&format!(
        "{}: {unlogged:?}",
        locale.pick(
            "审计表中有从未记入日志的行（绕过触发器写入）",
            "rows of the audit table that were put in past the log"
        )
    ));
    Ok(ExitCode::FAILURE)
}

async fn write(export: &mut OwnerExport, first: &str, out: &mut (impl Write + Send)) -> Result<(), Failure> {
    out.write_all(first.as_bytes())?;
    while let Some(lines) = export.part().await? {
        out.write_all(lines.as_bytes())?;
    }
    Ok(out.flush()?)
}
