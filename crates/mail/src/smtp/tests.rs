//! Against a real mail server: `server.py` on aiosmtpd, which `script/test` installs under `.fonds/tools`.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use lettre::message::Mailbox;
use rcgen::CertifiedKey;
use secrecy::SecretString;

use super::*;

/// The server, which ends with the test.
struct Mailhost {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
    certificate: String,
}

impl Drop for Mailhost {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn python() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.fonds/tools/venv/bin/python");
    #[expect(clippy::disallowed_methods, reason = "script/test says where it is")]
    std::env::var("FONDS_TEST_PYTHON").map_or(installed, PathBuf::from)
}

impl Mailhost {
    fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        fs::write(&certificate, cert.pem()).unwrap();
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        let mut command = Command::new(python());
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/smtp/tests/server.py")).arg(folder.path());
        for option in options {
            command.arg(option);
            if option.ends_with("tls") {
                command.arg(&certificate).arg(&key);
            }
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It reports every byte that is no SMTP, as a greeting of TLS is.
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .expect("script/test installs aiosmtpd under .fonds/tools; FONDS_TEST_PYTHON names another Python");
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { process, port: port.trim().parse().expect("aiosmtpd is installed"), folder, certificate: cert.pem() }
    }

    fn settings(&self, mode: Mode) -> Settings {
        let server = Server { host: "localhost".to_owned(), port: self.port, mode };
        let timeout = Duration::from_secs(10);
        Settings { ca: Some(self.certificate.clone()), timeout, ..Settings::of(server) }
    }

    fn kept(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|one| one == "eml")).collect();
        files.sort();
        files.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }
}

fn letter(to: &str, id: u32) -> Message {
    let mailbox = |address: &str| Mailbox::new(Some("陈示一".to_owned()), address.parse().unwrap());
    Message::builder()
        .from(mailbox("noreply@example.cn"))
        .to(mailbox(to))
        .message_id(Some(format!("<{id}@example.cn>")))
        .subject("待审核：支部党员大会记录")
        .date(std::time::SystemTime::UNIX_EPOCH)
        .body(".one dot\n..two dots\n.\nthe last line\n".to_owned())
        .unwrap()
}

async fn send(smtp: &Smtp, to: &str) -> Outcome {
    smtp.send(&letter(&format!("{to}@example.cn"), 1)).await
}

#[tokio::test]
async fn a_letter_arrives_whole_and_the_answers_are_told_apart() {
    let host = Mailhost::start(&[]);
    let smtp = Smtp::open(&host.settings(Mode::Plain)).unwrap();
    assert_eq!(send(&smtp, "chen").await, Outcome::Sent);
    for (to, outcome) in [
        ("later", Outcome::TryLater(Reason::Smtp(451))),
        ("full", Outcome::TryLater(Reason::Smtp(452))),
        ("unknown", Outcome::Refused(Reason::Smtp(550))),
        ("spam", Outcome::Refused(Reason::Smtp(554))),
        ("strange", Outcome::TryLater(Reason::Smtp(354))),
        ("cut", Outcome::TryLater(Reason::Connection)),
        ("lost", Outcome::TryLater(Reason::Connection)),
        ("wang", Outcome::Sent),
    ] {
        assert_eq!(send(&smtp, to).await, outcome, "{to}");
    }
    smtp.close().await;
    assert_eq!(send(&smtp, "chen").await, Outcome::TryLater(Reason::Connection), "closed");
    let kept = host.kept();
    let recipients: Vec<&str> = kept.iter().filter_map(|letter| letter.lines().next()).collect();
    // What was lost after it had arrived is there: the next attempt will be a duplicate with the same id.
    assert_eq!(recipients, ["X-Rcpt: chen@example.cn", "X-Rcpt: lost@example.cn", "X-Rcpt: wang@example.cn"]);
    let sent = String::from_utf8(letter("chen@example.cn", 1).formatted()).unwrap();
    assert!(kept[0].trim_end().ends_with(sent.trim_end()), "byte for byte, dots included: {}", kept[0]);
}

#[tokio::test]
async fn a_letter_cut_off_by_the_deadline_leaves_no_wrong_answer_for_the_next() {
    let host = Mailhost::start(&[]);
    let settings = Settings { timeout: Duration::from_millis(700), connections: 1, ..host.settings(Mode::Plain) };
    let smtp = Smtp::open(&settings).unwrap();
    assert_eq!(send(&smtp, "chen").await, Outcome::Sent);
    assert_eq!(send(&smtp, "slow").await, Outcome::TryLater(Reason::Timeout));
    assert_eq!(send(&smtp, "unknown").await, Outcome::Refused(Reason::Smtp(550)));
    assert_eq!(send(&smtp, "wang").await, Outcome::Sent);
}

#[tokio::test]
async fn a_server_that_fails_by_chance_gets_every_letter_in_the_end() {
    let host = Mailhost::start(&[]);
    let smtp = Smtp::open(&host.settings(Mode::Plain)).unwrap();
    let mut attempts = 0;
    for id in 0..60 {
        loop {
            attempts += 1;
            match smtp.send(&letter("chance@example.cn", id)).await {
                Outcome::Sent => break,
                Outcome::TryLater(reason) => {
                    let known = [Reason::Connection, Reason::Smtp(450), Reason::Smtp(451), Reason::Smtp(421)];
                    assert!(known.contains(&reason), "{reason}");
                }
                Outcome::Refused(reason) => panic!("refused: {reason}"),
            }
        }
    }
    assert!(attempts > 70, "it did fail: {attempts}");
    let kept = host.kept();
    for id in 0..60 {
        assert_eq!(kept.iter().filter(|letter| letter.contains(&format!("Message-ID: <{id}@example.cn>"))).count(), 1);
    }
}

