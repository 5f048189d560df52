use domain::{
    Code,
    submission::{ReceiptState, SubmissionState},
};
use serde_json::{Value, json};
use testkit::TestApp;

use super::desk::{Desk, done, example, refused, with};

/// Nobody above looks at a lecture, so another person of the branch confirms it; it is final at once.
#[tokio::test]
async fn with_an_empty_route_another_person_confirms() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let id = recorder.draft("DK", example("DK")).await;
    assert_eq!(refused(recorder.submit(id, 1).await), [Code::OwnSubmission]);

    let sent = done(secretary.submit(id, 1).await);
    assert_eq!((sent.state, sent.receipt.org, sent.receipt.no.0), (SubmissionState::Final, recorder.org, 1));
    let held = secretary.held(sent.receipt).await;
    assert_eq!((held.line.state, held.line.decided_by), (ReceiptState::Approved, Some(secretary.account)));
    assert_eq!(held.writing, Some(example("DK")));
    assert_eq!(refused(secretary.recall(id).await), [Code::TooLate]);
    let record = recorder.record(id).await;
    let steps = app::record::history(&mut recorder.reader().await, &record).await.unwrap();
    assert_eq!(steps.iter().map(|step| step.step.as_str()).collect::<Vec<_>>(), ["created", "submitted", "final"]);
}

/// Whoever wrote the last version is its author: the secretary who rewrites a draft cannot confirm it himself.
#[tokio::test]
async fn who_rewrites_a_draft_does_not_confirm_it() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let id = recorder.draft("DK", example("DK")).await;
    let rev = done(secretary.save(id, 1, with(example("DK"), "/place", json!("礼堂"))).await).rev;
    assert_eq!(refused(secretary.submit(id, rev).await), [Code::OwnSubmission]);
    assert_eq!(done(recorder.submit(id, rev).await).state, SubmissionState::Final);
}

const TWO_POSTS: &str = "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_at)
    SELECT b.tenant_id, gen_random_uuid(), b.account_id, t.org_id, 'committee_reviewer', b.valid_from, b.granted_at
      FROM post b JOIN account a ON a.tenant_id = b.tenant_id AND a.id = b.account_id
      JOIN post t ON t.tenant_id = b.tenant_id JOIN account c ON c.tenant_id = t.tenant_id AND c.id = t.account_id
     WHERE a.name = '测试人员 village-recorder' AND c.name = '测试人员 town-reviewer'";
const SECOND_POST: &str =
    "SELECT p.id::text FROM post p JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
    WHERE a.name = '测试人员 village-recorder' AND p.role = 'committee_reviewer'";
/// What `sec.decide` says to the same person, past the first wall.
const BEHIND_THE_FIRST_WALL: &str = "SELECT jsonb_agg(r.state) FROM receipt r";

/// Somebody with a post in the branch and one in the town does not decide what he himself has sent.
#[tokio::test]
async fn nobody_decides_his_own() {
    let app = TestApp::new().await;
    testkit::sql(&app.owner, TWO_POSTS).await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let second: String = testkit::scalar(&app.owner, SECOND_POST).await;
    let second = format!("post:{}", second.replace('-', ""));
    let above = Desk { post: second.parse().unwrap(), org: app.org("zj/town"), ..recorder.clone() };

    let sent = recorder.send("ZBDH").await;
    assert_eq!(refused(above.approve(sent.receipt).await), [Code::OwnSubmission]);
    assert_eq!(refused(above.give_back(sent.receipt, super::desk::remarks()).await), [Code::OwnSubmission]);
    assert_eq!(testkit::scalar::<Value>(&app.owner, BEHIND_THE_FIRST_WALL).await, json!(["pending"]));
    // What a colleague has sent he may decide, though it is of his own branch.
    let other = Desk::of(&app, "zj/village/secretary").send("ZZSHH").await;
    done(above.approve(other.receipt).await);
}
