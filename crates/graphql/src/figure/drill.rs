//! What a number is drilled to.

use app::figure::{Line, Place};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, SimpleObject,
    connection::{Connection, EmptyFields},
};
use domain::{Id, id::noun};

use crate::{
    flow::{ReceiptRef, SubmissionStateKind},
    id::show,
    org::Org,
    page::{Asked, Cursor, connection},
    request::Answer,
};

/// Which number.
#[derive(Debug, InputObject)]
pub struct DrillInput {
    /// Of which organisation.
    pub(super) org: ID,
    /// First month, yyyymm.
    pub(super) from: i32,
    /// Last month, yyyymm.
    pub(super) to: i32,
    /// Code of the type; all types together where none is named.
    pub(super) of_type: Option<String>,
    /// State of the submissions.
    pub(super) state: SubmissionStateKind,
    /// Only what came through this child; the organisation itself: only its own.
    pub(super) child: Option<ID>,
}

/// The submissions behind a number.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct Drilled {
    /// The number itself.
    total: i64,
    /// How many the list has: the organisation's own, and those that it has received; capped at 10,000.
    held: i64,
    /// How many are elsewhere: they count, but have not reached the organisation, or are not for the viewer to open. None
    /// where more than 10,000 are held.
    elsewhere: Option<i64>,
    #[graphql(skip)]
    lines: Vec<Line>,
    #[graphql(skip)]
    more: bool,
    #[graphql(skip)]
    after: bool,
}

impl Drilled {
    pub(super) fn page(drilled: app::figure::Drilled, asked: Asked<Place>) -> Self {
        let first = asked.first as usize;
        let more = drilled.lines.len() > first;
        let mut lines = drilled.lines;
        lines.truncate(first);
        let app::figure::Drilled { total, held, elsewhere, .. } = drilled;
        Self { total, held, elsewhere, lines, more, after: asked.after.is_some() }
    }
}

#[ComplexObject]
impl Drilled {
    /// Those that can be opened here, each once: the organisation's own, then the received ones, the newest month first.
    async fn submissions(&self) -> Connection<Cursor, DrilledSubmission, EmptyFields, EmptyFields> {
        let items = self.lines.iter().map(|line| (line.place, DrilledSubmission::from(line.clone())));
        connection(items, self.more, self.after)
    }
}

/// A submission behind a number: one round of a record.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct DrilledSubmission {
    /// Id of the record; an own one is read by it.
    record_id: ID,
    /// Round of the record.
    round: i32,
    /// Code of the record's type.
    #[graphql(name = "type")]
    of_type: String,
    /// Month of the activity, yyyymm.
    month: i32,
    /// Title of the version that was sent.
    title: String,
    /// The receipt through which a received one is read; none for the organisation's own.
    receipt: Option<ReceiptRef>,
    #[graphql(skip)]
    origin: Id<noun::Org>,
}

impl From<Line> for DrilledSubmission {
    fn from(line: Line) -> Self {
        Self {
            record_id: show(line.record),
            round: line.round,
            of_type: line.of_type,
            month: line.month,
            title: line.title,
            receipt: line.receipt.map(ReceiptRef::from),
            origin: line.origin,
        }
    }
}

#[ComplexObject]
impl DrilledSubmission {
    /// Who wrote the record.
    async fn origin(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.origin).await)
    }
}
