//! The virus scan: clamd over its socket, `INSTREAM`. A scanner that is away never makes a file clean.

use std::{fmt, io, net::Ipv6Addr, path::PathBuf, str::FromStr, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// Where clamd listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A Unix socket.
    Socket(PathBuf),
    /// Host, by name or number, and port, in the same trusted network: clamd knows neither passwords nor TLS.
    Tcp(#[schemars(with = "String")] HostPort),
}

/// `clamd.internal:3310`, `10.0.0.7:3310` or `[fd00::7]:3310`. A name is looked up at each connection: what it stands for
/// may move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPort(String);

/// It is no host with a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no host with a port, as in clamd.internal:3310")]
pub struct NotHostPort(String);

impl FromStr for HostPort {
    type Err = NotHostPort;

    fn from_str(text: &str) -> Result<Self, NotHostPort> {
        let fits = text.rsplit_once(':').is_some_and(|(host, port)| {
            let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-._".contains(&letter);
            let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map_or_else(
                || (1..=253).contains(&host.len()) && host.bytes().all(fits),
                |number| number.parse::<Ipv6Addr>().is_ok(),
            );
            host && port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
        });
        if fits { Ok(Self(text.to_owned())) } else { Err(NotHostPort(text.to_owned())) }
    }
}

impl TryFrom<String> for HostPort {
    type Error = NotHostPort;

    fn try_from(text: String) -> Result<Self, NotHostPort> {
        text.parse()
    }
}

impl From<HostPort> for String {
    fn from(HostPort(text): HostPort) -> Self {
        text
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    /// Where it is.
    pub address: Address,
    /// Larger files are not sent; at most clamd's own `StreamMaxLength` and `MaxFileSize`.
    pub largest: u64,
    /// Time for connecting, and for each answer after the last byte.
    pub patience: Duration,
}

/// What the scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// Nothing was found.
    Clean {
        /// E.g. `ClamAV 1.4.6`.
        engine: String,
        /// Version and day of the signatures, as clamd says it; empty with signatures of one's own only.
        signatures: String,
    },
    /// Something was found.
    Infected {
        /// The signature's name.
        name: String,
    },
    /// Above the limit of the scanner: nobody has looked.
    TooLarge,
    /// No scanner, or no answer of one: nobody has looked.
    Down(String),
}

const CHUNK: usize = 128 * 1024;
const LONGEST_ANSWER: usize = 4096;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl Scanner {
    /// Scans a body of so many bytes, which is read once, in pieces.
    pub async fn scan(&self, body: impl AsyncRead + Unpin, bytes: u64) -> Scan {
        if bytes > self.largest {
            return Scan::TooLarge;
        }
        let version = match self.ask_version().await {
            Ok(version) => version,
            Err(error) => return Scan::Down(format!("version: {error}")),
        };
        match self.stream(body).await {
            Ok(answer) => outcome(&answer, &version),
            Err(error) => Scan::Down(format!("stream: {error}")),
        }
    }

    async fn connect(&self) -> io::Result<Box<dyn Wire>> {
        let connecting = async {
            Ok(match &self.address {
                Address::Socket(path) => Box::new(UnixStream::connect(path).await?) as Box<dyn Wire>,
                Address::Tcp(HostPort(address)) => Box::new(TcpStream::connect(address).await?),
            })
        };
        timeout(self.patience, connecting).await?
    }

    /// What it is, and of which day its signatures.
    ///
    /// # Errors
    /// It is away, or does not answer in time.
    pub async fn ask_version(&self) -> io::Result<String> {
        let mut wire = self.connect().await?;
        timeout(self.patience, wire.write_all(b"zVERSION\0")).await??;
        timeout(self.patience, answer(&mut wire)).await?
    }

    /// Sends the body, listening all the while: clamd answers and closes as soon as its limit is passed, and then the
    /// answer counts, not the broken pipe.
    async fn stream(&self, mut body: impl AsyncRead + Unpin) -> io::Result<String> {
        let (mut from, mut to) = tokio::io::split(self.connect().await?);
        timeout(self.patience, to.write_all(b"zINSTREAM\0")).await??;
        let mut answered = std::pin::pin!(answer(&mut from));
        let mut chunk = vec![0; 4 + CHUNK];
        loop {
            let length = body.read(&mut chunk[4..]).await?;
            let head = u32::try_from(length).map_err(io::Error::other)?.to_be_bytes();
            chunk[..4].copy_from_slice(&head);
            let sent = tokio::select! {
                biased;
                answer = &mut answered => return answer,
                sent = timeout(self.patience, to.write_all(&chunk[..4 + length])) => sent?,
            };
            match sent {
                Ok(()) if length > 0 => {}
                Ok(()) => return timeout(self.patience, answered).await?,
                Err(error) => return timeout(self.patience, answered).await?.map_err(|_| error),
            }
        }
    }
}

/// An answer up to its end, a zero; what breaks off before is none. Whatever comes after it does not matter.
async fn answer(wire: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut answer = Vec::new();
    while answer.len() < LONGEST_ANSWER {
        match wire.read_u8().await? {
            0 => return Ok(String::from_utf8_lossy(&answer).into_owned()),
            byte => answer.push(byte),
        }
    }
    Err(io::Error::other("an answer without end"))
}

/// Reads an answer. What is not understood is no "clean".
fn outcome(answer: &str, version: &str) -> Scan {
    if answer == "stream: OK" {
        let (engine, signatures) = version.split_once('/').unwrap_or((version, ""));
        return Scan::Clean { engine: engine.to_owned(), signatures: signatures.to_owned() };
    }
    if let Some(name) = answer.strip_prefix("stream: ").and_then(|rest| rest.strip_suffix(" FOUND")) {
        // With `AlertExceedsMax yes` clamd tells that it has not looked at all of a file.
        return if name.starts_with("Heuristics.Limits.Exceeded") {
            Scan::TooLarge
        } else {
            Scan::Infected { name: name.to_owned() }
        };
    }
    if answer.contains("size limit exceeded") {
        return Scan::TooLarge;
    }
    Scan::Down(format!("answer: {}", answer.chars().take(120).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_clean() {
        let clean = Scan::Clean { engine: "ClamAV 1.4.6".into(), signatures: "27800/Mon Nov 2 2026".into() };
        assert_eq!(outcome("stream: OK", "ClamAV 1.4.6/27800/Mon Nov 2 2026"), clean);
        assert_eq!(
            outcome("stream: Own.Eicar.UNOFFICIAL FOUND", ""),
            Scan::Infected { name: "Own.Eicar.UNOFFICIAL".into() }
        );
        assert_eq!(outcome("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", ""), Scan::TooLarge);
        assert_eq!(outcome("INSTREAM size limit exceeded. ERROR", ""), Scan::TooLarge);
        for answer in ["", "stream: OK FOUND?", "UNKNOWN COMMAND", "stream: Can't allocate memory ERROR"] {
            assert!(matches!(outcome(answer, ""), Scan::Down(_)), "{answer}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_a_number_with_a_port() {
        for good in ["clamd.internal:3310", "clamd:3310", "10.0.0.7:3310", "[fd00::7]:3310"] {
            let read: Address = serde_json::from_value(serde_json::json!({ "tcp": good })).unwrap();
            assert_eq!(read, Address::Tcp(good.parse().unwrap()), "{good}");
        }
        for bad in [
            "clamd",
            "clamd:",
            ":3310",
            "clamd:0",
            "clamd:70000",
            "clamd:+1",
            "http://clamd:3310",
            "fd00::7:3310",
            "a b:1",
        ] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_scanner_is_found_by_its_name_at_each_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let clamd = async {
            for said in ["ClamAV 1.4.6\0", "stream: OK\0"] {
                let (mut wire, _) = listener.accept().await.unwrap();
                let mut asked = [0; 64];
                let _ = wire.read(&mut asked).await.unwrap();
                wire.write_all(said.as_bytes()).await.unwrap();
            }
        };
        let scanner = Scanner {
            address: Address::Tcp(format!("localhost:{port}").parse().unwrap()),
            largest: 100,
            patience: Duration::from_secs(5),
        };
        let (scan, ()) = tokio::join!(scanner.scan(&b"abc"[..], 3), clamd);
        assert!(matches!(scan, Scan::Clean { .. }), "{scan:?}");
    }

    #[tokio::test]
    async fn nobody_there_is_down() {
        let scanner = Scanner {
            address: Address::Socket("/nowhere/clamd.sock".into()),
            largest: 100,
            patience: Duration::from_secs(1),
        };
        assert!(matches!(scanner.scan(&b"abc"[..], 3).await, Scan::Down(_)));
        assert_eq!(scanner.scan(&b"abc"[..], 101).await, Scan::TooLarge);
    }
}
