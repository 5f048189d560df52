use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mail::sink::Faults;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use secrecy::SecretString;
use testkit::{TestApp, TestPost};

use super::lengthened;
use crate::fault_flow::served::binary;

/// Letters that one worker has in its hands at one time.
const AT_ONCE: usize = 4;
/// How often, of a thousand letters, the server refuses for now, and breaks off in the middle.
const FAULTS: Faults = Faults { refuse: 60, cut: 40, keep_and_refuse: 0, keep_and_cut: 0, seed: 77 };

const TOLD: &str = "SELECT count(*) FROM notice WHERE kind = 'to_review' AND account_id = (
    SELECT account_id FROM credential WHERE login = 'zj-town-reviewer2')";
const LEFT: &str = "SELECT count(*) FROM delivery WHERE state <> 'sent'";
const WAITING: &str = "SELECT count(*) FROM outbox";
const SENT: &str = "SELECT string_agg(event::text, ' ') FROM delivery";

/// `fonds work` on the database of a test. Killed when dropped.
struct Working(Child);

impl Working {
    fn start(binary: &Path, app: &TestApp, post: &TestPost) -> Self {
        let folder = app.files.folder.path();
        let child = Command::new(binary)
            .arg("work")
            .current_dir(folder)
            .env("FONDS_DATABASE__WORKER_URL", &app.database.worker_url)
            .env("FONDS_BLOBS__FOLDER", folder)
            .env("FONDS_MAIL__HOST", post.address.ip().to_string())
            .env("FONDS_MAIL__PORT", post.address.port().to_string())
            .env("FONDS_MAIL__MODE", "plain")
            .env("FONDS_MAIL__FROM", "noreply@dangan.example.cn")
            .env("FONDS_MAIL__PUBLIC_URL", "https://dangan.example.cn")
            .env("FONDS_MAIL__CONNECTIONS", AT_ONCE.to_string())
            .env("FONDS_MAIL__RETRY_SECONDS", "1")
            .env("FONDS_MAIL__TIMEOUT_SECONDS", "2")
            .env("FONDS_LOG__FILTER", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Working {
    /// SIGKILL: no word of goodbye.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everybody is told once in the inbox and by at least one letter; a letter that comes twice has the same id, and hardly any
/// does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_misses_a_notice_while_workers_are_killed() {
    let is_long = lengthened(1) > 1;
    // By letters and not by time: how fast the machine is says nothing of what a kill costs.
    let (events, life, patience) =
        if is_long { (100_000, 4000, Duration::from_mins(50)) } else { (400, 80, Duration::from_mins(3)) };
    let binary = tokio::task::spawn_blocking(binary).await.unwrap();
    let app = TestApp::new().await;
    worker::queue::install(&SecretString::from(app.database.admin_url.clone())).await.unwrap();
    app.give_address("zj/town/reviewer").await;
    app.send_many(events).await;
    let post = TestPost::failing(FAULTS).await;
    let begun = Instant::now();
    let mut chance = StdRng::seed_from_u64(3);
    let mut workers = [Working::start(&binary, &app, &post), Working::start(&binary, &app, &post)];
    let (mut kills, mut caught) = (0_usize, BTreeMap::<String, usize>::new());
    let wanted = usize::try_from(events).unwrap();
    let mut next = chance.random_range(life / 2..life);
    while caught.len() < wanted || testkit::scalar::<i64>(&app.owner, LEFT).await > 0 {
        assert!(begun.elapsed() < patience, "{} of {wanted} letters after {kills} kills", caught.len());
        tokio::time::sleep(Duration::from_millis(chance.random_range(20..80))).await;
        for letter in post.taken() {
            *caught.entry(letter.id).or_default() += 1;
        }
        // The last ones are left in peace, else the end would depend on chance alone.
        if caught.len() >= next && caught.len() < wanted * 19 / 20 {
            next = caught.len() + chance.random_range(life / 2..3 * life / 2);
            workers[chance.random_range(0..2)] = Working::start(&binary, &app, &post);
            kills += 1;
        }
    }
    drop(workers);
    for letter in post.taken() {
        *caught.entry(letter.id).or_default() += 1;
    }
    let twice: usize = caught.values().map(|times| times - 1).sum();
    let took = begun.elapsed().as_secs_f64();
    println!("{} letters in {took:.0} s, {twice} of them twice, {kills} kills", caught.len());
    assert_eq!(caught.len(), wanted, "one id for each event");
    assert_eq!(testkit::scalar::<i64>(&app.owner, WAITING).await, 0);
    assert_eq!(testkit::scalar::<i64>(&app.owner, TOLD).await, i64::from(events), "the inbox of who has no address");
    let sent: String = testkit::scalar(&app.owner, SENT).await;
    let sent: BTreeSet<_> = sent.split(' ').map(str::to_owned).collect();
    let known: BTreeSet<_> = caught.keys().map(|id| id.split('.').next().unwrap().to_owned()).collect();
    assert_eq!(known, sent);
    assert!(kills >= 2, "nothing was tried");
    assert!(twice <= kills * AT_ONCE, "{twice} letters twice by {kills} kills");
    assert!(!is_long || twice * 1000 <= wanted, "{twice} of {wanted} letters twice");
}

/// What has piled up while no worker ran is relayed in batches, and told once.
#[tokio::test]
async fn a_backlog_is_relayed_whole() {
    let app = TestApp::new().await;
    app.give_address("zj/town/reviewer").await;
    let events = i32::try_from(lengthened(3000)).unwrap();
    app.send_many(events).await;
    // The rows are of the machine's clock.
    let now: chrono::DateTime<chrono::Utc> = testkit::scalar(&app.owner, "SELECT now()").await;
    app.clock.set(now);
    let begun = Instant::now();
    assert_eq!(app.relayed().await, u64::from(events.unsigned_abs()));
    println!(
        "{:.0} events relayed a second, each to two inboxes and a letter: no letters",
        f64::from(events) / begun.elapsed().as_secs_f64()
    );
    assert_eq!(testkit::scalar::<i64>(&app.owner, TOLD).await, i64::from(events));
    assert_eq!(testkit::scalar::<i64>(&app.owner, LEFT).await, i64::from(events));
}
