//! A small SMTP server that keeps what it is given (RFC 5321, without relaying, signing in or TLS): it shows the letters
//! of the demo, and fails by chance in the ways that real servers do, for the tests.

mod fault;
#[cfg(test)]
mod tests;

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use smtp_proto::{Error as Syntax, Request};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

pub use self::fault::Faults;
use self::fault::{Chance, Fate};

/// Bytes of a command line at the most (RFC 5321 §4.5.3.1.4 asks for 512 at least).
const LINE: u64 = 4096;
/// Bytes of a letter at the most.
const SIZE: u64 = 4 * 1024 * 1024;
const RECIPIENTS: usize = 100;

/// A letter as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// `MAIL FROM`.
    pub from: String,
    /// `RCPT TO`.
    pub to: Vec<String>,
    /// The message itself, with CRLF.
    pub eml: Vec<u8>,
}

/// Takes a letter; where it fails, the other side is told to try again.
pub type Keep = Arc<dyn Fn(Caught) -> io::Result<()> + Send + Sync>;

struct Sink {
    keep: Keep,
    chance: Chance,
}

/// Serves until it is told to stop.
pub async fn serve(listener: TcpListener, keep: Keep, faults: Faults, stop: CancellationToken) {
    let sink = Arc::new(Sink { keep, chance: Chance::of(faults) });
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let sink = Arc::clone(&sink);
                // A conversation that breaks off is the other side's affair.
                open.spawn(async move { sink.converse(stream).await.unwrap_or_default() });
            },
            Some(_) = open.join_next() => {}
        }
    }
}

/// Keeps letters as `000001.eml`, `000002.eml` … in a folder, each complete before it has its name.
pub fn into_folder(folder: &Path) -> io::Result<Keep> {
    std::fs::create_dir_all(folder)?;
    let number = |entry: io::Result<std::fs::DirEntry>| entry.ok()?.path().file_stem()?.to_str()?.parse().ok();
    let last: u64 = std::fs::read_dir(folder)?.filter_map(number).max().unwrap_or(0);
    let (folder, count) = (folder.to_owned(), AtomicU64::new(last));
    Ok(Arc::new(move |caught| {
        let name = format!("{:06}", count.fetch_add(1, Relaxed) + 1);
        let unfinished = folder.join(format!("{name}.part"));
        std::fs::write(&unfinished, &caught.eml)?;
        std::fs::rename(unfinished, folder.join(format!("{name}.eml")))
    }))
}

impl Sink {
    async fn converse(&self, stream: TcpStream) -> io::Result<()> {
        let mut peer = BufStream::new(stream);
        say(&mut peer, "220 fonds sink").await?;
        // Sender and recipients of the letter that is begun.
        let mut letter: Option<(String, Vec<String>)> = None;
        loop {
            let mut line = Vec::new();
            (&mut peer).take(LINE).read_until(b'\n', &mut line).await?;
            if !line.ends_with(b"\n") {
                return Ok(());
            }
            let answer = match (Request::parse(&mut line.iter()), &mut letter) {
                (Ok(Request::Ehlo { .. }), letter) => {
                    *letter = None;
                    &format!("250-fonds sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {SIZE}")
                }
                (Ok(Request::Helo { .. } | Request::Rset), letter) => {
                    *letter = None;
                    "250 ok"
                }
                (Ok(Request::Mail { from }), letter @ None) => {
                    *letter = Some((from.address.into_owned(), Vec::new()));
                    "250 ok"
                }
                (Ok(Request::Rcpt { .. }), Some((_, to))) if to.len() >= RECIPIENTS => "452 too many recipients",
                (Ok(Request::Rcpt { to: one }), Some((_, to))) => {
                    to.push(one.address.into_owned());
                    "250 ok"
                }
                (Ok(Request::Data), Some((from, to))) if !to.is_empty() => {
                    say(&mut peer, "354 end with a dot").await?;
                    let (from, to) = (std::mem::take(from), std::mem::take(to));
                    letter = None;
                    match self.take(&mut peer, from, to).await? {
                        Some(answer) => answer,
                        None => return Ok(()),
                    }
                }
                (Ok(Request::Noop { .. }), _) => "250 ok",
                (Ok(Request::Quit), _) => return say(&mut peer, "221 bye").await,
                (Ok(Request::Mail { .. } | Request::Rcpt { .. } | Request::Data), _) => "503 not now",
                (Ok(_) | Err(Syntax::UnknownCommand), _) => "502 not known here",
                (Err(_), _) => "501 not understood",
            };
            say(&mut peer, answer).await?;
        }
    }

    /// Reads a letter and does with it what chance decides; no answer means that the connection breaks.
    async fn take(
        &self,
        peer: &mut BufStream<TcpStream>,
        from: String,
        to: Vec<String>,
    ) -> io::Result<Option<&'static str>> {
        let fate = self.chance.next();
        let mut rest = peer.take(SIZE);
        let (mut eml, mut whole) = (Vec::new(), true);
        loop {
            let mut line = Vec::new();
            // More than SIZE, or the other side has gone.
            if rest.read_until(b'\n', &mut line).await? == 0 || matches!(fate, Fate::Cut) {
                return Ok(None);
            }
            // Only CRLF ends a line, so that nobody hides a second letter behind a lone LF (§2.3.8).
            match line.as_slice() {
                b".\r\n" if whole => break,
                [b'.', unstuffed @ ..] if whole => eml.extend_from_slice(unstuffed),
                line => eml.extend_from_slice(line),
            }
            whole = line.ends_with(b"\r\n");
        }
        if matches!(fate, Fate::Refuse) || (self.keep)(Caught { from, to, eml }).is_err() {
            return Ok(Some("451 try again"));
        }
        Ok(match fate {
            Fate::KeepAndCut => None,
            Fate::KeepAndRefuse => Some("451 try again"),
            Fate::Keep | Fate::Refuse | Fate::Cut => Some("250 kept"),
        })
    }
}

async fn say(peer: &mut BufStream<TcpStream>, answer: &str) -> io::Result<()> {
    peer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    peer.flush().await
}
