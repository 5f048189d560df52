//! A whole Fonds on a database of its own.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock, atomic::AtomicUsize},
    time::Duration,
};

use app::App;
use authz::Policy;
use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use domain::{
    Id,
    audit::{SigningKey, key::KeyName},
    id::noun,
    seal::Keyring,
};
use gateway::{Gateway, Limits, Live, Metrics, Parts};
use secrecy::SecretString;
use sqlx::{PgPool, postgres::PgPoolOptions};
use store::{Store, worker::WorkerStore};
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use worker::{AuditLog, Fold};

use crate::{
    Actor, Answer, SeededChance, Served, TestClock, TestFiles, behind,
    cluster::{self, TestDatabase},
    left::Turn,
    seed,
};

/// What is other than usual.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Redis; the one of the tests where nothing is said.
    pub redis: Option<String>,
    /// `[http]`. Budgets are wide: tests share one redis.
    pub http: gateway::Settings,
    /// Casbin decides. False: everything is allowed, and the second wall stands alone.
    pub first_wall: bool,
    /// The application connects as superuser: the second wall is off.
    pub past_row_security: bool,
    /// Connections of the application's pool.
    pub max_connections: u32,
    /// Seed of chance.
    pub seed: u64,
    /// What seals webhooks.
    pub keyring: Arc<Keyring>,
}

impl Default for Setup {
    fn default() -> Self {
        let http = gateway::Settings {
            https: false,
            cost_per_minute: 1_000_000_000,
            file_requests_per_minute: 1_000_000_000,
            file_requests_per_address: 1_000_000_000,
            ..gateway::Settings::default()
        };
        Self {
            redis: Some(cluster::redis_url()),
            http,
            first_wall: true,
            past_row_security: false,
            max_connections: 8,
            seed: 2026,
            keyring: crate::post::keyring(),
        }
    }
}

/// The application under test. Fields are dropped in their order: the database last.
#[derive(Debug)]
pub struct TestApp {
    /// The use cases.
    pub app: App,
    /// The clock that they read.
    pub clock: Arc<TestClock>,
    /// The gateway's operations and loaders.
    pub tasks: TaskTracker,
    /// Past row security: to look behind the walls and to set things up.
    pub owner: PgPool,
    pub(crate) gateway: Gateway,
    pub(crate) served: OnceCell<Served>,
    router: Router,
    address: SocketAddr,
    setup: Setup,
    /// Requests under way.
    pub(crate) requests: AtomicUsize,
    /// Its files.
    pub files: TestFiles,
    /// Its database.
    pub database: TestDatabase,
}

impl TestApp {
    /// As usual.
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// Other than usual.
    pub async fn with(setup: Setup) -> Self {
        let database = cluster::fresh_database().await;
        let owner = PgPoolOptions::new().max_connections(4).connect(&database.admin_url).await.expect("the database");
        let clock = Arc::new(TestClock::new());
        seed::plant(&owner, TestClock::beginning()).await.expect("the tenants");
        let files = TestFiles::open();
        let (app, tasks, gateway) = start(&setup, &database, &clock, &owner, &files).await;
        // Limits are kept by address, and all tests share one redis.
        let address = SocketAddr::from((rand::random::<[u8; 16]>(), 1));
        Self {
            app,
            clock,
            tasks,
            owner,
            router: gateway.router(),
            gateway,
            served: OnceCell::new(),
            address,
            setup,
            requests: AtomicUsize::new(0),
            files,
            database,
        }
    }

    /// Starts the application anew on the same database: new connections, an empty memory.
    pub async fn restart(&mut self) {
        self.app.store.close().await;
        self.served = OnceCell::new();
        (self.app, self.tasks, self.gateway) =
            start(&self.setup, &self.database, &self.clock, &self.owner, &self.files).await;
        self.router = self.gateway.router();
    }

    pub(crate) async fn another(&self) -> (App, Gateway) {
        let (app, _, gateway) = start(&self.setup, &self.database, &self.clock, &self.owner, &self.files).await;
        (app, gateway)
    }

