//! Figures of a subtree, and the submissions behind a number.

mod drill;
mod subscription;

use app::figure::{ALL_TYPES, Cell, Drill, Place, Question};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::{
    Id,
    calendar::{Month, Months},
    id::noun,
    measure::Measure,
    record_type::TypeCode,
};

pub use drill::{DrillInput, Drilled, DrilledSubmission};
pub use subscription::FigureSubscription;

use crate::{
    error::Result,
    flow::SubmissionStateKind,
    id::{parse, show},
    org::Org,
    page::asked,
    request::{Answer, Refuse as _, Request, answer, bad_request, request},
};

/// One cell of the figures.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Figure {
    /// The child; none is the organisation's own, or the total where it was not asked by child.
    child_id: Option<ID>,
    /// Code of the type; * is all types, each record once.
    #[graphql(name = "type")]
    of_type: String,
    /// Month, yyyymm, where asked by month.
    month: Option<i32>,
    /// State of the submissions.
    state: SubmissionStateKind,
    /// How many submissions.
    count: i64,
    #[graphql(skip)]
    cell: Cell,
}

/// A measure summed over the submissions of a cell.
#[derive(Debug, Clone, SimpleObject)]
pub struct MeasureSum {
    /// Stable name, e.g. present.
    name: String,
    /// What people call it, in the language asked for.
    label: String,
    /// The sum.
    value: i64,
}

#[ComplexObject]
impl Figure {
    /// The child.
    async fn child(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.cell.child?).await)
    }

    /// Measures that are not zero.
    async fn measures(&self, ctx: &Context<'_>) -> Vec<MeasureSum> {
        let locale = request(ctx).locale;
        let all = Measure::ALL.iter().copied();
        all.filter(|measure| self.cell.measures.get(*measure) != 0)
            .map(|measure| MeasureSum {
                name: measure.as_str().to_owned(),
                label: measure.label(locale).to_owned(),
                value: self.cell.measures.get(measure),
            })
            .collect()
    }
}

impl From<Cell> for Figure {
    fn from(cell: Cell) -> Self {
        Self {
            child_id: cell.child.map(show),
            of_type: cell.of_type.clone(),
            month: cell.month,
            state: cell.state.into(),
            count: cell.count,
            cell,
        }
    }
}

/// Which figures.
#[derive(Debug, InputObject)]
pub struct FiguresInput {
    /// Of which organisation: one's own, or below.
    org: ID,
    /// First month, yyyymm.
    from: i32,
    /// Last month, yyyymm.
    to: i32,
    /// Codes of types, at most 20; all types together where none is named.
    #[graphql(default)]
    types: Vec<String>,
    /// Broken down by child? Own and children add up to the total.
    #[graphql(default)]
    by_child: bool,
    /// Broken down by month?
    #[graphql(default)]
    by_month: bool,
}

impl FiguresInput {
    fn read(&self, request: &Request) -> Result<(Id<noun::Org>, Question)> {
        let org = parse(&self.org).or_refuse(request)?;
        let question = Question {
            months: months(request, self.from, self.to)?,
            types: kinds(request, &self.types)?,
            by_child: self.by_child,
            by_month: self.by_month,
        };
        Ok((org, question))
    }
}

fn months(request: &Request, from: i32, to: i32) -> Result<Months> {
    let range = Month::try_from(from).ok().zip(Month::try_from(to).ok()).and_then(|(from, to)| Months::new(from, to));
    range.ok_or_else(|| {
        bad_request(
            request.locale,
            "from、to 须为年月（如 202601），起不晚于止，跨度不超过五十年",
            "from and to are months such as 202601, in this order, at most fifty years apart",
        )
    })
}

fn kinds(request: &Request, types: &[String]) -> Result<Vec<String>> {
    let fit = types.len() <= 20 && types.iter().all(|code| code == ALL_TYPES || TypeCode::parse(code).is_some());
    if !fit {
        return Err(bad_request(
            request.locale,
            "types 须为最多 20 个类型代码",
            "types are at most 20 codes of record types",
        ));
    }
    Ok(if types.is_empty() { vec![ALL_TYPES.to_owned()] } else { types.to_vec() })
}

/// Queries about figures.
#[derive(Debug, Default)]
pub struct FigureQuery;

#[Object]
impl FigureQuery {
    /// Exact figures of an organisation and everything below it, by type, state and, where asked, child and month.
    async fn figures(&self, ctx: &Context<'_>, input: FiguresInput) -> Answer<Vec<Figure>> {
        answer(ctx, |request| async move {
            let (org, question) = input.read(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let cells = app::figure::read(&mut reading, org, &question).await.or_refuse(request)?;
            Ok(cells.into_iter().map(Figure::from).collect())
        })
        .await
    }

    /// The submissions behind a number, as far as the viewer may open them at this organisation, and how many are elsewhere.
    async fn drill(
        &self,
        ctx: &Context<'_>,
        input: DrillInput,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Drilled> {
        answer(ctx, |request| async move {
            let org = parse(&input.org).or_refuse(request)?;
            let child = input.child.as_ref().map(parse::<Id<noun::Org>>).transpose().or_refuse(request)?;
            let of_type = kinds(request, &input.of_type.into_iter().collect::<Vec<_>>())?.remove(0);
            let of =
                Drill { months: months(request, input.from, input.to)?, of_type, state: input.state.into(), child };
            let asked = asked::<Place>(first, after, request.locale)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let drilled =
                app::figure::drill(&mut reading, org, &of, asked.after, asked.first).await.or_refuse(request)?;
            Ok(Drilled::page(drilled, asked))
        })
        .await
    }
}
