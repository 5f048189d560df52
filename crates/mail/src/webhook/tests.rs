use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rcgen::CertifiedKey;
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::render::{Matter, Named, Step};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Answers every request with the same words and keeps what it was asked.
struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    certificate: String,
    _task: JoinSet<()>,
}

impl Receiver {
    async fn start(answer: impl Into<Vec<u8>>, https: bool) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config =
            ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, answer) = (Arc::new(Mutex::new(Vec::new())), answer.into());
        let mut task = JoinSet::new();
        let kept = Arc::clone(&seen);
        task.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if https {
                    // A client that does not trust us goes away here.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, &answer, &kept).await;
                    }
                } else {
                    serve(stream, &answer, &kept).await;
                }
            }
        });
        Self { address, seen, certificate: cert.pem(), _task: task }
    }

    fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/hook?key=geheim", self.address.port())
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8], kept: &Mutex<Vec<String>>) {
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut piece).await.unwrap_or(0);
        request.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            length == Some(body.len())
        });
        if whole || count == 0 {
            kept.lock().unwrap().push(text);
            break;
        }
    }
    if answer.is_empty() {
        std::future::pending::<()>().await;
    }
    // The client may have read enough and gone.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn notice() -> Notice {
    let record = Named {
        type_label: "支部党员大会记录".to_owned(),
        title: Some("关于<@all>的会议".to_owned()),
        org: "中共清泉村支部委员会".to_owned(),
    };
    Notice {
        event: Uuid::from_u128(1),
        matter: Matter::ToReview(Step { record, at: "中共清泉镇委员会".to_owned() }),
        link: Url::parse("https://dangan.example.cn/records/0190").unwrap(),
        ask: Some("清泉镇党委 王示范".to_owned()),
    }
}

fn at() -> DateTime<Utc> {
    "2026-03-02T01:02:03Z".parse().unwrap()
}

fn endpoint(reader: Reader, url: &str) -> Endpoint {
    let secret = match reader {
        Reader::Program => Some(SECRET),
        Reader::Robot(Robot::WeCom) => None,
        Reader::Robot(Robot::DingTalk | Robot::Feishu) => Some("SEC000"),
    };
    Endpoint { reader, url: SecretString::from(url), secret: secret.map(SecretString::from), locale: Locale::Zh }
}

/// Hosts of tests are named, as an operator names those of an intranet.
fn named(host: &str) -> Settings {
    let reach = Reach { hosts: vec![host.to_owned()], ..Reach::default() };
    Settings { reach, timeout: Duration::from_secs(5), ..Settings::default() }
}

