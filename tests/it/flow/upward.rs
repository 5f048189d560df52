use domain::{
    canonical::{Canonical, digest},
    id::{ReceiptId, ReceiptNo},
    record::RecordState,
    submission::{ReceiptState, SubmissionState},
};
use serde_json::{Value, json};
use testkit::TestApp;

use super::desk::{Desk, code, codes, done, example, refused, remarks, warned, with};

/// The rows that the steps have left behind, in their order.
const AUDIT: &str = "SELECT jsonb_agg(action ORDER BY id) FROM audit WHERE object_kind = 'record'";
const OUTBOX: &str = "SELECT jsonb_agg(topic ORDER BY id) FROM outbox WHERE subject ? 'round'";
const DELTAS: &str = "SELECT jsonb_agg(jsonb_build_array(state, n) ORDER BY id) FROM rollup_delta";

/// The main job: written in a village, returned by the town, mended, approved by town and county.
#[tokio::test]
async fn a_record_goes_up_through_a_return_to_the_end() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let county = Desk::of(&app, "zj/county/reviewer");

    let id = recorder.draft("ZBDH", example("ZBDH")).await;
    let better = with(example("ZBDH"), "/place", json!("二楼"));
    assert_eq!(done(recorder.save(id, 1, better.clone()).await).rev, 2);
    // Somebody who has not seen that does not overwrite it.
    assert_eq!(refused(recorder.save(id, 1, example("ZBDH")).await), [domain::Code::StaleRevision]);
    assert_eq!(recorder.record(id).await.writing, better);
    assert_eq!(refused(recorder.submit(id, 1).await), [domain::Code::StaleRevision]);

    let sent = done(recorder.submit(id, 2).await);
    assert_eq!((sent.round, sent.state), (1, SubmissionState::InReview));
    assert_eq!(sent.receipt, ReceiptId { org: town.org, no: ReceiptNo(1) });
    let hash = digest(&Canonical {
        of_type: &code("ZBDH"),
        type_version: 1,
        org: recorder.org,
        title: &better.title,
        occurred_on: better.occurred_on,
        tags: &[],
        confidentiality: 0,
        content: &better.content,
        files: &[],
    });
    let hash = hash.unwrap();
    let held = town.held(sent.receipt).await;
    assert_eq!((held.line.state, held.line.hash.as_slice(), held.version), (ReceiptState::Pending, &hash[..], 1));
    assert_eq!(held.writing.as_ref(), Some(&better));
    assert_eq!(hex(&hash), sent.hash);
    assert_eq!(recorder.record(id).await.head.state, RecordState::InReview);
    assert_eq!(refused(recorder.save(id, 3, example("ZBDH")).await), [domain::Code::WrongState]);

    let back = done(town.give_back(sent.receipt, remarks()).await);
    assert_eq!((back.state, back.next), (SubmissionState::Returned, None));
    let record = recorder.record(id).await;
    assert_eq!(record.head.state, RecordState::Returned);
    let rounds = app::record::rounds(&mut recorder.reader().await, &record).await.unwrap();
    assert_eq!(rounds[0].receipts[0].remarks, Some(remarks()));
    // What was not mended is not sent again.
    assert_eq!(refused(recorder.submit(id, record.head.rev).await), [domain::Code::WrongState]);

    let mended = with(better, "/present", json!(20));
    let rev = done(recorder.save(id, record.head.rev, mended.clone()).await).rev;
    // One absent person is not named now: a warning, no refusal.
    let (again, warnings) = warned(recorder.submit(id, rev).await);
    assert_eq!(codes(&warnings), [domain::Code::Procedure]);
    assert_eq!((again.round, again.receipt.no), (2, ReceiptNo(2)));
    assert_ne!(again.hash, sent.hash);
    let on = done(town.approve(again.receipt).await);
    let at_county = on.next.unwrap();
    assert_eq!((on.state, at_county), (SubmissionState::InReview, ReceiptId { org: county.org, no: ReceiptNo(1) }));
    assert_eq!(county.held(at_county).await.writing, Some(mended));
    let end = done(county.approve(at_county).await);
    assert_eq!((end.state, end.next), (SubmissionState::Final, None));
    assert_eq!(recorder.record(id).await.head.state, RecordState::Final);

    traces(&app, &recorder, id).await;
}

async fn traces(app: &TestApp, recorder: &Desk<'_>, id: domain::Id<domain::id::noun::Record>) {
    let record = recorder.record(id).await;
    let mut reader = recorder.reader().await;
    let steps = app::record::history(&mut reader, &record).await.unwrap();
    let told: Vec<_> = steps.iter().map(|step| (step.step.as_str(), step.round, step.version)).collect();
    let expected = [
        ("created", None, 1),
        ("submitted", Some(1), 1),
        ("returned", Some(1), 1),
        ("submitted", Some(2), 2),
        ("approved", Some(2), 2),
        ("approved", Some(2), 2),
        ("final", Some(2), 2),
    ];
    assert_eq!(told, expected);
    assert_eq!(steps[2].remarks, Some(remarks()));
    assert!(steps.iter().zip(1..).all(|(step, seq)| step.seq == seq), "numbers of the timeline have no gap");
    let rounds = app::record::rounds(&mut reader, &record).await.unwrap();
    let states: Vec<_> = rounds.iter().map(|round| (round.round, round.state, round.receipts.len())).collect();
    assert_eq!(states, [(2, SubmissionState::Final, 2), (1, SubmissionState::Returned, 1)]);

    let audit: Value = testkit::scalar(&app.owner, AUDIT).await;
    let steps = ["record.submit", "receipt.return", "record.submit", "receipt.approve", "receipt.approve"];
    let only: Vec<_> =
        audit.as_array().unwrap().iter().filter(|action| steps.contains(&action.as_str().unwrap_or(""))).collect();
    assert_eq!(json!(only), json!(steps), "{audit}");
    assert!(
        audit
            .as_array()
            .is_some_and(|all| all.contains(&json!("record.create")) && all.contains(&json!("record.edit")))
    );
    assert_eq!(testkit::scalar::<Value>(&app.owner, OUTBOX).await, json!(steps));
    let deltas = json!([
        ["in_review", 1],
        ["in_review", -1],
        ["returned", 1],
        ["in_review", 1],
        ["in_review", -1],
        ["final", 1]
    ]);
    assert_eq!(testkit::scalar::<Value>(&app.owner, DELTAS).await, deltas);
}

/// Each organisation numbers what it receives by itself, without a gap.
#[tokio::test]
async fn receipts_are_numbered_by_each_organisation() {
    let app = TestApp::new().await;
    let branches = ["zj/village/recorder", "zj/village2/secretary", "zj/village3/recorder"];
    let mut got = Vec::new();
    for key in branches.iter().cycle().take(7) {
        let receipt = Desk::of(&app, key).send("ZZSHH").await.receipt;
        got.push((receipt.org, receipt.no.0));
    }
    let (town, town2) = (app.org("zj/town"), app.org("zj/town2"));
    assert_eq!(got, [(town, 1), (town, 2), (town2, 1), (town, 3), (town, 4), (town2, 2), (town, 5)]);
    let town = Desk::of(&app, "zj/town/reviewer2");
    let end = done(town.approve(ReceiptId { org: town.org, no: ReceiptNo(3) }).await);
    assert_eq!((end.state, end.next), (SubmissionState::Final, None), "this type ends at the town");
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
