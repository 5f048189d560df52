//! The real binary, as a process that can be killed, and the few lines of HTTP that it takes to talk to it.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use testkit::{Actor, TestApp};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(5);

/// `fonds`, built as it is now, beside the binary of the tests.
pub(crate) fn binary() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let built = Command::new(env!("CARGO")).args(["build", "-q", "--locked", "-p", "fonds"]).current_dir(root).status();
    assert!(built.unwrap().success(), "fonds does not build");
    let tests = std::env::current_exe().unwrap();
    tests.parent().and_then(Path::parent).unwrap().join("fonds")
}

/// `fonds serve`, mostly with a worker, on the database of a test. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Served {
    pub(crate) async fn start(binary: &Path, app: &TestApp) -> Self {
        Self::begin(binary, app, &["serve", "--with-worker"]).await
    }

    /// Without a worker.
    pub(crate) async fn alone(binary: &Path, app: &TestApp) -> Self {
        Self::begin(binary, app, &["serve"]).await
    }

    async fn begin(binary: &Path, app: &TestApp, arguments: &[&str]) -> Self {
        // The port is free now; that somebody takes it before the child does is a failed start, and said so.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let files = app.files.folder.path();
        let mut command = Command::new(binary);
        if let Some(clamd) = std::env::var_os("FONDS_TEST_CLAMD_SOCKET") {
            command.env("FONDS_INTAKE__SCANNER__SOCKET", clamd).env("FONDS_INTAKE__SCANNER_LARGEST", "16000000");
        }
        let child = command
            .args(arguments)
            .env("FONDS_BLOBS__FOLDER", files)
            .env("FONDS_BLOBS__COPY__KIND", "folder")
            .env("FONDS_BLOBS__COPY__PATH", files.join("copy"))
            .current_dir(std::env::temp_dir())
            .env("FONDS_DATABASE__URL", &app.database.app_url)
            .env("FONDS_DATABASE__WORKER_URL", &app.database.worker_url)
            .env("FONDS_HTTP__LISTEN", address.to_string())
            .env("FONDS_HTTP__HTTPS", "false")
            .env("FONDS_HTTP__COST_PER_MINUTE", "1000000000")
            .env("FONDS_HTTP__FILE_REQUESTS_PER_MINUTE", "1000000000")
            .env("FONDS_HTTP__FILE_REQUESTS_PER_ADDRESS", "1000000000")
            .env("FONDS_WORKER__FOLD_PAUSE_MS", "10")
            .env("FONDS_WORKER__FOLD_BATCH", "5")
            .env("FONDS_LOG__FILTER", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let served = Self { child, address };
        let mut said = None;
        for _ in 0..1200 {
            said = ask(address, "GET /readyz", "", &Value::Null).await;
            if said.as_ref().is_some_and(|ready| ready["ready"] == true) {
                return served;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("fonds serve is not ready after half a minute: {said:?}");
    }

    /// SIGKILL: no word of goodbye.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request and its whole JSON answer; none where the connection ends before.
async fn ask(address: SocketAddr, line: &str, token: &str, body: &Value) -> Option<Value> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: fonds\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let text = String::from_utf8(answer).ok()?;
        let (_, body) = text.split_once("\r\n\r\n")?;
        serde_json::from_str(body).ok()
    };
    timeout(PATIENCE, exchange).await.ok().flatten()
}

/// Sends a record under a key: the receipt that was promised, none where no answer came.
pub(crate) async fn submit(address: SocketAddr, who: &Actor<'_>, record: &str, key: &str) -> Option<String> {
    let query = "mutation($input: SubmitRecordInput!) {
        submitRecord(input: $input) { receipt { id } problems { code message } } }";
    let input = json!({ "record": record, "rev": 1, "post": who.post.to_string(), "idempotencyKey": key });
    let body = json!({ "query": query, "variables": { "input": input } });
    let answer = ask(address, "POST /graphql", &who.token, &body).await?;
    // Half dead it may say that it is unavailable; a promise that is no receipt would be a fault.
    if answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE" {
        return None;
    }
    let receipt = answer["data"]["submitRecord"]["receipt"]["id"].as_str();
    Some(receipt.unwrap_or_else(|| panic!("{record}: {answer}")).to_owned())
}