async fn send(settings: &Settings, to: &Endpoint) -> Outcome {
    let webhooks = Webhooks::open(settings).unwrap();
    webhooks.send(to, Uuid::from_u128(9), &notice(), at()).await
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

#[tokio::test]
async fn a_program_gets_signed_json_that_it_can_check() {
    let receiver = Receiver::start(answer("204 No Content", ""), false).await;
    let to = endpoint(Reader::Program, &receiver.url("http", "127.0.0.1"));
    assert_eq!(send(&named("127.0.0.1"), &to).await, Outcome::Sent);
    let seen = receiver.seen();
    let (head, body) = seen[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?key=geheim HTTP/1.1\r\n"));
    let (id, timestamp) = (header(head, "webhook-id"), header(head, "webhook-timestamp"));
    let secret = Secret::read(&SecretString::from(SECRET)).unwrap();
    assert_eq!(verify(&secret, id, timestamp, header(head, "webhook-signature"), body.as_bytes(), at()), Ok(()));
    assert_eq!(id, "msg_00000000000000000000000000000009");
    insta::assert_json_snapshot!("program", serde_json::from_str::<Value>(body).unwrap());
}

#[tokio::test]
async fn an_answer_says_whether_to_try_again_and_a_redirect_is_not_followed() {
    for (status, outcome) in [
        ("200 OK", Outcome::Sent),
        ("202 Accepted", Outcome::Sent),
        ("301 Moved\r\nLocation: http://127.0.0.1/else", Outcome::Refused(Reason::Http(301))),
        ("307 Temporary\r\nLocation: /else", Outcome::Refused(Reason::Http(307))),
        ("404 Not Found", Outcome::Refused(Reason::Http(404))),
        ("410 Gone", Outcome::Refused(Reason::Http(410))),
        ("429 Too Many", Outcome::TryLater(Reason::Http(429))),
        ("503 Unavailable", Outcome::TryLater(Reason::Http(503))),
    ] {
        let receiver = Receiver::start(answer(status, "{}"), false).await;
        let to = endpoint(Reader::Program, &receiver.url("http", "127.0.0.1"));
        assert_eq!(send(&named("127.0.0.1"), &to).await, outcome, "{status}");
        assert_eq!(receiver.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_inner_address_is_not_even_called() {
    let receiver = Receiver::start(answer("200 OK", ""), true).await;
    let strict = Settings { ca: Some(receiver.certificate.clone()), ..Settings::default() };
    for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]"] {
        let to = endpoint(Reader::Program, &receiver.url("https", host));
        assert_eq!(send(&strict, &to).await, Outcome::Refused(Reason::WebhookForbidden), "{host}");
    }
    assert_eq!(receiver.seen(), [""; 0]);
    // The same by a network of the settings, over TLS that is checked.
    let reach = Reach { networks: vec!["127.0.0.0/8".parse().unwrap()], ..Reach::default() };
    let intranet = Settings { reach, ..strict };
    let to = endpoint(Reader::Program, &receiver.url("https", "localhost"));
    assert_eq!(send(&intranet, &to).await, Outcome::Sent);
    assert_eq!(send(&Settings { ca: None, ..intranet }, &to).await, Outcome::TryLater(Reason::Tls));
}

#[tokio::test]
async fn certificates_that_are_none_are_refused() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = Settings { ca: Some("none".to_owned()), ..Settings::default() };
    assert_eq!(Webhooks::open(&settings).map(|_| ()).unwrap_err(), SettingsError::Ca);
}

#[tokio::test]
async fn silence_and_a_flood_both_end() {
    let silent = Receiver::start(Vec::new(), false).await;
    let to = endpoint(Reader::Program, &silent.url("http", "127.0.0.1"));
    let hasty = Settings { timeout: Duration::from_millis(300), ..named("127.0.0.1") };
    assert_eq!(send(&hasty, &to).await, Outcome::TryLater(Reason::Timeout));
    let flood = Receiver::start(answer("200 OK", &"x".repeat(8 << 20)), false).await;
    let to = endpoint(Reader::Robot(Robot::WeCom), &flood.url("http", "127.0.0.1"));
    assert_eq!(send(&named("127.0.0.1"), &to).await, Outcome::TryLater(Reason::RobotGarbled));
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let to = endpoint(Reader::Program, &gone);
    assert_eq!(send(&named("127.0.0.1"), &to).await, Outcome::TryLater(Reason::Connection));
}

#[tokio::test]
async fn a_secret_that_is_none_is_refused_before_anything_is_sent() {
    let receiver = Receiver::start(answer("200 OK", ""), false).await;
    for secret in [None, Some("geheim")] {
        let to = endpoint(Reader::Program, &receiver.url("http", "127.0.0.1"));
        let to = Endpoint { secret: secret.map(SecretString::from), ..to };
        assert_eq!(send(&named("127.0.0.1"), &to).await, Outcome::Refused(Reason::WebhookSecret));
        assert!(!format!("{to:?}").contains("geheim"), "neither address nor secret is printed");
    }
    assert_eq!(receiver.seen(), [""; 0]);
}

#[tokio::test]
async fn what_concerns_one_person_is_not_said_in_a_group() {
    let receiver = Receiver::start(answer("200 OK", r#"{"errcode":0}"#), false).await;
    let webhooks = Webhooks::open(&named("127.0.0.1")).unwrap();
    let until = at().naive_utc();
    let invitation = Matter::Invitation { org: "中共清泉镇委员会".to_owned(), until };
    for matter in [invitation, Matter::PasswordChanged(until), Matter::AddressChanged(until)] {
        let personal = Notice { matter, ..notice() };
        for reader in [Reader::Program, Reader::Robot(Robot::WeCom)] {
            let to = endpoint(reader, &receiver.url("http", "127.0.0.1"));
            let outcome = webhooks.send(&to, Uuid::from_u128(9), &personal, at()).await;
            assert_eq!(outcome, Outcome::Refused(Reason::Personal));
        }
    }
    assert_eq!(receiver.seen(), [""; 0]);
}

#[tokio::test]
async fn every_robot_gets_its_own_body_and_signature() {
    for (robot, name, body) in [
        (Robot::WeCom, "wecom", r#"{"errcode":0,"errmsg":"ok"}"#),
        (Robot::DingTalk, "dingtalk", r#"{"errcode":0,"errmsg":"ok"}"#),
        (Robot::Feishu, "feishu", r#"{"code":0,"msg":"success","data":{}}"#),
    ] {
        let receiver = Receiver::start(answer("200 OK", body), false).await;
        let to = endpoint(Reader::Robot(robot), &receiver.url("http", "127.0.0.1"));
        assert_eq!(send(&named("127.0.0.1"), &to).await, Outcome::Sent, "{name}");
        let seen = receiver.seen();
        let (head, body) = seen[0].split_once("\r\n\r\n").unwrap();
        assert!(!body.contains("<@"), "nobody is called by a title: {body}");
        let target = head.split(' ').nth(1).unwrap();
        let sent = json!({ "target": target, "body": serde_json::from_str::<Value>(body).unwrap() });
        insta::assert_json_snapshot!(name, sent);
    }
}

#[tokio::test]
async fn a_robot_that_has_had_enough_is_left_alone_for_a_while() {
    let body = r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#;
    let receiver = Receiver::start(answer("200 OK", body), false).await;
    let to = endpoint(Reader::Robot(Robot::WeCom), &receiver.url("http", "127.0.0.1"));
    let outcome = send(&named("127.0.0.1"), &to).await;
    assert_eq!(outcome, Outcome::TryLater(Reason::RobotBusy(45_009)));
    assert_eq!(Reason::RobotBusy(45_009).to_string(), "robot_busy_45009");
}
