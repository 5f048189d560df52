use domain::{Code, record::RecordState};
use testkit::TestApp;

use super::desk::{Desk, absent, done, example, refused, remarks};

#[tokio::test]
async fn only_what_was_never_sent_is_discarded() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("ZBDH", example("ZBDH")).await;
    absent(Desk::of(&app, "zj/village2/secretary").discard(id, 1).await);
    assert_eq!(refused(recorder.discard(id, 7).await), [Code::StaleRevision]);
    done(recorder.discard(id, 1).await);
    assert_eq!(recorder.record(id).await.head.state, RecordState::Discarded);
    assert_eq!(refused(recorder.submit(id, 2).await), [Code::WrongState]);
    assert_eq!(refused(recorder.save(id, 2, example("ZBDH")).await), [Code::WrongState]);
    let audited = "SELECT count(*) FROM audit WHERE action = 'record.discard'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, audited).await, 1);

    let sent = recorder.send("ZBDH").await;
    assert_eq!(refused(recorder.discard(sent.record, 2).await), [Code::WrongState]);
    done(Desk::of(&app, "zj/town/reviewer").give_back(sent.receipt, remarks()).await);
    let rev = recorder.record(sent.record).await.head.rev;
    assert_eq!(refused(recorder.discard(sent.record, rev).await), [Code::WrongState], "what was sent is kept");
}
