//! The figures as the application gives them, beside the model's.

use app::{
    Reader,
    figure::{Cell, Drill, Question, drill},
};
use domain::{
    calendar::{Month, Months},
    submission::SubmissionState,
};
use serde_json::Value;
use testkit::TestApp;

use super::model::{Asked, Cells, Key, Model, ORGS};
use crate::flow::desk::Desk;

/// Cells that do not say what the submissions say, as the database finds them itself.
const DIFFERENCES: &str =
    "SELECT coalesce(jsonb_agg(to_jsonb(v)), '[]') FROM tenant t CROSS JOIN LATERAL sec.verify_rollups(t.id) v";

/// All that can be told apart: all, primary types, and what only tags count.
pub(crate) const KINDS: [&str; 7] = ["*", "ZBDH", "ZZSHH", "JY", "DK", "DXZH", "ZTDR"];

/// Everything; one calendar year; the middle of two years.
const RANGES: [(i32, i32); 3] = [(202_412, 202_602), (202_501, 202_512), (202_506, 202_601)];

pub(crate) async fn differences(app: &TestApp) -> Value {
    testkit::scalar(&app.owner, DIFFERENCES).await
}

fn months(from: i32, to: i32) -> Months {
    Months::new(Month::try_from(from).unwrap(), Month::try_from(to).unwrap()).unwrap()
}

fn key(app: &TestApp, cell: &Cell) -> Option<Key> {
    cell.child.map(|child| ORGS.into_iter().find(|key| app.org(key) == child).unwrap())
}

/// Reads what is asked.
pub(crate) async fn read(app: &TestApp, reader: &mut Reader, asked: &Asked<'_>) -> Cells {
    let question = Question {
        months: months(asked.from, asked.to),
        types: asked.types.iter().map(|&kind| kind.to_owned()).collect(),
        by_child: asked.by_child,
        by_month: asked.by_month,
    };
    let read = app::figure::read(reader, app.org(asked.org), &question).await.unwrap();
    let mut cells = Cells::new();
    for cell in read {
        let name = (key(app, &cell), cell.of_type.clone(), cell.month, cell.state.as_str());
        assert!(cells.insert(name, (cell.count, cell.measures)).is_none(), "twice: {cell:?}");
    }
    cells
}

/// Every organisation, in total and by child; `all`: over every range, by month as well.
pub(crate) async fn compare(app: &TestApp, model: &Model, turn: usize, all: bool) {
    let mut reader = Desk::of(app, "zj/province/reviewer").reader().await;
    for org in ORGS {
        for (at, (from, to)) in RANGES.into_iter().enumerate() {
            for (by_child, by_month) in [(false, false), (true, false), (false, true), (true, true)] {
                if !all && (at != turn % 3 || by_month != turn.is_multiple_of(2)) {
                    continue;
                }
                let asked = Asked { org, from, to, types: &KINDS, by_child, by_month };
                let (told, counted) = (read(app, &mut reader, &asked).await, model.figures(&asked));
                assert_eq!(told, counted, "{asked:?}");
            }
        }
    }
    let differences = differences(app).await;
    assert_eq!(differences, serde_json::json!([]));
}

/// A branch opens everything that its figures count: nothing stands below it, and all that it has is its own.
pub(crate) async fn open_branches(app: &TestApp, model: &Model) {
    for org in ORGS.into_iter().filter(|org| org.starts_with("zj/village") && model.is_open(org)) {
        let mut reader = Desk::of(app, &format!("{org}/secretary")).reader().await;
        let asked = Asked { org, from: 202_412, to: 202_602, types: &KINDS, by_child: false, by_month: false };
        let counted = model.figures(&asked);
        for state in
            [SubmissionState::InReview, SubmissionState::Returned, SubmissionState::Withdrawn, SubmissionState::Final]
        {
            for of_type in KINDS {
                let of = Drill { months: months(202_412, 202_602), of_type: of_type.to_owned(), state, child: None };
                let opened = drill(&mut reader, app.org(org), &of, None, 100).await.unwrap();
                let count = counted.get(&(None, of_type.to_owned(), None, state.as_str())).map_or(0, |cell| cell.0);
                assert_eq!((opened.total, opened.held, opened.elsewhere), (count, count, Some(0)), "{org} {of:?}");
                assert_eq!(opened.lines.len(), usize::try_from(count).unwrap(), "{org} {of:?}");
            }
        }
    }
}
