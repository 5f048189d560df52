use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use lettre::Message;

use super::*;
use crate::{
    Outcome,
    smtp::{Mode, Server, Settings, Smtp},
};

type Letters = Arc<Mutex<Vec<Caught>>>;

/// A sink that serves until the test ends.
struct Running {
    address: SocketAddr,
    _task: JoinSet<()>,
}

async fn start(keep: Keep, faults: Faults) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut task = JoinSet::new();
    task.spawn(serve(listener, keep, faults, CancellationToken::new()));
    Running { address, _task: task }
}

fn in_memory() -> (Letters, Keep) {
    let letters = Letters::default();
    let kept = Arc::clone(&letters);
    let keep: Keep = Arc::new(move |caught| {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(caught);
        Ok(())
    });
    (letters, keep)
}

fn smtp(running: &Running) -> Smtp {
    let server = Server { host: "127.0.0.1".to_owned(), port: running.address.port(), mode: Mode::Plain };
    Smtp::open(&Settings::of(server)).unwrap()
}

fn letter(id: usize) -> Message {
    Message::builder()
        .from("noreply@example.cn".parse().unwrap())
        .to("reader@example.cn".parse().unwrap())
        .message_id(Some(format!("<{id}@example.cn>")))
        .date(std::time::SystemTime::UNIX_EPOCH)
        .subject("待审核")
        .body("正文\n.\n..点\n".to_owned())
        .unwrap()
}

/// What the sink says to what a client says, line by line.
async fn talk(running: &Running, lines: &[&[u8]]) -> Vec<String> {
    let mut peer = BufStream::new(TcpStream::connect(running.address).await.unwrap());
    let mut answers = Vec::new();
    for line in [b"".as_slice()].iter().chain(lines) {
        peer.write_all(line).await.unwrap();
        peer.flush().await.unwrap();
        let mut answer = String::new();
        // Of an answer of several lines the last one counts.
        while peer.read_line(&mut answer).await.unwrap() > 0 && answer.lines().last().unwrap().as_bytes()[3] == b'-' {}
        answers.push(answer.lines().last().map_or("closed", |line| &line[..3]).to_owned());
    }
    answers
}

#[tokio::test]
async fn a_conversation_keeps_to_the_order_of_the_standard() {
    let (letters, keep) = in_memory();
    let running = start(keep, Faults::default()).await;
    let answers = talk(
        &running,
        &[
            b"RCPT TO:<a@example.cn>\r\n",
            b"HELO there\r\n",
            b"NOOP\r\n",
            b"DATA\r\n",
            b"MAIL FROM:<>\r\n",
            b"MAIL FROM:<again@example.cn>\r\n",
            b"DATA\r\n",
            b"RCPT TO:<a@example.cn>\r\n",
            b"RSET\r\n",
            b"RCPT TO:<a@example.cn>\r\n",
            b"EHLO there\r\n",
            b"MAIL FROM:<b@example.cn> SIZE=100 BODY=8BITMIME\r\n",
            b"RCPT TO:<a@example.cn>\r\n",
            b"rcpt to:<c@example.cn>\r\n",
            b"data\r\n",
            b"..one\r\n.\nhidden\n.\r\nlast\r\n.\r\n",
            b"VRFY a\r\n",
            b"WHAT\r\n",
            b"MAIL FROM:no address\r\n",
            b"QUIT\r\n",
        ],
    )
    .await;
    let expected = [
        "220", "503", "250", "250", "503", "250", "503", "503", "250", "250", "503", "250", "250", "250", "250", "354",
        "250", "502", "502", "501", "221",
    ];
    assert_eq!(answers, expected);
    let kept = letters.lock().unwrap().clone();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].from, "b@example.cn");
    assert_eq!(kept[0].to, ["a@example.cn", "c@example.cn"]);
    // One dot off where a line begins with one; a lone LF begins no line.
    assert_eq!(String::from_utf8_lossy(&kept[0].eml), ".one\r\n\nhidden\n.\r\nlast\r\n");
}

#[tokio::test]
async fn an_endless_line_and_an_endless_letter_end_the_conversation() {
    let (letters, keep) = in_memory();
    let running = start(keep, Faults::default()).await;
    assert_eq!(talk(&running, &[&[b'A'; 5000]]).await, ["220", "closed"]);
    let mut peer = BufStream::new(TcpStream::connect(running.address).await.unwrap());
    peer.write_all(b"HELO a\r\nMAIL FROM:<a@b.cn>\r\nRCPT TO:<a@b.cn>\r\nDATA\r\n").await.unwrap();
    let line = [b"x".repeat(998), b"\r\n".to_vec()].concat();
    // The sink goes away on its own; how far we come until then is its affair.
    for _ in 0..SIZE {
        if peer.write_all(&line).await.is_err() {
            break;
        }
    }
    assert_eq!(letters.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn letters_are_files_in_a_folder_and_go_on_counting() {
    let folder = tempfile::tempdir().unwrap();
    for names in [["000001.eml"].as_slice(), &["000001.eml", "000002.eml"]] {
        let running = start(into_folder(folder.path()).unwrap(), Faults::default()).await;
        assert_eq!(smtp(&running).send(&letter(names.len())).await, Outcome::Sent);
        let mut found: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, names);
    }
    let eml = std::fs::read(folder.path().join("000002.eml")).unwrap();
    assert_eq!(
        String::from_utf8(eml).unwrap().trim_end(),
        String::from_utf8(letter(2).formatted()).unwrap().trim_end()
    );
}

#[tokio::test]
async fn a_keeper_that_fails_loses_nothing() {
    let keep: Keep = Arc::new(|_| Err(io::Error::other("the disk is full")));
    let running = start(keep, Faults::default()).await;
    assert_eq!(smtp(&running).send(&letter(1)).await, Outcome::TryLater(crate::Reason::Smtp(451)));
}

#[tokio::test]
async fn by_chance_it_fails_as_often_as_it_is_told_and_nothing_is_missing_in_the_end() {
    const LETTERS: usize = 400;
    let (letters, keep) = in_memory();
    let faults = Faults { refuse: 100, cut: 50, keep_and_refuse: 20, keep_and_cut: 20, seed: 7 };
    let running = start(keep, faults).await;
    let smtp = smtp(&running);
    let mut sent = JoinSet::new();
    for id in 0..LETTERS {
        let smtp = smtp.clone();
        sent.spawn(async move {
            let mut failures = 0;
            loop {
                match smtp.send(&letter(id)).await {
                    Outcome::Sent => return failures,
                    Outcome::TryLater(_) => failures += 1,
                    Outcome::Refused(reason) => panic!("refused: {reason}"),
                }
            }
        });
    }
    let failures: usize = sent.join_all().await.into_iter().sum();
    let mut copies: HashMap<String, usize> = HashMap::new();
    for caught in letters.lock().unwrap().iter() {
        let text = String::from_utf8_lossy(&caught.eml).into_owned();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
        *copies.entry(id.to_owned()).or_default() += 1;
    }
    assert_eq!(copies.len(), LETTERS, "every letter is there");
    let twice: usize = copies.values().map(|count| count - 1).sum();
    // Of about 494 attempts 19 % fail, and 4 % are kept all the same.
    assert!((50..150).contains(&failures), "{failures} failures");
    assert!((5..50).contains(&twice), "{twice} duplicates, each with the id of the first");
}
