use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use testkit::{TestApp, WorkerStore};
use tokio_util::sync::CancellationToken;
use worker::{Settings, Worker, queue};

/// The queue installs itself under the worker's own role, runs beside the fold, and stops when told.
#[tokio::test]
async fn the_worker_starts_folds_and_stops() {
    let app = TestApp::new().await;
    assert_eq!(app.fold().await, 0);

    let admin = SecretString::from(app.database.admin_url.clone());
    queue::install(&admin).await.unwrap();
    queue::install(&admin).await.unwrap();
    let owner: String = testkit::scalar(
        &app.owner,
        "SELECT string_agg(DISTINCT tableowner, ',')::text FROM pg_tables WHERE schemaname = 'graphile_worker'",
    )
    .await;
    assert_eq!(owner, "fonds_worker");

    let worker = Worker {
        store: app.worker_store(),
        url: SecretString::from(app.database.worker_url.clone()),
        settings: Settings { fold_pause_ms: 20, ..Settings::default() },
        clock: Arc::clone(&app.clock) as _,
        examine: None,
        policies: app.relay().policies,
        post: testkit::post::ways("127.0.0.1:1".parse().unwrap()),
        wake: worker::Wake::default(),
        audit_log: app.audit_log(&[1], None),
        heads_to: Arc::default(),
    };
    let (_, incidents) =
        blob::Bodies::open(&blob::Settings { folder: app.files.folder.path().to_owned(), ..blob::Settings::default() })
            .unwrap();
    let stop = CancellationToken::new();
    let running = app.tasks.spawn(worker.run(incidents, stop.clone()));
    let workers = "SELECT count(*) FROM graphile_worker._private_workers";
    let mut waited = 0;
    while testkit::scalar::<i64>(&app.owner, workers).await == 0 {
        waited += 1;
        assert!(waited < 200, "the queue has not registered");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // As the schedule adds them, with null, and as somebody might by hand.
    for job in ["clear_expired", "scrub"] {
        for payload in ["null", "{}"] {
            let add = format!("SELECT graphile_worker.add_job('{job}', '{payload}'::json)");
            testkit::sql(&app.owner, Box::leak(add.into_boxed_str())).await;
        }
    }
    let left = "SELECT count(*) || ' ' || coalesce(string_agg(last_error, ' '), '') FROM graphile_worker._private_jobs";
    let mut waited = 0;
    while testkit::scalar::<String>(&app.owner, left).await != "0 " {
        waited += 1;
        assert!(waited < 200, "{}", testkit::scalar::<String>(&app.owner, left).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(20), running).await.expect("an end in time").unwrap();
    assert_eq!(testkit::scalar::<i64>(&app.owner, workers).await, 0, "a stopped worker signs off");
}

#[tokio::test]
async fn nobody_else_folds() {
    let app = TestApp::new().await;
    assert!(app.worker_store().check_role().await.unwrap().is_ok());
    let application = WorkerStore::new(app.app.store.clone());
    assert!(application.check_role().await.unwrap().is_err());
    assert!(application.fold(domain::tenant::TenantId(1), 1).await.is_err());
}
