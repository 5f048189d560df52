//! Bodies meant to hurt, sent to the whole server while somebody else is at work.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use secrecy::SecretString;
use serde_json::{Value, json};
use testkit::TestApp;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::lengthened;
use crate::fault_flow::served::{Served, binary};

/// Connections that send them, one body after the other.
const ATTACKERS: usize = 4;
/// Questions of the one who is at work, undisturbed and disturbed.
const QUESTIONS: usize = 300;
/// What ninety-nine of a hundred of them may take; on a machine that is slow without any attack, so many times what it
/// takes undisturbed.
const QUICK: Duration = Duration::from_millis(100);
const TIMES: u32 = 10;
/// Bytes of a refusal.
const SMALL: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(20);

fn query(text: &str) -> Vec<u8> {
    json!({ "query": text }).to_string().into_bytes()
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        let _ = write!(text, "{}", one(at));
        text
    })
}

/// 2^23 selections in few bytes.
fn doubling() -> String {
    let fragments = many(23, |at| format!("fragment f{at} on Viewer{{...f{next} ...f{next}}}", next = at + 1));
    format!("{{viewer{{...f0}}}}{fragments}fragment f23 on Viewer{{tenantKey}}")
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let cycle = "{viewer{...A}}fragment A on Viewer{...B}fragment B on Viewer{...C}fragment C on Viewer{...A}";
    let nested = format!("{{root{}{{id}}{}}}", "{parent".repeat(200), "}".repeat(200));
    let ids = format!(
        r#"{{"query":"query($v:[String!]!){{figures(input:{{org:\"\",from:1,to:1,types:$v}}){{count}}}}","variables":{{"v":[{}""]}}}}"#,
        r#""","#.repeat(60_000)
    );
    vec![
        ("10,000 aliases", query(&format!("{{{}}}", many(10_000, |at| format!("a{at}:__typename "))))),
        ("50,000 __typename", query(&format!("{{{}}}", "__typename ".repeat(50_000)))),
        ("depth 200", query(&nested)),
        ("batch of 10,000", format!("[{}{{}}]", r#"{"query":"{version}"},"#.repeat(10_000)).into_bytes()),
        ("fragment cycle", query(cycle)),
        ("doubling fragments", query(&doubling())),
        ("1 MB string", query(&format!("{{account(id:\"{}\"){{id}}}}", "x".repeat(1_000_000)))),
        ("250 KB string", query(&format!("{{account(id:\"{}\"){{id}}}}", "x".repeat(250_000)))),
        ("list of 60,000", ids.into_bytes()),
        ("100,000 brackets", format!(r#"{{"query":"{{a}}","variables":{{"v":{}"#, "[".repeat(100_000)).into_bytes()),
        ("pages of pages", query("{root{children(first:100){nodes{children(first:100){nodes{id}}}}}}")),
        ("invalid UTF-8", b"{\"query\":\"{version\xff\xfe}\"}".to_vec()),
        ("not JSON", b"{\"query\":".to_vec()),
    ]
}

/// Sends a body and reads all that comes back, while it is still being sent: status and body. None: no whole answer.
async fn post(address: SocketAddr, body: &[u8]) -> Option<(u16, Vec<u8>)> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: fonds\r\nconnection: close\r\ncontent-type: application/json\r\n\
         accept: application/graphql-response+json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let exchange = async {
        let (mut from, mut to) = TcpStream::connect(address).await.ok()?.into_split();
        let send = async {
            // A server that has refused already need not listen to the end.
            let _ = to.write_all(head.as_bytes()).await;
            let _ = to.write_all(body).await;
        };
        let mut answer = Vec::new();
        let read = async {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut piece).await {
                answer.extend_from_slice(&piece[..length]);
            }
        };
        tokio::join!(send, read);
        let at = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
        let status = std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()?;
        Some((status, answer.split_off(at + 4)))
    };
    timeout(PATIENCE, exchange).await.ok().flatten()
}

/// One body after the other, until told to stop.
async fn attack(address: SocketAddr, begin: usize, over: &AtomicBool, refused: &AtomicUsize) {
    let bodies = bodies();
    for (name, body) in bodies.iter().cycle().skip(begin * 3) {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let (status, answer) = post(address, body).await.unwrap_or_else(|| panic!("{name}: no answer"));
        assert!((400..500).contains(&status), "{name}: {status} {}", String::from_utf8_lossy(&answer));
        assert!(answer.len() <= SMALL, "{name}: {} bytes", answer.len());
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert!(answer.get("data").is_none(), "{name}: {answer}");
        refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// How long ninety-nine of a hundred questions take.
async fn work(address: SocketAddr, questions: usize) -> Duration {
    let body = query("{ __typename }");
    let mut took = Vec::with_capacity(questions);
    for _ in 0..questions {
        let begun = Instant::now();
        let answer = post(address, &body).await;
        took.push(begun.elapsed());
        let (status, answer) = answer.unwrap();
        assert_eq!((status, answer.as_slice()), (200, br#"{"data":{"__typename":"Query"}}"#.as_slice()));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    took.sort_unstable();
    took[questions * 99 / 100 - 1]
}

/// Each hostile body is refused in few bytes, and nobody else waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_bodies_hold_nobody_up() {
    let binary = tokio::task::spawn_blocking(binary).await.unwrap();
    let app = TestApp::new().await;
    worker::queue::install(&SecretString::from(app.database.admin_url.clone())).await.unwrap();
    let served = Served::start(&binary, &app).await;
    let address = served.address;
    work(address, 20).await; // what is made once
    let undisturbed = work(address, QUESTIONS).await;

    let (over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    let attacks = join_all((0..ATTACKERS).map(|begin| attack(address, begin, &over, &refused)));
    let working = async {
        let disturbed = work(address, lengthened(QUESTIONS)).await;
        // Every body at least once.
        while refused.load(Ordering::Relaxed) < bodies().len() * 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        over.store(true, Ordering::Relaxed);
        disturbed
    };
    let (_, disturbed) = tokio::join!(attacks, working);
    println!("99 of 100 took {undisturbed:?}, {disturbed:?} during {} hostile bodies", refused.into_inner());
    assert!(disturbed <= QUICK.max(undisturbed * TIMES), "{undisturbed:?} undisturbed, {disturbed:?} disturbed");
}
