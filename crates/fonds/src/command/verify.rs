//! `fonds verify …`: is what is stored what it should be?

mod audit;
mod proof;

use std::process::ExitCode;

use clap::Subcommand;
use domain::tenant::TenantKey;
use secrecy::ExposeSecret;
use store::fold::{self, Difference};

use crate::{
    settings::Settings,
    words::{Failure, say},
};

/// Differences that are printed; the rest is counted.
const SHOWN: usize = 100;

#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// The folded figures against the submissions.
    Rollups {
        /// One tenant; all without it.
        #[arg(long, value_name = "KEY")]
        tenant: Option<String>,
    },
    /// An export of the audit log against its signed heads. Offline: neither settings nor a database are needed. Exit 0: proved;
    /// 1: something is wrong; 2: nothing is wrong, and no trusted head proves it.
    Audit(audit::Audit),
    /// The proof of one entry of the audit log, as the auditor downloads it. Offline. Exit 0: proved; 1: not.
    Proof(proof::OfEntry),
}

/// Exit 1 where something differs.
pub(crate) async fn run(settings: &Settings, what: &What) -> Result<ExitCode, Failure> {
    let tenant = match what {
        What::Rollups { tenant } => tenant,
        What::Audit(audit) => return audit.run(),
        What::Proof(proof) => return proof.run(),
    };
    let url = settings.admin_url()?;
    let key = match tenant {
        Some(text) => Some(TenantKey::parse(text).ok_or_else(|| format!("{text} is not the key of a tenant"))?),
        None => None,
    };
    let found = fold::verify(url.expose_secret(), key.as_ref()).await?;
    let differences = found.ok_or_else(|| format!("there is no tenant {}", tenant.as_deref().unwrap_or_default()))?;
    for difference in differences.iter().take(SHOWN) {
        say(&line(difference));
    }
    if differences.is_empty() {
        say("rollups: every folded figure is what its submissions give");
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("rollups: {} cells differ", differences.len()));
    Ok(ExitCode::FAILURE)
}

/// What differs, number by number.
fn line(difference: &Difference) -> String {
    let Difference { tenant, org, org_name, up, kind, month, state, expected, found } = difference;
    let names = std::iter::once("n".to_owned()).chain((1..=12).map(|k| format!("m{k}")));
    let numbers: Vec<_> = names
        .zip(expected.iter().zip(found))
        .filter(|(_, (expected, found))| expected != found)
        .map(|(name, (expected, found))| format!("{name}: {expected} expected, {found} found"))
        .collect();
    format!("{tenant} {org} {org_name} (below {up}) {kind} {month} {state}: {}", numbers.join("; "))
}

#[cfg(test)]
mod tests {
    use domain::Id;

    use super::*;

    #[test]
    fn a_difference_names_the_cell_and_the_numbers() {
        let mut found = vec![0; 13];
        found[2] = 5;
        let told = line(&Difference {
            tenant: "zj".into(),
            org: Id::of(uuid::Uuid::nil()),
            org_name: "西湖区委".into(),
            up: Id::of(uuid::Uuid::nil()),
            kind: "*".into(),
            month: 202_603,
            state: "final".into(),
            expected: vec![0; 13],
            found,
        });
        let zeros = "0".repeat(32);
        assert_eq!(
            told,
            format!("zj org:{zeros} 西湖区委 (below org:{zeros}) * 202603 final: m2: 0 expected, 5 found")
        );
    }
}
