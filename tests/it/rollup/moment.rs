use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Outcome, submission::SubmissionState};
use testkit::{Setup, TestApp};

use super::{
    model::{Asked, Cells},
    read::{differences, read},
};
use crate::flow::desk::{Desk, done, remarks};

const TENANT: &str = "SELECT id FROM tenant WHERE key = 'zj'";

fn asked(org: &'static str, by_child: bool) -> Asked<'static> {
    Asked { org, from: 202_601, to: 202_612, types: &["*", "ZBDH"], by_child, by_month: false }
}

fn total(cells: &Cells, of_type: &str) -> i64 {
    cells.iter().filter(|(name, _)| name.1 == of_type).map(|(_, (count, _))| count).sum()
}

/// While reviewers decide and a worker folds, a reader sees every submission in exactly one state at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_a_step_half_folded() {
    let app = TestApp::with(Setup { max_connections: 12, ..Setup::default() }).await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let mut sent = Vec::new();
    for _ in 0..25 {
        sent.push(recorder.send("ZBDH").await.receipt);
    }
    let (town, county) = (Desk::of(&app, "zj/town/reviewer"), Desk::of(&app, "zj/county/reviewer"));
    let over = AtomicBool::new(false);
    let deciding = async {
        for (at, receipt) in sent.into_iter().enumerate() {
            if at % 3 == 0 {
                done(town.give_back(receipt, remarks()).await);
            } else {
                let next = done(town.approve(receipt).await).next.unwrap();
                assert!(
                    matches!(county.approve(next).await, Ok(Outcome::Done(done, _)) if done.state == SubmissionState::Final)
                );
            }
        }
        over.store(true, Ordering::Relaxed);
    };
    let folding = async {
        let tenant = domain::tenant::TenantId(testkit::scalar(&app.owner, TENANT).await);
        let store = app.worker_store();
        let mut folded = 0;
        while !over.load(Ordering::Relaxed) {
            folded += store.fold(tenant, 3).await.unwrap();
            tokio::task::yield_now().await;
        }
        store.close().await;
        folded
    };
    let reading = async {
        let top = Desk::of(&app, "zj/province/reviewer");
        let mut reads = 0;
        while !over.load(Ordering::Relaxed) {
            for (org, by_child) in
                [("zj/county", false), ("zj/city", true), ("zj/province", false), ("zj/province", true)]
            {
                let cells = read(&app, &mut top.reader().await, &asked(org, by_child)).await;
                assert_eq!((total(&cells, "*"), total(&cells, "ZBDH")), (25, 25), "{org}: {cells:?}");
                assert!(cells.values().all(|(count, measures)| measures.0[0] == count * 23), "{cells:?}");
                reads += 1;
            }
        }
        reads
    };
    let ((), folded, reads) = tokio::join!(deciding, folding, reading);
    assert!(folded > 25 && reads > 20, "{folded} folded, {reads} reads");
    assert_eq!(differences(&app).await, serde_json::json!([]));
}

/// Two workers at once fold every step once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_fold_every_step_once() {
    let app = TestApp::new().await;
    for _ in 0..20 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    let tenant = domain::tenant::TenantId(testkit::scalar(&app.owner, TENANT).await);
    let worker = async || {
        let store = app.worker_store();
        let mut folded = 0;
        while testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM rollup_delta").await > 0 {
            folded += store.fold(tenant, 2).await.unwrap();
        }
        store.close().await;
        folded
    };
    let (one, two) = tokio::join!(worker(), worker());
    assert_eq!(one + two, 20);
    assert_eq!(differences(&app).await, serde_json::json!([]));
}

/// Figures are for one's own organisation and what is below, of the own tenant.
#[tokio::test]
async fn figures_are_read_from_above_only() {
    let app = TestApp::new().await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    let question = app::figure::Question {
        months: domain::calendar::Months::new(
            domain::calendar::Month::try_from(202_601).unwrap(),
            domain::calendar::Month::try_from(202_612).unwrap(),
        )
        .unwrap(),
        types: vec!["*".to_owned()],
        by_child: false,
        by_month: false,
    };
    let allowed = ["zj/village/recorder", "zj/town/reviewer", "zj/county/archivist", "zj/province/reviewer"];
    for key in allowed {
        let desk = Desk::of(&app, key);
        let cells = app::figure::read(&mut desk.reader().await, app.org("zj/village"), &question).await.unwrap();
        assert_eq!(cells.iter().map(|cell| cell.count).collect::<Vec<_>>(), [1], "{key}");
    }
    for key in ["zj/village2/secretary", "zj/town2/reviewer", "zj/county2/archivist", "edu/university/reviewer"] {
        let desk = Desk::of(&app, key);
        for org in ["zj/village", "zj/town", "zj/province"] {
            crate::flow::desk::absent(app::figure::read(&mut desk.reader().await, app.org(org), &question).await);
        }
    }
    let below = Desk::of(&app, "zj/village/recorder");
    crate::flow::desk::absent(app::figure::read(&mut below.reader().await, app.org("zj/town"), &question).await);
}
