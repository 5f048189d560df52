use domain::{Id, id::noun, record::RecordState};
use testkit::TestApp;

use super::desk::{Desk, absent, done, example, remarks};

/// Sibling branch, other town, other tenant, and those above who have not received it: to all of them it is not there.
const STRANGERS: [&str; 8] = [
    "zj/village2/secretary",
    "zj/village3/recorder",
    "zj/town2/reviewer",
    "zj/county2/reviewer",
    "zj/county/archivist",
    "zj/city/reviewer",
    "zj/province/system",
    "edu/university/reviewer",
];

/// To a stranger every way to a draft, to a record under review and to its receipt ends at "not found".
#[tokio::test]
async fn to_a_stranger_nothing_is_there() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let draft = recorder.draft("ZBDH", example("ZBDH")).await;
    let sent = recorder.send("ZBDH").await;
    let returned = recorder.send("ZBDH").await;
    done(town.give_back(returned.receipt, remarks()).await);

    for key in STRANGERS {
        let stranger = Desk::of(&app, key);
        let mut reader = stranger.reader().await;
        for id in [draft, sent.record, returned.record, nobody()] {
            absent(app::record::view(&mut reader, id).await);
            absent(stranger.save(id, 1, example("ZBDH")).await);
            absent(stranger.submit(id, 1).await);
            absent(stranger.recall(id).await);
            absent(stranger.discard(id, 1).await);
        }
        absent(app::record::list(&mut reader, recorder.org, RecordState::Draft, None, 10).await);
        for receipt in [sent.receipt, returned.receipt] {
            absent(app::receipt::view(&mut reader, receipt).await);
            absent(stranger.approve(receipt).await);
            absent(stranger.give_back(receipt, remarks()).await);
            absent(stranger.recall_approval(receipt).await);
        }
        absent(app::receipt::list(&mut reader, town.org, app::receipt::Queue::Held, None, 10).await);
        absent(app::receipt::counts(&mut reader, recorder.org).await);
        absent(app::receipt::counts(&mut reader, town.org).await);
    }
}

/// Downwards nothing flows: a branch follows its own record up, but does not read or decide what the town holds.
#[tokio::test]
async fn a_descendant_reads_nothing_of_the_committee() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let sent = recorder.send("ZBDH").await;
    for key in ["zj/village/recorder", "zj/village/secretary", "zj/village2/recorder"] {
        let below = Desk::of(&app, key);
        let mut reader = below.reader().await;
        absent(app::receipt::view(&mut reader, sent.receipt).await);
        absent(below.approve(sent.receipt).await);
        absent(app::receipt::list(&mut reader, app.org("zj/town"), app::receipt::Queue::ToReview, None, 10).await);
        absent(app::receipt::counts(&mut reader, app.org("zj/town")).await);
    }
    // What the town writes for itself is the town's.
    let town = Desk::of(&app, "zj/town/reviewer");
    let own = town.draft("GZJH", example("GZJH")).await;
    absent(app::record::view(&mut recorder.reader().await, own).await);
}

/// An archivist holds, but does not decide; a reviewer without a session does nothing.
#[tokio::test]
async fn holding_is_not_deciding() {
    let app = TestApp::new().await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    let archivist = Desk::of(&app, "zj/town/archivist");
    assert!(archivist.held(sent.receipt).await.writing.is_some());
    absent(archivist.approve(sent.receipt).await);
    let reviewer = Desk::of(&app, "zj/town/reviewer");
    app.revoke(&app.actor("zj/town/reviewer")).await;
    assert!(matches!(reviewer.approve(sent.receipt).await, Err(app::Error::Unauthenticated)));
}

fn nobody() -> Id<noun::Record> {
    format!("record:{}", "0".repeat(32)).parse().unwrap()
}
