//! The ways out of a test: a mail server that keeps what it is given and fails as it is told, and the worker's relay and
//! sender, run by hand.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use authz::Policy;
use domain::{notice::Channel, seal::Keyring};
use mail::{
    render::Sender,
    sink::{self, Caught, Faults},
    smtp::{self, Mode, Server, Smtp},
    webhook::{self, Reach, Webhooks},
};
use mail_parser::{MessageParser, MimeHeaders as _};
pub use store::delivery::Settled;
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use worker::{Deliver, HeadLetters, Letters, Overdue, Policies, Post, Relay, Seals, Wake};

use crate::TestApp;

/// Records, versions, submissions, receipts, events: `$1` of them, of organisation `$2`, by person `$3` under post `$4`, at `$5`.
const SENT: [&str; 5] = [
    "INSERT INTO record (tenant_id, id, org_id, type, type_version, state, version, round, seq, created_by, created_at, updated_at)
     SELECT o.tenant_id, md5('many ' || n)::uuid, o.id, 'ZBDH', 1, 'in_review', 1, 1, 1, $3, now(), now()
       FROM org o CROSS JOIN generate_series(1, $1::int) AS n WHERE o.id = $2 AND $4::uuid IS NOT NULL AND $5::uuid IS NOT NULL",
    "INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at, submitted)
     SELECT o.tenant_id, md5('many ' || n)::uuid, 1, o.id, '第' || n || '号记录', '2026-02-26', '{}', $3, now(), true
       FROM org o CROSS JOIN generate_series(1, $1::int) AS n WHERE o.id = $2 AND $4::uuid IS NOT NULL AND $5::uuid IS NOT NULL",
    "INSERT INTO submission (tenant_id, record_id, round, version, hash, org_id, chain, route, position, state, type, tags, month,
       m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, submitted_by, submitted_post, submitted_at)
     SELECT o.tenant_id, md5('many ' || n)::uuid, 1, 1, '', o.id, ARRAY[o.id, $5], ARRAY[$5], 1, 'in_review', 'ZBDH', '{}', 202602,
       0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $3, $4, now()
       FROM org o CROSS JOIN generate_series(1, $1::int) AS n WHERE o.id = $2",
    "INSERT INTO receipt (tenant_id, org_id, no, record_id, round, version, hash, origin_id, type, month, confidentiality, title, received_at, state)
     SELECT o.tenant_id, $5, 1000000 + n, md5('many ' || n)::uuid, 1, 1, '', o.id, 'ZBDH', 202602, 0, '第' || n || '号记录', now(), 'pending'
       FROM org o CROSS JOIN generate_series(1, $1::int) AS n WHERE o.id = $2 AND $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL",
    "INSERT INTO outbox (tenant_id, topic, subject, at)
     SELECT o.tenant_id, 'record.submit', jsonb_build_object('record', md5('many ' || n)::uuid, 'round', 1, 'org', o.id, 'who', $3), now()
       FROM org o CROSS JOIN generate_series(1, $1::int) AS n WHERE o.id = $2 AND $4::uuid IS NOT NULL AND $5::uuid IS NOT NULL ORDER BY n",
];

/// A letter as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// `Message-ID`, without brackets.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// A mail server on loopback. It goes with the test.
#[derive(Debug)]
pub struct TestPost {
    /// Where it listens.
    pub address: SocketAddr,
    caught: Arc<Mutex<Vec<Letter>>>,
    stop: CancellationToken,
}

impl TestPost {
    /// One that takes everything.
    pub async fn open() -> Self {
        Self::failing(Faults::default()).await
    }

    /// One that fails by chance.
    pub async fn failing(faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let caught = Arc::<Mutex<Vec<Letter>>>::default();
        let (kept, stop) = (Arc::clone(&caught), CancellationToken::new());
        let keep = move |letter: Caught| {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(read(&letter));
            Ok(())
        };
        TaskTracker::new().spawn(sink::serve(listener, Arc::new(keep), faults, stop.clone()));
        Self { address, caught, stop }
    }

    /// Everything that it was given, in its order.
    pub fn letters(&self) -> Vec<Letter> {
        self.caught.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same, and forgotten.
    pub fn taken(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.caught.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The ways out: letters go here, webhooks to this machine too.
    pub fn ways(&self) -> Post {
        ways(self.address)
    }

    /// It answers no more.
    pub fn close(&self) {
        self.stop.cancel();
    }
}

impl Drop for TestPost {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Letters go to this address, webhooks to this machine too.
pub fn ways(address: SocketAddr) -> Post {
    // Another test may have been faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server { host: address.ip().to_string(), port: address.port(), mode: Mode::Plain };
    let mut settings = smtp::Settings::of(server);
    settings.timeout = Duration::from_secs(5);
    let smtp = Smtp::open(&settings).expect("a mail server");
    let public = "https://dangan.example.cn/".parse().expect("an address");
    let from = "党组织档案平台 <noreply@dangan.example.cn>";
    let sender = Sender::new(from, None, "dangan.example.cn", None).expect("a sender");
    let reach = Reach { networks: Vec::new(), hosts: vec!["127.0.0.1".to_owned()] };
    let hooks = webhook::Settings { reach, ..webhook::Settings::default() };
    Post {
        letters: Some(Letters { smtp, sender }),
        webhooks: Webhooks::open(&hooks).expect("webhooks"),
        public,
        retry: Duration::from_secs(30),
        patience: Duration::from_secs(5),
        at_once: 4,
        keyring: keyring(),
        chance: |bytes| rand::fill(bytes),
    }
}

/// The key that tests seal by.
pub const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// A ring with it alone.
pub fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::default().and(KEY).expect("a key"))
}

fn read(caught: &Caught) -> Letter {
    let parsed = MessageParser::default().parse(&caught.eml).expect("a letter");
    assert!(parsed.attachments().all(|part| part.attachment_name().is_none()), "a letter carries no file");
    Letter {
        id: parsed.message_id().unwrap_or_default().to_owned(),
        to: caught.to.join(","),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).map(|text| text.replace("\r\n", "\n")).unwrap_or_default(),
    }
}