    /// Sends a request through the router.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let turn = Turn::begin(self);
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.router.clone().oneshot(request).await.expect("a router does not fail");
        let answer = Answer::read(response).await;
        turn.end().await;
        answer
    }

    /// A GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// A POST of JSON, without a session.
    pub async fn post(&self, path: &str, body: &serde_json::Value) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Somebody by `tenant/organisation/role`: see [`seed`].
    pub fn actor(&self, key: &str) -> Actor<'_> {
        let person = seed::person(key).unwrap_or_else(|| panic!("nobody is {key}"));
        Actor::new(self, key.to_owned(), person.token(), (person.post(), person.org(), person.account()))
    }

    /// Somebody without a session.
    pub fn anonymous(&self) -> Actor<'_> {
        let nil = "0".repeat(32);
        let none = (parse(&format!("post:{nil}")), parse(&format!("org:{nil}")), parse(&format!("account:{nil}")));
        Actor::new(self, "nobody".to_owned(), String::new(), none)
    }

    /// An organisation by `tenant/organisation`.
    pub fn org(&self, key: &str) -> Id<noun::Org> {
        seed::org_id(key).unwrap_or_else(|| panic!("there is no {key}"))
    }

    /// Ends a session behind everybody's back.
    pub async fn revoke(&self, actor: &Actor<'_>) {
        let ended = sqlx::query("UPDATE session SET ended_at = created_at WHERE account_id = $1 AND ended_at IS NULL")
            .bind(actor.account.uuid())
            .execute(&self.owner)
            .await
            .expect("an end of sessions");
        assert!(ended.rows_affected() > 0, "{} has no session", actor.key);
    }

    /// The worker's connections.
    pub fn worker_store(&self) -> WorkerStore {
        WorkerStore::new(open(&self.database.worker_url, 2))
    }

    /// Examines everything that was received. Gives how many files were settled.
    pub async fn examine(&self) -> usize {
        self.examine_with(true).await
    }

    /// Removes staged bytes that nobody wants. Gives how many uploads went.
    pub async fn sweep(&self) -> usize {
        let store = self.worker_store();
        let gone = self.files.examine(store.clone(), self.clock.clone(), false).sweep().await.expect("a sweep");
        store.close().await;
        gone
    }

    /// Makes the pictures that wait; the program of the child processes has to be built. Gives how many files were looked at.
    pub async fn picture(&self) -> usize {
        let store = self.worker_store();
        let examine = self.files.examine(store.clone(), self.clock.clone(), true);
        let looked = worker::Previewer::of(&examine).once().await.expect("pictures");
        store.close().await;
        looked
    }

    /// The same while no scanner answers.
    pub async fn examine_without_scanner(&self) -> usize {
        let settled = self.examine_with(false).await;
        // What waits is looked at again after its pause.
        self.clock.turn(chrono::TimeDelta::seconds(11));
        settled
    }

    /// Writes down what readers have found wrong, as a gateway without a worker does.
    pub async fn tell_incidents(&self) {
        let mut incidents = self.files.incidents.lock().await;
        worker::scrub::drain(&self.app.store, &mut incidents, domain::clock::Clock::now(&*self.clock)).await;
    }

    /// The same, as the worker does, whose word on a body counts.
    pub async fn write_incidents(&self) {
        let (store, mut incidents) = (self.worker_store(), self.files.incidents.lock().await);
        worker::scrub::drain(&store, &mut incidents, domain::clock::Clock::now(&*self.clock)).await;
        store.close().await;
    }

    /// The examination as another worker would run it.
    pub fn examiner(&self) -> worker::Examine {
        self.files.examine(self.worker_store(), self.clock.clone(), true)
    }

    async fn examine_with(&self, scanner: bool) -> usize {
        let store = self.worker_store();
        let examine = self.files.examine(store.clone(), self.clock.clone(), scanner);
        let settled = examine.once().await.expect("an examination");
        store.close().await;
        settled
    }

    /// The audit log's reconciler with a key of the tests, signing with more where there are more.
    pub fn audit_log(&self, seeds: &[u8], away: Option<std::path::PathBuf>) -> AuditLog {
        let name = || KeyName::parse("archive.example.cn/audit").expect("a name");
        AuditLog {
            store: self.worker_store(),
            clock: self.clock.clone(),
            chance: |bytes| rand::fill(bytes),
            keys: seeds.iter().map(|&seed| SigningKey::from_seed(name(), &[seed; 32])).collect(),
            away,
            pause: Duration::from_millis(20),
            every: Duration::from_millis(50),
        }
    }

    /// Takes everything that waits into the audit log, and signs a head of what has grown. Gives how many rows came in.
    pub async fn log_audit(&self) -> u64 {
        let log = self.audit_log(&[1], None);
        let taken = log.once().await.expect("the sequencer");
        log.heads().await.expect("heads");
        log.store.close().await;
        taken
    }

    /// Folds everything that waits. Gives how many steps were folded.
    pub async fn fold(&self) -> u64 {
        let store = self.worker_store();
        let folded = Fold::new(store.clone(), worker::Settings::default()).once().await.expect("a fold");
        store.close().await;
        folded
    }
}

async fn start(
    setup: &Setup,
    database: &TestDatabase,
    clock: &Arc<TestClock>,
    owner: &PgPool,
    files: &TestFiles,
) -> (App, TaskTracker, Gateway) {
    let url = if setup.past_row_security { &database.admin_url } else { &database.app_url };
    let store = open(url, setup.max_connections);
    let chance = Arc::new(SeededChance::new(setup.seed));
    let mut app = App::new(store, clock.clone(), chance).expect("the application");
    app.keyring = setup.keyring.clone();
    if !setup.first_wall {
        app.policy = Arc::new(Policy::allow_all(behind::places(owner).await).expect("the built-in policy"));
    }
    let tasks = TaskTracker::new();
    let redis = setup.redis.clone().map(SecretString::from);
    let parts = Parts {
        app: app.clone(),
        settings: setup.http.clone(),
        limits: Limits::new(redis.as_ref()).expect("the address of redis"),
        metrics: metrics(),
        tasks: tasks.clone(),
        live: Live::new(setup.http.live, redis.as_ref()).expect("the address of redis"),
        uploads: files.uploads(),
        bodies: files.bodies.clone(),
    };
    (app, tasks, Gateway::new(parts).expect("the gateway"))
}

fn open(url: &str, max_connections: u32) -> Store {
    let url = SecretString::from(url.to_owned());
    Store::open(&store::Settings { url, max_connections, acquire_timeout: Duration::from_secs(10) })
        .expect("an address")
}

/// The recorder of a process is one; every test of it records there.
fn metrics() -> Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| Metrics::install().expect("the only recorder")).clone()
}

fn parse<T: domain::id::Noun>(text: &str) -> Id<T> {
    text.parse().expect("an id")
}
