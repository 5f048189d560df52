use chrono::TimeDelta;
use serde_json::json;
use testkit::{TestApp, TestPost, read};

use super::{inbox::kinds, letter::states};
use crate::flow::desk::{Desk, done, remarks};

/// What the tenant allows where it has said nothing.
const WEEK: TimeDelta = TimeDelta::days(7);
const SECOND: TimeDelta = TimeDelta::seconds(1);

async fn allow(app: &TestApp, days: u16) {
    let input = json!({ "reviewDays": days, "lateDays": 30, "timeZone": "Asia/Shanghai" });
    let set = app.actor("zj/province/system").mutate("updateTenantSettings", input, "settings { reviewDays }").await;
    assert_eq!(set["settings"]["reviewDays"], days, "{set}");
}

#[tokio::test]
async fn what_waits_too_long_is_told_once_to_whoever_may_decide() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    app.give_address("zj/town/reviewer").await;
    app.clock.turn(WEEK);
    assert_eq!(app.noted().await, 0, "on the moment it is not over yet");
    app.clock.turn(SECOND);
    assert_eq!((app.noted().await, app.noted().await), (1, 0));
    assert_eq!(app.letters(&post).await, [], "a letter waits for the digest");
    for key in ["zj/town/reviewer", "zj/town/reviewer2"] {
        assert_eq!(kinds(&app, key).await, ["TO_REVIEW", "OVERDUE"], "{key}");
    }
    for key in
        ["zj/village/recorder", "zj/village/secretary", "zj/town/org_admin", "zj/county/reviewer", "zj/town2/reviewer"]
    {
        assert_eq!(kinds(&app, key).await, Vec::<String>::new(), "{key}");
    }
    app.clock.turn(TimeDelta::days(1));
    let letters = app.letters(&post).await;
    let [digest] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(digest.subject.starts_with("每日汇总") && digest.text.contains("已超过7天"), "{}", digest.text);
    assert!(digest.text.contains(&sent.receipt.to_string()), "{}", digest.text);
    assert_eq!((app.noted().await, app.letters(&post).await.len()), (0, 0));
}

#[tokio::test]
async fn what_was_decided_meanwhile_is_not_told() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer2").await;
    let (branch, town) = (Desk::of(&app, "zj/village/recorder"), Desk::of(&app, "zj/town/reviewer"));
    let [before, between, after] = [branch.send("ZBDH").await, branch.send("ZBDH").await, branch.send("ZBDH").await];
    app.letters(&post).await;
    done(town.give_back(before.receipt, remarks()).await);
    app.clock.turn(WEEK + SECOND);
    assert_eq!(app.noted().await, 2, "one was returned in time");
    done(town.give_back(between.receipt, remarks()).await);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/town/reviewer2").await.iter().filter(|kind| *kind == "OVERDUE").count(), 1);
    done(town.give_back(after.receipt, remarks()).await);
    app.clock.turn(TimeDelta::days(1));
    assert_eq!(app.letters(&post).await, [], "{}", states(&app).await);
}

/// A return and a recall begin the time anew: the new receipt is told at its own time, the old one never.
#[tokio::test]
async fn a_time_that_was_moved_is_told_when_it_comes() {
    let app = TestApp::new().await;
    let (branch, town) = (Desk::of(&app, "zj/village/recorder"), Desk::of(&app, "zj/town/reviewer"));
    let sent = branch.send("ZBDH").await;
    done(town.approve(sent.receipt).await);
    app.clock.turn(TimeDelta::days(3));
    done(town.recall_approval(sent.receipt).await);
    app.clock.turn(TimeDelta::days(4) + SECOND);
    assert_eq!(app.noted().await, 0, "by its first time, which counts no more");
    app.clock.turn(TimeDelta::days(3));
    assert_eq!(app.noted().await, 1);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/town/reviewer2").await.iter().filter(|kind| *kind == "OVERDUE").count(), 1);
    assert_eq!(kinds(&app, "zj/county/reviewer").await.iter().filter(|kind| *kind == "OVERDUE").count(), 0);
}

