//! The log: one JSON object a line to standard error, so that standard output stays the command's own.

use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    settings::{Format, Log},
    words::Failure,
};

/// Begins to log.
pub(crate) fn begin(settings: &Log) -> Result<(), Failure> {
    let filter: EnvFilter = settings.filter.parse()?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.format {
        Format::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        Format::Text => lines.compact().try_init(),
    }
}
