//! `fonds import …`.

use std::{fs::File, path::PathBuf, process::ExitCode};

use app::{SystemClock, chance::SystemChance, org};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::{
    clock::{Clock as _, day_in},
    org::Approval,
    tenant::TenantSettings,
};
use store::Owner;

use super::admin::key;
use crate::{
    settings::Settings,
    words::{Failure, say, terminal_locale},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// A tree of organisations out of a CSV file, UTF-8 or GB18030: matched by code, all or nothing.
    Orgs(Orgs),
}

#[derive(Debug, Args)]
pub(crate) struct Orgs {
    /// The file; `.gz` is unpacked.
    file: PathBuf,
    /// The tenant.
    #[arg(long, value_name = "KEY")]
    tenant: String,
    /// Checks everything, writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// The day from which changes are in force; today where it is not said.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<NaiveDate>,
    /// Number of the approving document (文号).
    #[arg(long, value_name = "NO")]
    document: Option<String>,
    /// Date of the approving document.
    #[arg(long, value_name = "YYYY-MM-DD")]
    document_date: Option<NaiveDate>,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
}

/// Exit 1 where the file has a fault; then nothing was written.
pub(crate) async fn run(settings: &Settings, import: Import) -> Result<ExitCode, Failure> {
    let Import::Orgs(orgs) = import;
    let tenant = key(&orgs.tenant)?;
    let file = File::open(&orgs.file).map_err(|error| format!("{}: {error}", orgs.file.display()))?;
    let owner = Owner::connect(&settings.admin_url()?).await?;
    let input = org::Input { owner: &owner, tenant: &tenant, clock: &SystemClock, chance: &SystemChance };
    let options = org::Options {
        dry_run: orgs.dry_run,
        day: orgs.day.unwrap_or_else(|| day_in(TenantSettings::default().time_zone, SystemClock.now())),
        approval: Approval { document_no: orgs.document, document_date: orgs.document_date, reason: orgs.reason },
    };
    let packed = orgs.file.extension().is_some_and(|extension| extension == "gz");
    let imported = if packed {
        org::import(input, flate2::read::GzDecoder::new(file), &options).await
    } else {
        org::import(input, file, &options).await
    };
    let report = imported.map_err(|error| match error {
        app::Error::NotFound => format!("there is no tenant {}", orgs.tenant).into(),
        other => Failure::from(other),
    })?;
    owner.close().await;
    tell(&report);
    let sound = report.faults.is_empty() && report.more_faults == 0;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(report: &org::Report) {
    let locale = terminal_locale();
    for fault in &report.faults {
        let row = fault.row.map(|row| format!("{row}: ")).unwrap_or_default();
        say(&format!("{row}{}: {}", fault.column, locale.pick(&fault.zh, &fault.en)));
    }
    if report.more_faults > 0 {
        say(&format!("… {}", report.more_faults));
    }
    let org::Report { rows, created, changed, unchanged, written, .. } = report;
    let zh = format!(
        "{rows} 行：新建 {created}，变更 {changed}，未变 {unchanged}；{}",
        if *written { "已写入" } else { "未写入" }
    );
    let en = format!(
        "{rows} rows: {created} new, {changed} changed, {unchanged} unchanged; {}",
        if *written { "written" } else { "not written" }
    );
    say(locale.pick(&zh, &en));
}