impl TestApp {
    /// The worker's relay.
    pub fn relay(&self) -> Relay {
        Relay {
            store: self.worker_store(),
            clock: self.clock.clone(),
            policies: Policies::new(Arc::new(Policy::builtin().expect("the built-in policy"))),
            letters: true,
            written: Arc::new(Notify::new()),
            wake: Wake::default(),
        }
    }

    /// What sends, by these ways.
    pub fn sender(&self, post: Post) -> Deliver {
        Deliver {
            store: self.worker_store(),
            clock: self.clock.clone(),
            policies: Policies::new(Arc::new(Policy::builtin().expect("the built-in policy"))),
            post,
            written: Arc::new(Notify::new()),
        }
    }

    /// Notes what has become overdue. Gives how many reviews.
    pub async fn noted(&self) -> u64 {
        let overdue = Overdue { store: self.worker_store(), clock: self.clock.clone() };
        let noted = overdue.once().await.expect("overdue reviews");
        overdue.store.close().await;
        noted
    }

    /// Seals webhooks that the newest of these keys has not sealed. Gives how many.
    pub async fn sealed(&self, keyring: Arc<Keyring>) -> u64 {
        let seals = Seals { store: self.worker_store(), keyring, chance: |bytes| rand::fill(bytes) };
        let sealed = seals.once().await.expect("webhooks");
        seals.store.close().await;
        sealed
    }

    /// Sends heads of the audit log to addresses outside, where they are due. Gives how many letters went.
    pub async fn heads_sent(&self, post: &TestPost, to: &[&str]) -> u64 {
        self.try_heads_sent(post, to).await.expect("heads")
    }

    /// The same, where a log may fail.
    pub async fn try_heads_sent(&self, post: &TestPost, to: &[&str]) -> store::Result<u64> {
        let Post { letters, public, .. } = post.ways();
        let letters = letters.expect("a mail server");
        let smtp = letters.smtp.clone();
        let to = to.iter().map(|&one| one.to_owned()).collect();
        let heads = HeadLetters { store: self.worker_store(), clock: self.clock.clone(), letters, public, to };
        let sent = heads.once().await;
        smtp.close().await;
        heads.store.close().await;
        sent
    }

    /// Relays everything that waits. Gives how many events there were.
    pub async fn relayed(&self) -> u64 {
        let relay = self.relay();
        let taken = relay.once().await.expect("a relay");
        relay.store.close().await;
        taken
    }

    /// Sends everything that is due on a channel. Gives how many attempts were made.
    pub async fn sent(&self, channel: Channel, post: Post) -> usize {
        let sender = self.sender(post);
        let made = sender.once(channel).await.expect("attempts");
        if let Some(letters) = &sender.post.letters {
            letters.smtp.close().await;
        }
        sender.store.close().await;
        made
    }

    /// Relays, and sends letters to a mail server: those that it has caught since.
    pub async fn letters(&self, post: &TestPost) -> Vec<Letter> {
        self.relayed().await;
        self.sent(Channel::Mail, post.ways()).await;
        let mut letters = post.taken();
        letters.sort_by(|one, other| one.to.cmp(&other.to));
        letters
    }

    /// A letter to a person that was given up. Gives its id.
    pub async fn dead_letter(&self, key: &str) -> String {
        let person = self.actor(key).account;
        sqlx::query_scalar(
            "INSERT INTO delivery (tenant_id, id, event, kind, about, subject, channel, recipient, at, state, attempts, reason, settled_at)
             SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), 'to_review', 'to_review ' || gen_random_uuid(), '{}', 'mail', id, $2,
                    'failed', 1, 'smtp_550', $2 FROM account WHERE id = $1
             RETURNING 'delivery:' || replace(id::text, '-', '')",
        )
        .bind(person.uuid())
        .bind(domain::clock::Clock::now(&*self.clock))
        .fetch_one(&self.owner)
        .await
        .expect("a dead letter")
    }

    /// So many records of `zj/village`, sent just now by the clock of the machine and pending at `zj/town`, with their events: as
    /// rows, past the use cases, which would take long for a hundred thousand.
    pub async fn send_many(&self, count: i32) {
        let (writer, town) = (self.actor("zj/village/recorder"), self.org("zj/town"));
        let mut tx = self.owner.begin().await.expect("a transaction");
        sqlx::raw_sql("SET LOCAL session_replication_role = replica").execute(&mut *tx).await.expect("a setting");
        for statement in SENT {
            sqlx::query(statement)
                .bind(count)
                .bind(writer.org.uuid())
                .bind(writer.account.uuid())
                .bind(writer.post.uuid())
                .bind(town.uuid())
                .execute(&mut *tx)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        tx.commit().await.expect("a commit");
        sqlx::raw_sql("ANALYZE").execute(&self.owner).await.expect("statistics");
    }

    /// Gives a person an address: its key with hyphens at an example domain.
    pub async fn give_address(&self, key: &str) -> String {
        let actor = self.actor(key);
        let address = format!("{}@example.cn", key.replace('/', "-"));
        sqlx::query(
            "INSERT INTO account_contact (tenant_id, account_id, email) SELECT tenant_id, id, $2 FROM account WHERE id = $1",
        )
        .bind(actor.account.uuid())
        .bind(&address)
        .execute(&self.owner)
        .await
        .expect("an address");
        address
    }
}
