//! Figures of an organisation's subtree, and the lists behind them.

mod drill;

use authz::{Permit, act};
use domain::{Id, calendar::Months, id::noun, measure::Measures, submission::SubmissionState};

pub use drill::{Drill, Line, MOST, Numbers, Place, Reach, numbers, own, received};

use crate::{Error, Result, Tx};

/// "All types", each record once.
pub const ALL_TYPES: &str = "*";

/// What is asked of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which months.
    pub months: Months,
    /// Which types; `*` is all, each record once.
    pub types: Vec<String>,
    /// Broken down by child?
    pub by_child: bool,
    /// Broken down by month?
    pub by_month: bool,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The child; none is the organisation's own (or the total, where not broken down).
    pub child: Option<Id<noun::Org>>,
    /// The type, or `*`.
    pub of_type: String,
    /// The month, yyyymm, where broken down.
    pub month: Option<i32>,
    /// State of the submissions.
    pub state: SubmissionState,
    /// How many.
    pub count: i64,
    /// Their measures.
    pub measures: Measures,
}

/// Reads figures: one statement, one snapshot, exact at its moment.
pub async fn read(tx: &mut Tx, may: &Permit<act::ViewFigure>, question: &Question) -> Result<Vec<Cell>> {
    let cells = if question.by_month { question.months.each() } else { question.months.cells() };
    let months = question.months.each();
    let rows = sqlx::query!(
        r#"SELECT child, type AS "of_type!", month, state AS "state!", n AS "n!", m1 AS "m1!", m2 AS "m2!", m3 AS "m3!", m4 AS "m4!", m5 AS "m5!",
                  m6 AS "m6!", m7 AS "m7!", m8 AS "m8!", m9 AS "m9!", m10 AS "m10!", m11 AS "m11!", m12 AS "m12!"
             FROM sec.figures($1, $2, $3, $4, $5, $6)"#,
        may.of().uuid(),
        &cells,
        &months,
        &question.types,
        question.by_child,
        question.by_month
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Cell {
                child: row.child.map(Id::of),
                of_type: row.of_type,
                month: row.month,
                state: SubmissionState::parse(&row.state)
                    .ok_or_else(|| Error::Stored("state of a submission".to_owned()))?,
                count: row.n,
                measures: Measures([
                    row.m1, row.m2, row.m3, row.m4, row.m5, row.m6, row.m7, row.m8, row.m9, row.m10, row.m11, row.m12,
                ]),
            })
        })
        .collect()
}
