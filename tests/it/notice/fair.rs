use chrono::TimeDelta;
use domain::notice::Channel;
use testkit::{TestApp, TestPost, read};

use super::inbox::kinds;
use crate::flow::desk::Desk;

/// So many letters of a tenant's person, all of them due, the longest first.
async fn wait(app: &TestApp, key: &str, count: i32, since: &str) {
    unknown(app, key, count, since).await;
    testkit::sql(&app.owner, "ANALYZE delivery").await;
}

/// The same, before the planner knows of them.
async fn unknown(app: &TestApp, key: &str, count: i32, since: &str) {
    let person = app.actor(key).account.uuid();
    let write = format!(
        "INSERT INTO delivery (tenant_id, id, event, kind, about, subject, channel, recipient, at, due_at)
         SELECT a.tenant_id, gen_random_uuid(), gen_random_uuid(), 'post_granted', 'many ' || n, '{{}}', 'mail', a.id, '{since}', '{since}'::timestamptz + n * interval '1 ms'
           FROM account a CROSS JOIN generate_series(1, {count}) AS n WHERE a.id = '{person}'"
    );
    testkit::held(&app.owner, &write).await.commit().await;
}

#[tokio::test]
async fn ten_thousand_of_one_tenant_do_not_hold_up_five_of_another() {
    let app = TestApp::new().await;
    wait(&app, "zj/town/reviewer", 10_000, "2026-03-01 00:00Z").await;
    wait(&app, "edu/college/reviewer", 5, "2026-03-02 00:00Z").await;
    let edu = testkit::scalar::<i32>(&app.owner, "SELECT id FROM tenant WHERE key = 'edu'").await;
    let store = app.worker_store();
    let now = domain::clock::Clock::now(&*app.clock);
    let mut shares = Vec::new();
    for _ in 0..3 {
        let taken = store.take(Channel::Mail, now, now + TimeDelta::minutes(3), 16).await.unwrap();
        shares.push((taken.len(), taken.iter().filter(|lease| lease.tenant.0 == edu).count()));
    }
    assert_eq!(shares, [(16, 5), (16, 0), (16, 0)], "no place is left empty");
    // Two takers at once have nothing in common.
    let (one, other) = futures_util::future::join(
        store.take(Channel::Mail, now, now + TimeDelta::minutes(3), 100),
        store.take(Channel::Mail, now, now + TimeDelta::minutes(3), 100),
    )
    .await;
    let mut both: Vec<_> = one.unwrap().into_iter().chain(other.unwrap()).map(|lease| lease.id).collect();
    let count = both.len();
    both.sort();
    both.dedup();
    assert_eq!((count, both.len()), (200, 200));
    store.close().await;
}

#[tokio::test]
async fn with_fewer_places_than_tenants_whoever_has_waited_longest_goes_first() {
    let app = TestApp::new().await;
    wait(&app, "zj/town/reviewer", 100, "2026-03-01 00:00Z").await;
    wait(&app, "edu/college/reviewer", 100, "2026-02-28 00:00Z").await;
    let store = app.worker_store();
    let now = domain::clock::Clock::now(&*app.clock);
    let mut tenants = Vec::new();
    for _ in 0..4 {
        let taken = store.take(Channel::Mail, now, now + TimeDelta::minutes(3), 1).await.unwrap();
        tenants.push(taken[0].tenant);
    }
    tenants.dedup();
    assert_eq!(tenants.len(), 1, "edu has waited for longer, and all of it does");
    store.close().await;
}

#[tokio::test]
async fn a_take_reads_no_more_than_it_takes() {
    let app = TestApp::new().await;
    wait(&app, "zj/town/reviewer", 20_000, "2026-03-01 00:00Z").await;
    wait(&app, "edu/college/reviewer", 5, "2026-03-02 00:00Z").await;
    let take = "SELECT sec.take_deliveries('mail', '2026-03-02 01:00Z', '2026-03-02 01:03Z', 16)";
    let (whole, by_index) = read(&app.owner, "delivery", take).await;
    assert_eq!(whole, 0, "from end to end");
    assert!(by_index <= 16 * 2 + 4 * 2, "{by_index} rows were read");
}

