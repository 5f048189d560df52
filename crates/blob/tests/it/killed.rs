//! A process that receives an upload is killed, again and again, and sometimes overtaken by another one while it lives.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use blob::{AppendError, Fence, Progress, Settings, Staging};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use sha2::{Digest, Sha256};

use crate::scratch::{Scratch, pieces, soak, text, upload, variable};

fn length() -> u64 {
    if soak() { 256 << 20 } else { 48 << 20 }
}

/// The process that is killed: appends until it is whole or somebody else has taken over, and says what was promised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of the test below"]
async fn receiver() {
    let Some(folder) = variable("FONDS_TEST_RECEIVER") else { return };
    let fence = Fence(variable("FONDS_TEST_FENCE").unwrap().parse().unwrap());
    let staging = Staging::open(&Settings { folder: folder.into(), ..Settings::default() }).unwrap();
    let mut offset = staging.settle(upload(1), fence).await.unwrap().offset;
    let mut chance = SmallRng::seed_from_u64(fence.0);
    while offset < length() {
        let len = chance.random_range(1..6u64 << 20).min(length() - offset);
        let bytes = text(9, offset, usize::try_from(len).unwrap());
        match staging.append(upload(1), offset, fence, None, pieces(&bytes, 120_000)).await {
            Ok(Progress { offset: durable, .. }) => offset = durable,
            Err(AppendError::Fenced) => return,
            Err(error) => panic!("{error}"),
        }
        println!("durable {offset}");
    }
}

fn begin(scratch: &Scratch, fence: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::receiver", "--ignored", "--nocapture"])
        .env("FONDS_TEST_RECEIVER", scratch.folder.path())
        .env("FONDS_TEST_FENCE", fence.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The highest offset that a process has promised.
fn promised(child: &mut Child) -> u64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The line that it was saying when it was killed may be cut: a number that is cut is smaller.
    lines.map_while(Result::ok).filter_map(|line| line.split_once("durable ")?.1.parse().ok()).max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_promised_is_there_after_any_kill() {
    let lives = if soak() { 40 } else { 4 };
    let scratch = Scratch::new();
    let staging = scratch.staging();
    staging.create(upload(1), length()).await.unwrap();
    let mut chance = SmallRng::seed_from_u64(1);
    let (mut fence, mut most) = (0, 0);
    for life in 0..lives {
        fence += 1;
        let mut child = begin(&scratch, fence);
        tokio::time::sleep(Duration::from_millis(chance.random_range(60..400))).await;
        let mut receivers = vec![];
        if life % 2 == 1 {
            fence += 1;
            receivers.push(begin(&scratch, fence));
            tokio::time::sleep(Duration::from_millis(chance.random_range(60..400))).await;
        } else {
            child.kill().unwrap();
        }
        receivers.insert(0, child);
        if let Some(last) = receivers.last_mut() {
            last.kill().unwrap();
        }
        for mut receiver in receivers {
            most = most.max(promised(&mut receiver));
            receiver.wait().unwrap();
        }
        let progress = staging.progress(upload(1)).await.unwrap();
        assert!(progress.offset >= most, "life {life}: {progress:?}, promised {most}");
    }
    assert!(most > 0, "somebody got somewhere");
    let mut offset = staging.settle(upload(1), Fence(fence + 1)).await.unwrap().offset;
    while offset < length() {
        let bytes = text(9, offset, usize::try_from((length() - offset).min(8 << 20)).unwrap());
        let progress =
            staging.append(upload(1), offset, Fence(fence + 1), None, pieces(&bytes, 500_000)).await.unwrap();
        offset = progress.offset;
    }
    let staged = staging.whole(upload(1)).await.unwrap();
    let digests = staging.hash(&staged).await.unwrap();
    let mut wanted = Sha256::new();
    for at in (0..length()).step_by(8 << 20) {
        wanted.update(text(9, at, 8 << 20));
    }
    assert_eq!(digests.sha256.0, <[u8; 32]>::from(wanted.finalize()));
}
