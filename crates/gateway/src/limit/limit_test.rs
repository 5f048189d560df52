use std::process::{Child, Command, Stdio};

use super::*;

/// A redis of the test's own on a Unix socket.
struct Redis {
    server: Option<Child>,
    folder: std::path::PathBuf,
}

impl Redis {
    fn start(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("fonds-limit-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut redis = Self { server: None, folder };
        redis.resume();
        redis
    }

    fn resume(&mut self) {
        let socket = self.folder.join("s");
        let _ = std::fs::remove_file(&socket);
        let server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(&self.folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is on the path");
        self.server = Some(server);
        for _ in 0..200 {
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("redis-server did not start");
    }

    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    fn limits(&self) -> Limits {
        let url = format!("redis+unix://{}", self.folder.join("s").display());
        // A busy machine may take its time: what is tested is the sharing.
        Limits::patient(Some(&SecretString::from(url)), Duration::from_secs(2)).unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn holds_a_minute(limits: &Limits, key: &str) {
    assert_eq!(limits.spend(key, 60, 100).await, Ok(()));
    assert_eq!(limits.spend(key, 40, 100).await, Ok(()));
    let wait = limits.spend(key, 2, 100).await.unwrap_err();
    assert!((1..=60).contains(&wait.seconds()), "{wait:?}");
    assert_eq!(limits.spend("somebody else", 100, 100).await, Ok(()));
    assert_eq!(limits.spend("a third", 101, 100).await.unwrap_err().seconds(), 60);
    assert_eq!(limits.spend(key, 0, 100).await, Ok(()));
}

#[tokio::test]
async fn a_minute_without_redis() {
    holds_a_minute(&Limits::new(None).unwrap(), "somebody").await;
}

#[tokio::test]
async fn a_minute_is_shared_through_redis() {
    let redis = Redis::start("shared");
    let (one, other) = (redis.limits(), redis.limits());
    holds_a_minute(&one, "somebody").await;
    assert!(other.spend("somebody", 2, 100).await.is_err(), "the second gateway knows of it");
    assert_eq!(one.ping().await, Some(true));
}

#[tokio::test]
async fn redis_goes_away_and_comes_back() {
    let mut redis = Redis::start("away");
    let limits = redis.limits();
    assert_eq!(limits.spend("somebody", 100, 100).await, Ok(()));
    redis.stop();

    let begun = Instant::now();
    for _ in 0..50 {
        assert_eq!(limits.spend("somebody", 2, 100).await, Ok(()), "counted in the process");
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "the circuit is open: {:?}", begun.elapsed());
    assert!(limits.spend("somebody", 2, 100).await.is_err(), "and limited there");

    redis.resume();
    let shared = limits.0.shared.as_ref().unwrap();
    for _ in 0..100 {
        shared.closed_until.fetch_min(1, Ordering::Relaxed);
        if limits.spend("somebody", 50, 100).await.is_ok() {
            assert_eq!(shared.closed_until.load(Ordering::Relaxed), 0, "asked and answered");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("redis was not found again");
}

#[test]
fn seconds_are_whole_and_never_zero() {
    assert_eq!(RetryAfter(Duration::ZERO).seconds(), 1);
    assert_eq!(RetryAfter(Duration::from_millis(1001)).header(), "2");
}
