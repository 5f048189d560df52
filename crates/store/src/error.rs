//! What can go wrong below the use cases.

use domain::canonical::NotCanonical;

/// Failure of the database or of what was expected of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rows moved on since they were read; nothing was written.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The second wall refused what the first had permitted.
    #[error("refused by the database: {0}")]
    Refused(String),
    /// A named unique, exclusion or foreign-key constraint does not hold.
    #[error("constraint {0}")]
    Constraint(String),
    /// The database is away, overloaded or took too long.
    #[error("database unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A write touched another number of rows than it must.
    #[error("{what}: {touched} rows instead of {expected}")]
    Rows {
        /// The write.
        what: &'static str,
        /// Rows that it must touch.
        expected: u64,
        /// Rows that it touched.
        touched: u64,
    },
    /// A stored value cannot be read as what it is declared to be.
    #[error("stored value: {0}")]
    Stored(String),
    /// Anything else of the driver.
    #[error("database: {0}")]
    Driver(#[source] sqlx::Error),
}

/// Result of a function of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                return Self::Unavailable(error);
            }
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                match code.as_ref() {
                    "FD001" | "40001" | "40P01" => return Self::Conflict(database.message().to_owned()),
                    "FD002" | "42501" => return Self::Refused(database.message().to_owned()),
                    "23505" | "23P01" | "23503" | "23514" => {
                        return Self::Constraint(database.constraint().unwrap_or_default().to_owned());
                    }
                    // lock time-out, statement time-out, shutting down, too many connections
                    "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "53300" | "25P03" => {
                        return Self::Unavailable(error);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Self::Driver(error)
    }
}

impl From<NotCanonical> for Error {
    fn from(error: NotCanonical) -> Self {
        Self::Stored(format!("an audit row that has no canonical form: {error}"))
    }
}

/// A write that must touch exactly `expected` rows.
pub(crate) fn touched(what: &'static str, expected: u64, done: &sqlx::postgres::PgQueryResult) -> Result<()> {
    let touched = done.rows_affected();
    if touched == expected { Ok(()) } else { Err(Error::Rows { what, expected, touched }) }
}
