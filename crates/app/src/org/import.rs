//! A whole tree out of a CSV file: matched by code, all or nothing, and nothing at all when it stands there already.

mod message;
mod row;
mod text;

use std::io::{BufReader, Read};

use chrono::NaiveDate;
use domain::{clock::Clock, org::Approval, tenant::TenantKey};
use serde::Serialize;
use store::{
    Owner,
    import::{Counts, Import, Row},
};

use crate::{Chance, Error, Result};
use row::{Header, Rows};

/// Faults that a report names; what goes beyond is counted.
const NAMED: usize = 1000;

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// Check everything, write nothing.
    pub dry_run: bool,
    /// The day from which changes are in force; new organisations begin on their 成立日期, else on this day.
    pub day: NaiveDate,
    /// What it rests on.
    pub approval: Approval,
}

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Line of the file, 1 for the header; none for what is not in the file.
    pub row: Option<u64>,
    /// Column, as the header has it.
    pub column: String,
    /// The reason in Chinese.
    pub zh: String,
    /// The reason in English.
    pub en: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// New organisations.
    pub created: i64,
    /// Renamed, moved or described anew.
    pub changed: i64,
    /// As they were.
    pub unchanged: i64,
    /// Was it written?
    pub written: bool,
    /// What is wrong; with any fault nothing is written.
    pub faults: Vec<Fault>,
    /// Further faults that are not named.
    pub more_faults: u64,
}

/// Where the import writes, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The operator's connection.
    pub owner: &'a Owner,
    /// Which tenant.
    pub tenant: &'a TenantKey,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness, for new ids.
    pub chance: &'a dyn Chance,
}

/// Imports a file. It is read once, row by row; memory does not grow with it. `NotFound`: there is no such tenant.
pub async fn import(input: Input<'_>, reader: impl Read + Send, options: &Options) -> Result<Report> {
    let mut import = Import::begin(input.owner, input.tenant, options.day).await?.ok_or(Error::NotFound)?;
    let mut reader = BufReader::with_capacity(1 << 18, reader);
    let encoding = text::detect(&mut reader).map_err(|error| Error::internal("import: reading the file", error))?;
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
    let header = match Header::read(&mut csv, encoding)? {
        Ok(header) => header,
        Err(faults) => return Ok(Report { faults, ..Report::default() }),
    };
    let levels = i16::try_from(import.levels()).unwrap_or(i16::MAX);
    let mut rows = Rows::new(csv, &header, encoding, levels, options.day, input);
    let read = import.load(rows.by_ref().map(|row: Row| row)).await?;
    let (mut faults, mut more, failed) = rows.end();
    if let Some(error) = failed {
        return Err(Error::internal("import: reading the file", error));
    }
    let limit = NAMED.saturating_sub(faults.len()) + 1;
    let found = import.check(&header.optional(), i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    for fault in found {
        if faults.len() < NAMED { faults.push(message::of(fault, import.levels())) } else { more += 1 }
    }
    faults.sort_by_key(|fault| fault.row.unwrap_or(u64::MAX));
    let counts = import.counts().await?;
    let Counts { created, changed, unchanged } = counts;
    let sound = faults.is_empty() && more == 0;
    let written = sound && !options.dry_run;
    // Unless it is written, the transaction is dropped here, and the lock with it.
    if written && created + changed > 0 {
        import.write(counts, input.clock.now(), &options.approval).await?;
    }
    Ok(Report { rows: read, created, changed, unchanged, written, faults, more_faults: more })
}
