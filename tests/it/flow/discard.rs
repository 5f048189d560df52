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

/// A save within ten minutes overwrites the version in place: the trail alone tells what was before.
#[tokio::test]
async fn a_save_leaves_in_the_trail_what_has_changed_and_no_word_of_it() {
    let app = TestApp::new().await;
    let desk = Desk::of(&app, "zj/village/recorder");
    let id = desk.draft("ZBDH", example("ZBDH")).await;
    let mut writing = example("ZBDH");
    writing.title = "另一个题名".to_owned();
    writing.confidentiality = 1;
    desk.save(id, 1, writing).await.unwrap();
    let entry = "SELECT jsonb_build_array(before, after)::text FROM audit WHERE action = 'record.edit'";
    let entry = testkit::scalar::<String>(&app.owner, entry).await;
    assert!(!entry.contains("题名") && !entry.contains("ZBDH（"), "{entry}");
    let entry: serde_json::Value = serde_json::from_str(&entry).unwrap();
    let (before, after) = (&entry[0], &entry[1]);
    assert_eq!((before["confidentiality"].as_i64(), after["confidentiality"].as_i64()), (Some(0), Some(1)), "{entry}");
    assert_eq!((after["title_changed"].as_bool(), before["tags"].is_array()), (Some(true), true), "{entry}");
    assert_eq!(before["content"].as_str().map(str::len), Some(64), "{entry}");
    assert_eq!(before["content"], after["content"], "the content is as it was");
}
