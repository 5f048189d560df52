use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use domain::notice::Channel;
use testkit::{TestApp, TestPost};

use super::letter::states;
use crate::flow::desk::Desk;

/// Killed between the server's 250 and the mark: the next worker sends it again, under the same id.
#[tokio::test]
async fn a_letter_whose_sender_died_goes_again_under_the_same_id() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    // It was sent, and what was to be written of it never was.
    let lost = "CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
                CREATE TRIGGER lost BEFORE UPDATE ON delivery FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION lost()";
    testkit::sql(&app.owner, lost).await;
    assert_eq!(app.sent(Channel::Mail, post.ways()).await, 1);
    assert_eq!(app.sent(Channel::Mail, post.ways()).await, 0, "while the lease lasts it is nobody else's");
    testkit::sql(&app.owner, "DROP TRIGGER lost ON delivery").await;
    app.clock.turn(TimeDelta::minutes(3));
    assert_eq!(app.sent(Channel::Mail, post.ways()).await, 1);
    let letters = post.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].id, letters[1].id);
    assert_eq!(states(&app).await, "sent");
}

/// A worker that was only slow writes nothing over what the next one has done.
#[tokio::test]
async fn who_has_lost_his_lease_settles_nothing() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let store = app.worker_store();
    let now = || domain::clock::Clock::now(&*app.clock);
    let slow = store.take(Channel::Mail, now(), now() + TimeDelta::seconds(30), 10).await.unwrap();
    app.clock.turn(TimeDelta::minutes(1));
    assert_eq!(app.sent(Channel::Mail, post.ways()).await, 1);
    let settled = testkit::post::Settled::Failed("late".to_owned());
    assert!(!store.settle(slow[0], &settled, now()).await.unwrap());
    assert_eq!(states(&app).await, "sent");
    store.close().await;
}

/// The relay dies before its commit: the events are there again, and nobody is told twice.
#[tokio::test]
async fn a_relay_that_dies_loses_nothing() {
    let app = TestApp::new().await;
    for _ in 0..3 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    let waiting = testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM outbox").await;
    // At the very last statement.
    let dies = "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
                CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON notice DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dies()";
    testkit::sql(&app.owner, dies).await;
    let relay = app.relay();
    assert!(relay.once().await.is_err());
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM outbox").await, waiting);
    testkit::sql(&app.owner, "DROP TRIGGER dies ON notice").await;
    // The lock of a session whose commit failed goes a moment after its error was told.
    let mut taken = 0;
    for _ in 0..100 {
        taken += relay.once().await.unwrap();
        if taken > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(taken, waiting.unsigned_abs());
    relay.store.close().await;
    assert_eq!(super::inbox::kinds(&app, "zj/town/reviewer").await.len(), 3);
}

/// Two relays and two senders at once: nobody is told twice, nobody is left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_workers_tell_everybody_once() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    let done = AtomicBool::new(false);
    let work = async {
        while !done.load(Ordering::Relaxed) {
            app.relayed().await;
            app.sent(Channel::Mail, post.ways()).await;
        }
        app.relayed().await;
        app.sent(Channel::Mail, post.ways()).await;
    };
    let send = async {
        for _ in 0..20 {
            Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let also = async {
        while !done.load(Ordering::Relaxed) {
            app.relayed().await;
            app.sent(Channel::Mail, post.ways()).await;
        }
    };
    tokio::join!(work, also, send);
    app.relayed().await;
    app.sent(Channel::Mail, post.ways()).await;
    let ids: std::collections::BTreeSet<_> = post.letters().into_iter().map(|one| one.id).collect();
    assert_eq!((post.letters().len(), ids.len()), (20, 20));
    assert_eq!(super::inbox::kinds(&app, "zj/town/reviewer").await.len(), 20);
}

/// Behind a slow one a letter may wait for longer than it takes to lose a right.
#[tokio::test]
async fn a_right_that_was_lost_while_the_letter_waited_for_its_turn_says_nothing() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let reviewers = ["zj/town/reviewer", "zj/town/reviewer2"];
    for key in reviewers {
        app.give_address(key).await;
    }
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(4); RETURN NEW; END $$;
                CREATE TRIGGER slow BEFORE UPDATE ON delivery FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION slow()";
    testkit::sql(&app.owner, slow).await;
    let mut ways = post.ways();
    ways.at_once = 1;
    let lose = async {
        while post.letters().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        app.end_posts(&reviewers.map(|key| app.actor(key))).await;
    };
    tokio::join!(app.sent(Channel::Mail, ways), lose);
    assert_eq!(post.letters().len(), 1, "one had gone before");
    assert_eq!(states(&app).await, "dropped no_right, sent");
}