#[tokio::test]
async fn starttls_and_a_password_are_asked_for_and_given() {
    let host = Mailhost::start(&["--starttls", "--login", "fonds", "geheim +&%"]);
    let login = |password: &str| Login { username: "fonds".to_owned(), password: SecretString::from(password) };
    let settings = Settings { login: Some(login("geheim +&%")), ..host.settings(Mode::StartTls) };
    let smtp = Smtp::open(&settings).unwrap();
    assert_eq!(send(&smtp, "chen").await, Outcome::Sent);
    assert!(host.kept()[0].contains("X-Tls: True"));

    let wrong = Smtp::open(&Settings { login: Some(login("falsch")), ..settings.clone() }).unwrap();
    assert_eq!(send(&wrong, "chen").await, Outcome::TryLater(Reason::SmtpLogin(Some(535))));
    let nobody = Smtp::open(&Settings { login: None, ..settings.clone() }).unwrap();
    assert_eq!(send(&nobody, "chen").await, Outcome::TryLater(Reason::SmtpLogin(Some(530))));
    let stranger = Smtp::open(&Settings { ca: None, ..settings.clone() }).unwrap();
    assert_eq!(send(&stranger, "chen").await, Outcome::TryLater(Reason::Tls), "its certificate is its own");
    let misnamed = Server { host: "127.0.0.1".to_owned(), ..settings.server.clone() };
    let misnamed = Smtp::open(&Settings { server: misnamed, ..settings }).unwrap();
    assert_eq!(send(&misnamed, "chen").await, Outcome::TryLater(Reason::Tls), "its certificate is for localhost");
    assert_eq!(host.kept().len(), 1);
}

#[tokio::test]
async fn tls_from_the_first_byte() {
    let host = Mailhost::start(&["--tls"]);
    let smtp = Smtp::open(&host.settings(Mode::Tls)).unwrap();
    assert_eq!(send(&smtp, "chen").await, Outcome::Sent);
    let kept = host.kept();
    assert!(kept[0].contains("Subject: =?utf-8?b?"), "{}", kept[0]);
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_where_tls_is_asked_for() {
    let host = Mailhost::start(&[]);
    let smtp = Smtp::open(&host.settings(Mode::StartTls)).unwrap();
    assert_eq!(send(&smtp, "chen").await, Outcome::TryLater(Reason::SmtpUnfit));
    let smtp = Smtp::open(&host.settings(Mode::Tls)).unwrap();
    assert!(matches!(send(&smtp, "chen").await, Outcome::TryLater(Reason::Tls | Reason::Connection)));
    assert_eq!(host.kept(), [""; 0]);
}

#[tokio::test]
async fn an_address_in_chinese_needs_a_server_that_knows_it() {
    let (new, old) = (Mailhost::start(&[]), Mailhost::start(&["--old"]));
    let outcome = |host: &Mailhost| {
        let smtp = Smtp::open(&host.settings(Mode::Plain)).unwrap();
        async move { send(&smtp, "陈示一").await }
    };
    assert_eq!(outcome(&new).await, Outcome::Sent);
    assert_eq!(outcome(&old).await, Outcome::Refused(Reason::SmtpUnfit));
}

#[tokio::test]
async fn nobody_there_is_no_refusal() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server =
        Server { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port(), mode: Mode::Plain };
    let settings = Settings { timeout: Duration::from_millis(200), ..Settings::of(server) };
    let smtp = Smtp::open(&settings).unwrap();
    assert_eq!(send(&smtp, "chen").await, Outcome::TryLater(Reason::Timeout), "it takes the call and says nothing");
    drop(listener);
    assert_eq!(send(&smtp, "chen").await, Outcome::TryLater(Reason::Connection));
}

#[test]
fn settings_are_read_from_an_address_and_refused_with_a_reason() {
    let read = |url: &str| Settings::from_url(&SecretString::from(url));
    let settings = read("smtps://fonds%40example.cn:p%2Bw%3A+@mail.example.cn").unwrap();
    assert_eq!(settings.server, Server { host: "mail.example.cn".to_owned(), port: 465, mode: Mode::Tls });
    let login = settings.login.unwrap();
    assert_eq!((login.username.as_str(), login.password.expose_secret()), ("fonds@example.cn", "p+w:+"));
    assert_eq!(read("smtp://mail.example.cn").unwrap().server.port, 587);
    assert_eq!(read("smtp://localhost:2525?tls=none").unwrap().server.mode, Mode::Plain);
    for wrong in ["", "mail.example.cn", "http://mail.example.cn", "smtp://h?tls=maybe", "smtp://h/path", "smtp:"] {
        assert_eq!(read(wrong).unwrap_err(), SettingsError::Url, "{wrong}");
    }
    assert_eq!(read("smtp://user@h").unwrap_err(), SettingsError::Login);
    let open = |url: &str| Smtp::open(&read(url).unwrap()).map(|_| ()).unwrap_err();
    assert_eq!(open("smtp://mail.example.cn?tls=none"), SettingsError::Plain);
    let hosts = Settings { timeout: Duration::ZERO, ..read("smtp://h").unwrap() };
    assert_eq!(Smtp::open(&hosts).map(|_| ()).unwrap_err(), SettingsError::Bounds);
    let ca = Settings { ca: Some("none".to_owned()), ..read("smtp://h").unwrap() };
    assert_eq!(Smtp::open(&ca).map(|_| ()).unwrap_err(), SettingsError::Ca);
    assert!(!format!("{:?}", read("smtp://u:geheim@h").unwrap()).contains("geheim"));
}