#[tokio::test]
async fn a_tenant_that_allows_more_days_is_told_at_the_new_time_and_fewer_at_once() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/town/reviewer").await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.letters(&post).await;
    app.clock.turn(WEEK + SECOND);
    assert_eq!(app.noted().await, 1);
    app.relayed().await;
    allow(&app, 10).await;
    app.clock.turn(TimeDelta::days(1));
    assert_eq!(app.letters(&post).await, [], "it is not overdue any more: {}", states(&app).await);
    assert_eq!(app.noted().await, 0);
    app.clock.turn(TimeDelta::days(2));
    assert_eq!(app.noted().await, 1);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/town/reviewer").await, ["TO_REVIEW", "OVERDUE", "OVERDUE"]);
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.clock.turn(TimeDelta::days(2));
    assert_eq!(app.noted().await, 0);
    allow(&app, 1).await;
    assert_eq!(app.noted().await, 1);
}

#[tokio::test]
async fn what_has_been_overdue_for_longer_than_a_week_at_the_first_look_is_no_news() {
    let app = TestApp::new().await;
    let branch = Desk::of(&app, "zj/village/recorder");
    branch.send("ZBDH").await;
    app.clock.turn(TimeDelta::days(2));
    branch.send("ZBDH").await;
    app.clock.turn(TimeDelta::days(13));
    assert_eq!(app.noted().await, 1, "the second alone: nobody has ever looked");
}

#[tokio::test]
async fn what_became_overdue_while_no_worker_looked_is_told_when_one_looks_again() {
    let app = TestApp::new().await;
    app.noted().await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.clock.turn(TimeDelta::days(30));
    assert_eq!(app.noted().await, 1, "it still waits");
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/town/reviewer").await, ["TO_REVIEW", "OVERDUE"]);
}

#[tokio::test]
async fn a_worker_that_dies_has_noted_all_or_nothing() {
    let app = TestApp::new().await;
    for _ in 0..3 {
        Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    }
    app.relayed().await;
    app.clock.turn(WEEK + SECOND);
    let dies = "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
                CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON review_mark DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dies()";
    testkit::sql(&app.owner, dies).await;
    let overdue = worker::Overdue { store: app.worker_store(), clock: app.clock.clone() };
    assert!(overdue.once().await.is_err());
    let left = "SELECT count(*) FROM outbox WHERE topic = 'receipt.overdue'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, left).await, 0);
    testkit::sql(&app.owner, "DROP TRIGGER dies ON review_mark").await;
    // Two at once note each of them once.
    let (one, other) = futures_util::future::join(overdue.once(), overdue.once()).await;
    assert_eq!(one.unwrap() + other.unwrap(), 3);
    overdue.store.close().await;
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/town/reviewer").await.iter().filter(|kind| *kind == "OVERDUE").count(), 3);
}

#[tokio::test]
async fn where_nothing_is_due_nothing_is_read_and_where_something_is_no_more_than_that() {
    let app = TestApp::new().await;
    app.send_many(20_000).await; // received by the clock of the machine
    testkit::sql(&app.owner, "UPDATE receipt SET received_at = TIMESTAMPTZ '2026-03-02 01:00Z' + no % 1000 * interval '1 minute' WHERE no > 1000000; ANALYZE receipt").await;
    let tenant = testkit::scalar::<i32>(&app.owner, "SELECT id FROM tenant WHERE key = 'zj'").await;
    let note = |at: &str| {
        format!("SELECT sec.tenants_overdue('{at}', 7); SELECT sec.note_overdue({tenant}, '{at}', 7, '7 days', 500)")
    };
    let early = read(
        &app.owner,
        "receipt",
        &format!("SELECT sec.tenants_overdue('2026-03-09 00:30Z', 7); {}", note("2026-03-09 00:30Z")),
    )
    .await;
    assert_eq!(early, (0, 0));
    let (whole, by_index) = read(&app.owner, "receipt", &note("2026-03-09 01:00:30Z")).await;
    assert_eq!(whole, 0, "from end to end");
    assert!((20..=60).contains(&by_index), "twenty are due: {by_index} were read");
}
