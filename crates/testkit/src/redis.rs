//! A redis of one test's own, which it may stop.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running redis-server on a socket of its own; killed when dropped.
#[derive(Debug)]
pub struct PrivateRedis {
    child: Child,
    folder: PathBuf,
}

impl PrivateRedis {
    /// Starts one.
    pub fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("fonds-redis-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&folder).expect("a folder");
        let socket = folder.join("redis.sock");
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server");
        let begun = Instant::now();
        while !socket.exists() {
            assert!(begun.elapsed() < Duration::from_secs(10), "redis did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, folder }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis+unix://{}/redis.sock", self.folder.display())
    }

    /// Kills it.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