/// Joined by a loop, a sub-query that is not materialized is run once for each row, and locks others each time.
#[tokio::test]
async fn no_plan_takes_more_than_was_asked_for() {
    let app = TestApp::new().await;
    wait(&app, "zj/town/reviewer", 3_000, "2026-03-01 00:00Z").await;
    testkit::sql(&app.owner, "UPDATE delivery SET state = 'sent', due_at = NULL, settled_at = at").await;
    unknown(&app, "edu/college/reviewer", 50, "2026-03-02 00:00Z").await;
    let take = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off;
                SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;
                SELECT sec.take_deliveries('mail', '2026-03-02 01:00Z', '2026-03-02 01:03Z', 7)";
    testkit::held(&app.owner, take).await.commit().await;
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM delivery WHERE fence > 0").await, 7);
    let careless = "SELECT coalesce(string_agg(proname, ' '), '') FROM pg_proc WHERE pronamespace = 'sec'::regnamespace
                       AND regexp_count(prosrc, 'SKIP LOCKED\\s*\\)') > regexp_count(prosrc, 'AS MATERIALIZED \\(')";
    assert_eq!(testkit::scalar::<String>(&app.owner, careless).await, "", "what locks rows is run once");
}

/// One tenant whose notices cannot be written, whatever the reason, is one tenant's trouble.
#[tokio::test]
async fn a_tenant_whose_turn_fails_leaves_the_others_told() {
    let app = TestApp::new().await;
    // Turns are in the order of numbers: whoever fails comes first.
    let first = "SELECT key || ' ' || id FROM tenant WHERE key IN ('zj', 'edu') ORDER BY id LIMIT 1";
    let first = testkit::scalar::<String>(&app.owner, first).await;
    let (key, broken) = first.split_once(' ').unwrap();
    let (person, (sound, other)) = if key == "zj" {
        ("zj/village/recorder", ("edu/college/reviewer", "edu/branch/recorder"))
    } else {
        ("edu/branch/recorder", ("zj/town/reviewer", "zj/village/recorder"))
    };
    Desk::of(&app, person).send("ZBDH").await;
    Desk::of(&app, other).send("ZBDH").await;
    let fails = format!(
        "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
         CREATE TRIGGER fails BEFORE INSERT ON notice FOR EACH ROW WHEN (NEW.tenant_id = {broken}) EXECUTE FUNCTION fails();
         CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON review_mark FOR EACH ROW WHEN (NEW.tenant_id = {broken}) EXECUTE FUNCTION fails()"
    );
    testkit::held(&app.owner, &fails).await.commit().await;
    let relay = app.relay();
    assert!(relay.once().await.is_err(), "and it is said");
    assert_eq!(kinds(&app, sound).await, ["TO_REVIEW"]);
    app.clock.turn(TimeDelta::days(7) + TimeDelta::seconds(1));
    let overdue = worker::Overdue { store: app.worker_store(), clock: app.clock.clone() };
    assert!(overdue.once().await.is_err());
    let _ = relay.once().await;
    assert_eq!(kinds(&app, sound).await, ["TO_REVIEW", "OVERDUE"]);
    // What failed is all there when it is mended.
    testkit::sql(&app.owner, "DROP TRIGGER fails ON notice; DROP TRIGGER fails ON review_mark").await;
    assert!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM outbox").await > 0);
    assert_eq!(overdue.once().await.unwrap(), 1);
    relay.once().await.unwrap();
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM outbox").await, 0);
    overdue.store.close().await;
    relay.store.close().await;
}

#[tokio::test]
async fn a_log_whose_head_cannot_be_read_leaves_the_letters_of_the_others() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    for key in ["zj", "edu"] {
        testkit::write_audit(&app.owner, key, 30, 0, true).await;
    }
    app.log_audit().await;
    let first = "SELECT min(id) FROM tenant WHERE key IN ('zj', 'edu')";
    let first = testkit::scalar::<i32>(&app.owner, first).await;
    let fails = format!(
        "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
         CREATE TRIGGER fails BEFORE INSERT ON audit_letter FOR EACH ROW WHEN (NEW.tenant_id = {first}) EXECUTE FUNCTION fails()"
    );
    testkit::held(&app.owner, &fails).await.commit().await;
    assert!(app.try_heads_sent(&post, &["above@example.cn"]).await.is_err(), "and it is said");
    assert_eq!(post.taken().len(), 1, "the other tenant's head has gone");
}
