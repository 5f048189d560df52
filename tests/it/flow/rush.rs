use domain::{
    Outcome,
    id::{ReceiptId, ReceiptNo},
    submission::SubmissionState,
};
use futures_util::future::join_all;
use testkit::{Setup, TestApp};

use super::desk::{Desk, done, example, remarks};

/// Numbers of all organisations, each with how many it has given.
const NUMBERS: &str = "SELECT coalesce(jsonb_object_agg(o.code, x.nos), '{}')
    FROM (SELECT org_id, jsonb_agg(no ORDER BY no) AS nos FROM receipt GROUP BY org_id) x JOIN org o ON o.id = x.org_id";

/// Two reviewers decide the same receipt at once: one does, the other is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_reviewers_one_decides() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let (one, two) = (Desk::of(&app, "zj/town/reviewer"), Desk::of(&app, "zj/town/reviewer2"));
    for _ in 0..10 {
        let sent = recorder.send("ZBDH").await;
        let (approved, returned) = tokio::join!(one.approve(sent.receipt), two.give_back(sent.receipt, remarks()));
        let won = [&approved, &returned].into_iter().filter(|answer| matches!(answer, Ok(Outcome::Done(..)))).count();
        let told = [&approved, &returned]
            .into_iter()
            .filter(|answer| matches!(answer, Ok(Outcome::Refused(_)) | Err(app::Error::Conflict)))
            .count();
        assert_eq!((won, told), (1, 1), "{approved:?} {returned:?}");
    }
    let decided = "SELECT count(*) FROM event WHERE step IN ('approved', 'returned')";
    assert_eq!(testkit::scalar::<i64>(&app.owner, decided).await, 10);
}

/// The branch takes back while the town approves: one of the two, never both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recall_and_an_approval_at_once_are_one_of_them() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    for _ in 0..10 {
        let sent = recorder.send("ZBDH").await;
        let (recalled, approved) = tokio::join!(recorder.recall(sent.record), town.approve(sent.receipt));
        let recalled = matches!(recalled, Ok(Outcome::Done(..)));
        let approved = matches!(approved, Ok(Outcome::Done(..)));
        assert!(recalled != approved, "recalled {recalled}, approved {approved}");
    }
}

/// Fifty approvals to one county at once: its numbers are 1 to 50.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_approvals_at_once_leave_no_gap() {
    let app = TestApp::with(Setup { max_connections: 16, ..Setup::default() }).await;
    let branches = ["zj/village/recorder", "zj/village2/recorder", "zj/village3/recorder"];
    let branches = branches.map(|key| Desk::of(&app, key));
    let reviewers = [("zj/town/reviewer", "zj/town2/reviewer"), ("zj/town/reviewer2", "zj/town2/reviewer2")];
    let reviewers = reviewers.map(|(one, two)| (Desk::of(&app, one), Desk::of(&app, two)));
    let sent = join_all((0..50).map(|at: usize| {
        let branch = &branches[at % 3];
        async move {
            let id = branch.draft("ZBDH", example("ZBDH")).await;
            done(branch.submit(id, 1).await).receipt
        }
    }))
    .await;
    let decide = |(at, receipt): (usize, ReceiptId)| {
        let (town, town2) = &reviewers[at % 2];
        let desk = if receipt.org == town.org { town } else { town2 };
        async move { done(desk.approve(receipt).await).next.unwrap().no.0 }
    };
    let mut numbers = join_all(sent.into_iter().enumerate().map(decide)).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<i64>>());

    let all: serde_json::Value = testkit::scalar(&app.owner, NUMBERS).await;
    for (org, numbers) in all.as_object().unwrap() {
        let gapless = numbers.as_array().unwrap().iter().zip(1..).all(|(no, at)| no.as_i64() == Some(at));
        assert!(gapless, "{org}: {numbers}");
    }
    let county = Desk::of(&app, "zj/county/reviewer");
    let last = done(county.approve(ReceiptId { org: county.org, no: ReceiptNo(50) }).await);
    assert_eq!(last.state, SubmissionState::Final);
}
