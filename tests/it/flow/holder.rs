use domain::submission::{ReceiptState, SubmissionState};
use serde_json::json;
use testkit::TestApp;

use super::desk::{Desk, absent, done, example, remarks, with};

/// After a return the branch writes on; the town still sees what it received.
#[tokio::test]
async fn a_holder_sees_the_version_that_it_received() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let county = Desk::of(&app, "zj/county/reviewer");
    let first = recorder.send("ZBDH").await;
    done(town.give_back(first.receipt, remarks()).await);
    let later = with(example("ZBDH"), "/place", json!("还没有报送的内容"));
    let rev = recorder.record(first.record).await.head.rev;
    let rev = done(recorder.save(first.record, rev, later.clone()).await).rev;

    let held = town.held(first.receipt).await;
    assert_eq!((held.writing, held.version), (Some(example("ZBDH")), 1));
    assert_eq!(held.line.state, ReceiptState::Returned);
    // The timeline of the round: nothing of what the branch does now.
    let held = town.held(first.receipt).await;
    let steps = app::receipt::history(&mut town.reader().await, &held).await.unwrap();
    let steps: Vec<_> = steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["submitted", "returned"]);
    absent(app::record::view(&mut town.reader().await, first.record).await);

    let second = done(recorder.submit(first.record, rev).await);
    let at_county = done(town.approve(second.receipt).await).next.unwrap();
    assert_eq!(town.held(first.receipt).await.writing, Some(example("ZBDH")), "the receipt of round 1 proves round 1");
    assert_eq!(town.held(second.receipt).await.writing, Some(later.clone()));
    assert_eq!(county.held(at_county).await.writing, Some(later));
}

/// What was taken back shows nothing to whom it had come: no title, no content, no timeline.
#[tokio::test]
async fn a_withdrawn_receipt_shows_nothing() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let sent = recorder.send("ZBDH").await;
    assert!(town.held(sent.receipt).await.line.title.is_some());
    let back = done(recorder.recall(sent.record).await);
    assert_eq!((back.state, back.receipt), (SubmissionState::Withdrawn, None));

    let held = town.held(sent.receipt).await;
    assert_eq!((held.line.state, &held.line.title, &held.writing), (ReceiptState::Withdrawn, &None, &None));
    assert!(app::receipt::history(&mut town.reader().await, &held).await.unwrap().is_empty());
    absent(
        town.approve(sent.receipt)
            .await
            .map(|outcome| match outcome {
                domain::Outcome::Done(done, _) => Some(done),
                domain::Outcome::Refused(_) => None,
            })
            .and_then(|done| done.ok_or(app::Error::NotFound)),
    );
    // Sent again as a new round, it is a new receipt.
    let record = recorder.record(sent.record).await;
    let rev = done(recorder.save(sent.record, record.head.rev, example("ZBDH")).await).rev;
    let again = done(recorder.submit(sent.record, rev).await);
    assert_eq!((again.round, again.receipt.no.0, &again.hash), (2, 2, &sent.hash));
    assert_eq!(town.held(sent.receipt).await.writing, None, "the old receipt stays empty");
    assert!(town.held(again.receipt).await.writing.is_some());
}
