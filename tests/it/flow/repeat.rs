use app::{Command, Error};
use domain::Outcome;
use testkit::{TestApp, actor::new_key};

use super::desk::{Desk, done, example, remarks};

const SUBMISSIONS: &str = "SELECT count(*) FROM submission";

/// The same key: the same answer, one effect.
#[tokio::test]
async fn a_repeated_request_has_one_effect_and_one_answer() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let key = new_key();
    let create = || {
        let command = Command::new("record.create", &key, recorder.post, &"one");
        app::record::create(&app.app, &recorder.caller, command, super::desk::code("ZBDH"), example("ZBDH"))
    };
    let id = done(create().await).record;
    assert_eq!(done(create().await).record, id);
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM record").await, 1);

    let command = recorder.command("record.submit", &id);
    let submit = || app::record::submit(&app.app, &recorder.caller, command.clone(), id, 1);
    let first = done(submit().await);
    assert_eq!(done(submit().await), first);
    assert_eq!(testkit::scalar::<i64>(&app.owner, SUBMISSIONS).await, 1);

    let town = Desk::of(&app, "zj/town/reviewer");
    let command = town.command("receipt.approve", &first.receipt.to_string());
    let approve = || {
        let remarks = domain::submission::Remarks::default();
        app::receipt::approve(&app.app, &town.caller, command.clone(), first.receipt, remarks)
    };
    let on = done(approve().await);
    assert_eq!(done(approve().await), on);
    let receipts = "SELECT count(*) FROM receipt";
    assert_eq!(testkit::scalar::<i64>(&app.owner, receipts).await, 2);
    // Another key is another request, and too late.
    assert!(matches!(town.approve(first.receipt).await, Ok(Outcome::Refused(_))));
    assert!(matches!(town.give_back(first.receipt, remarks()).await, Ok(Outcome::Refused(_))));
}

/// The same key for something else is a mistake of the caller, never an answer to something that was not asked.
#[tokio::test]
async fn a_key_used_for_something_else_is_a_conflict() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("ZBDH", example("ZBDH")).await;
    let other = recorder.draft("ZBDH", example("ZBDH")).await;
    let key = new_key();
    let submit = |id: domain::Id<domain::id::noun::Record>| {
        let command = Command::new("record.submit", &key, recorder.post, &id);
        app::record::submit(&app.app, &recorder.caller, command, id, 1)
    };
    done(submit(id).await);
    assert!(matches!(submit(other).await, Err(Error::Conflict)));
    let command = Command::new("record.discard", &key, recorder.post, &id);
    assert!(matches!(app::record::discard(&app.app, &recorder.caller, command, other, 1).await, Err(Error::Conflict)));
    assert_eq!(testkit::scalar::<i64>(&app.owner, SUBMISSIONS).await, 1);
    // Keys are each person's own.
    let secretary = Desk::of(&app, "zj/village/secretary");
    let command = Command::new("record.submit", &key, secretary.post, &other);
    done(app::record::submit(&app.app, &secretary.caller, command, other, 1).await);
}

/// Sent twice at once (an impatient client), it happens once and both get the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_at_once_under_one_key_are_one() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    for _ in 0..10 {
        let id = recorder.draft("ZBDH", example("ZBDH")).await;
        let command = recorder.command("record.submit", &id);
        let submit = || app::record::submit(&app.app, &recorder.caller, command.clone(), id, 1);
        let (one, two) = tokio::join!(submit(), submit());
        assert_eq!(done(one), done(two));
    }
    assert_eq!(testkit::scalar::<i64>(&app.owner, SUBMISSIONS).await, 10);
}
