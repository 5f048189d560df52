//! Many uploads over a line that breaks off at random, to a server that is killed now and then.

use std::{
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use testkit::{Actor, TestApp};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::client::{id, metadata};
use crate::{
    fault::lengthened,
    fault_flow::served::{Served, binary},
};

const PEOPLE: [&str; 4] =
    ["zj/village/recorder", "zj/village/secretary", "zj/village2/recorder", "zj/village3/recorder"];
/// Uploads in a short run, and how often the server is killed meanwhile.
const UPLOADS: usize = 500;
const KILLS: usize = 4;
/// Lines at once: fewer of one person than he may hold, with those that the server does not know to be dead.
const AT_ONCE: usize = 12;
const PATIENCE: Duration = Duration::from_secs(20);

/// The head of an answer.
struct Reply {
    status: u16,
    head: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(said, _)| *said == name).map(|(_, value)| value))
    }
}

/// A request of which only `cut` bytes of the body are sent; none where the line broke off.
async fn exchange(address: SocketAddr, head: &str, body: &[u8], cut: usize) -> Option<Reply> {
    let whole = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let head = format!(
            "{head}host: fonds\r\nconnection: close\r\ntus-resumable: 1.0.0\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(&body[..cut]).await.ok()?;
        if cut < body.len() {
            return None; // Dropped with the rest unsent.
        }
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let text = String::from_utf8_lossy(&answer);
        let (head, _) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head: head.to_owned() })
    };
    timeout(PATIENCE, whole).await.ok().flatten()
}

/// Uploads bytes, however often it takes. Gives the file's id and how often the line broke off.
async fn upload(address: &Mutex<SocketAddr>, who: &Actor<'_>, number: usize, bytes: &[u8]) -> (String, usize) {
    let mut chance = StdRng::seed_from_u64(number as u64);
    let there = || *address.lock().unwrap();
    let bearer = format!("authorization: Bearer {}\r\n", who.token);
    let said = metadata(&[("filename", "会议记录.txt"), ("post", &who.post.to_string())]);
    let announce = format!(
        "POST /uploads HTTP/1.1\r\n{bearer}idempotency-key: upload-{number:06}\r\nupload-length: {}\r\nupload-metadata: {said}\r\n",
        bytes.len()
    );
    let mut broken = 0;
    let at = loop {
        match exchange(there(), &announce, &[], 0).await {
            Some(reply) if reply.status == 201 => break reply.header("location").unwrap().to_owned(),
            Some(reply) if reply.status < 500 && reply.status != 422 => panic!("{}", reply.head),
            // Away, or too many of his are not examined yet.
            _ => sleep(Duration::from_millis(chance.random_range(10..60))).await,
        }
    };
    let mut offset = 0;
    loop {
        let rest = &bytes[offset..];
        let cut = if chance.random_bool(0.6) { chance.random_range(0..=rest.len()) } else { rest.len() };
        let patch = format!(
            "PATCH {at} HTTP/1.1\r\n{bearer}content-type: application/offset+octet-stream\r\nupload-offset: {offset}\r\n"
        );
        let reply = exchange(there(), &patch, rest, cut).await;
        if reply.as_ref().is_some_and(|reply| reply.status == 204) {
            assert_eq!(reply.unwrap().header("upload-offset"), Some(bytes.len().to_string().as_str()));
            return (id(&at), broken);
        }
        broken += 1;
        offset = loop {
            let head = exchange(there(), &format!("HEAD {at} HTTP/1.1\r\n{bearer}"), &[], 0).await;
            match head {
                Some(reply) if reply.status == 200 => break reply.header("upload-offset").unwrap().parse().unwrap(),
                Some(reply) => assert!(reply.status == 423 || reply.status >= 500, "{}", reply.head),
                None => {}
            }
            sleep(Duration::from_millis(chance.random_range(5..40))).await;
        };
        if offset == bytes.len() {
            return (id(&at), broken);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_upload_that_is_cut_and_resumed_arrives_as_it_was() {
    let binary = tokio::task::spawn_blocking(binary).await.unwrap();
    let app = TestApp::new().await;
    worker::queue::install(&SecretString::from(app.database.admin_url.clone())).await.unwrap();
    let people = PEOPLE.map(|key| app.actor(key));
    let uploads = lengthened(UPLOADS);
    let kills = lengthened(KILLS);
    let mut served = Served::start(&binary, &app).await;
    let (address, done) = (Mutex::new(served.address), AtomicUsize::new(0));
    let sending = stream::iter(0..uploads)
        .map(|number| {
            let (people, address, done) = (&people, &address, &done);
            async move {
                let mut chance = StdRng::seed_from_u64(7_000_000 + number as u64);
                let mut bytes = vec![0; chance.random_range(1..120_000)];
                chance.fill_bytes(&mut bytes);
                // Letters, so that it is a text; each other than every other.
                for byte in &mut bytes {
                    *byte = b'a' + *byte % 26;
                }
                let (file, broken) = upload(address, &people[number % people.len()], number, &bytes).await;
                done.fetch_add(1, Ordering::Relaxed);
                (file, hex::encode(Sha256::digest(&bytes)), broken)
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>();
    let killing = async {
        for life in 1..=kills {
            while done.load(Ordering::Relaxed) < life * uploads / (kills + 1) {
                sleep(Duration::from_millis(5)).await;
            }
            served.kill();
            served = Served::start(&binary, &app).await;
            *address.lock().unwrap() = served.address;
        }
    };
    let (sent, ()) = tokio::join!(sending, killing);
    served.kill();
    // The server's clock is the wall's; what it had taken when it was killed comes back after its lease.
    app.clock.set(testkit::scalar(&app.owner, "SELECT clock_timestamp() + interval '5 minutes'").await);
    while app.examine().await > 0 {}
    let broken: usize = sent.iter().map(|(.., broken)| broken).sum();
    assert!(broken > uploads / 2, "{broken} lines broke off: nothing was tried");
    let rows = "SELECT coalesce(jsonb_object_agg('file:' || replace(id::text, '-', ''), encode(sha256, 'hex')), '{}') FROM file WHERE state = 'kept'";
    let kept: serde_json::Value = testkit::scalar(&app.owner, rows).await;
    assert_eq!(kept.as_object().unwrap().len(), uploads, "no more and no fewer");
    for (file, digest, _) in &sent {
        assert_eq!(kept[file], **digest, "{file}");
    }
    println!("{uploads} uploads, {broken} times broken off, {kills} kills: every digest equal");
}
