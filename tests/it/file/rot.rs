use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use testkit::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::client::{Client, text};
use crate::{
    fault::lengthened,
    fault_flow::served::{Served, binary},
};

/// The body of a file in a place.
pub(super) fn body(app: &TestApp, place: &str, length: usize) -> PathBuf {
    let mut folders = vec![app.files.folder.path().join(place)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::metadata(&path).unwrap().len() == length as u64 {
                return path;
            }
        }
    }
    panic!("no body in {place}");
}

#[tokio::test]
async fn a_rotten_copy_is_never_served_and_is_healed_from_the_other() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(2_500_002);
    let file = recorder.keep("会议记录.txt", &bytes).await;
    let (record, rev) = recorder.draft_with(&[]).await;
    let arranged = recorder.arrange(&record, rev, &[file]).await;
    let path = arranged["record"]["files"][0]["path"].as_str().unwrap().to_owned();

    let main = body(&app, "main", bytes.len());
    let mut rotten = fs::read(&main).unwrap();
    rotten[1_500_000] ^= 1;
    fs::write(&main, &rotten).unwrap();
    assert_eq!(&recorder.get(&path, &[]).await.body[..], &bytes[..], "what was put is served");
    assert_eq!(fs::read(&main).unwrap(), bytes, "and the copy is whole again");

    let copy = body(&app, "copy", bytes.len());
    fs::remove_file(&main).unwrap();
    rotten[7] ^= 1;
    fs::write(&copy, &rotten).unwrap();
    let lost = recorder.get(&path, &[]).await;
    assert_eq!((lost.status, lost.code().as_str()), (500, "DAMAGED"), "no good copy: nothing wrong is served");
}

#[tokio::test]
async fn what_a_gateway_alone_finds_wrong_is_written_down_and_scrubbed_first() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(6000);
    let (file, other) = (recorder.keep("会议记录.txt", &bytes).await, recorder.keep("签到表.txt", &text(3000)).await);
    let (record, rev) = recorder.draft_with(&[]).await;
    let arranged = recorder.arrange(&record, rev, &[file, other]).await;
    let path = arranged["record"]["files"][0]["path"].as_str().unwrap().to_owned();
    let main = body(&app, "main", bytes.len());
    overwrite(&main, &vec![b'x'; bytes.len()]);
    assert_eq!(&recorder.get(&path, &[]).await.body[..], &bytes[..]);
    app.tell_incidents().await;
    let healed = "SELECT count(*) FROM body_incident WHERE place = 'main' AND found = 'altered' AND healed";
    assert_eq!(testkit::scalar::<i64>(&app.owner, healed).await, 1);

    for place in ["main", "copy"] {
        overwrite(&body(&app, place, bytes.len()), &vec![b'x'; bytes.len()]);
    }
    assert_eq!(recorder.get(&path, &[]).await.status, 500);
    app.tell_incidents().await;
    let lost = "SELECT count(*) > 0 FROM body_incident WHERE NOT healed";
    assert!(testkit::scalar::<bool>(&app.owner, lost).await);
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM body WHERE damaged").await, 0, "only told");
    // Nobody was due, but this one is: the worker looks for itself.
    let (store, stop) = (app.worker_store(), tokio_util::sync::CancellationToken::new());
    let at = domain::clock::Clock::now(&*app.clock);
    let before = at - chrono::TimeDelta::days(1);
    let done = worker::scrub::scrub(&store, &app.files.bodies, before, || at, &stop).await.unwrap();
    assert_eq!((done.bodies, done.damaged), (1, 1));
    store.close().await;
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM body WHERE damaged").await, 1);
}

#[tokio::test]
async fn a_gateway_that_serves_alone_writes_down_what_its_readers_find_wrong() {
    let binary = tokio::task::spawn_blocking(binary).await.unwrap();
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(6000);
    let file = recorder.keep("会议记录.txt", &bytes).await;
    let (record, rev) = recorder.draft_with(&[]).await;
    let arranged = recorder.arrange(&record, rev, &[file]).await;
    let path = arranged["record"]["files"][0]["path"].as_str().unwrap().to_owned();
    let served = Served::alone(&binary, &app).await;
    overwrite(&body(&app, "main", bytes.len()), &vec![b'x'; bytes.len()]);
    let mut line = tokio::net::TcpStream::connect(served.address).await.unwrap();
    let token = &recorder.actor.token;
    let asked =
        format!("GET {path} HTTP/1.1\r\nhost: fonds\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n");
    line.write_all(asked.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(&bytes), "what was put is served");
    let written = "SELECT count(*) FROM body_incident WHERE healed";
    for _ in 0..100 {
        if testkit::scalar::<i64>(&app.owner, written).await == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody has written down what was found");
}

#[tokio::test]
async fn what_interrupted_promotions_left_in_the_places_goes_after_a_day() {
    let app = TestApp::new().await;
    let left = ["main", "copy"].map(|place| app.files.folder.path().join(place).join("tmp/0123456789abcdef"));
    for file in &left {
        fs::write(file, "half a body").unwrap();
    }
    let now = chrono::DateTime::<chrono::Utc>::from(fs::metadata(&left[0]).unwrap().modified().unwrap());
    app.clock.set(now + chrono::TimeDelta::hours(20));
    app.sweep().await;
    assert!(left.iter().all(|file| file.exists()), "somebody may be writing it");
    app.clock.set(now + chrono::TimeDelta::hours(25));
    app.sweep().await;
    assert!(!left.iter().any(|file| file.exists()));
}

#[tokio::test]
async fn a_body_without_a_good_copy_is_whole_again_when_it_is_uploaded_again() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let bytes = text(3000);
    let file = recorder.keep("会议记录.txt", &bytes).await;
    for place in ["main", "copy"] {
        fs::remove_file(body(&app, place, bytes.len())).unwrap();
    }
    let store = app.worker_store();
    let stop = tokio_util::sync::CancellationToken::new();
    let at = domain::clock::Clock::now(&*app.clock) + chrono::TimeDelta::seconds(1);
    let done = worker::scrub::scrub(&store, &app.files.bodies, at, || at, &stop).await.unwrap();
    store.close().await;
    assert_eq!(done.damaged, 1);
    let damaged = "SELECT count(*) FROM body WHERE damaged";
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 1);
    // Told so before it is put everywhere, and not before.
    let again = recorder.upload("会议记录（重传）.txt", &bytes).await;
    assert_eq!(app.examine_without_scanner().await, 0);
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 1, "not healed yet");
    assert_eq!(app.examine().await, 1);
    assert_eq!(testkit::scalar::<i64>(&app.owner, damaged).await, 0, "{again}");
    let (record, _) = recorder.draft_with(&[file]).await;
    let path = format!("/files/record/{}/1/1", record.strip_prefix("record:").unwrap());
    assert_eq!(
        &recorder.get(&path, &[]).await.body[..],
        &bytes[..],
        "what was lost is there again, where it is attached"
    );
}

/// Everything that lies in the places: bodies and their lists.
fn stored(app: &TestApp) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![app.files.folder.path().join("main"), app.files.folder.path().join("copy")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if digest(&path).is_some() {
                files.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Of which body a file is.
fn digest(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let digest = name.get(..64)?;
    digest.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| digest.to_owned())
}

pub(super) fn overwrite(path: &Path, bytes: &[u8]) {
    // The places keep their files read-only, and a link may be of the bytes of another.
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Bit flips, truncations, swaps and deletions: nothing wrong is served, one scrub finds the rest, and all is healed.
#[tokio::test]
async fn whatever_rots_nothing_wrong_is_served_and_one_scrub_heals_it() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let mut chance = StdRng::seed_from_u64(33);
    let mut put = Vec::new();
    for number in 0..lengthened(50) {
        let length =
            if number % 10 == 0 { chance.random_range(1_000_000..2_300_000) } else { chance.random_range(20..90_000) };
        let bytes: Vec<u8> = format!("record {number}\n").bytes().cycle().take(length).collect();
        put.push((recorder.upload("会议记录.txt", &bytes).await, bytes));
        if number % 90 == 89 {
            while app.examine().await > 0 {}
        }
    }
    while app.examine().await > 0 {}
    let mut served = Vec::new();
    for some in put.chunks(50) {
        let files: Vec<_> = some.iter().map(|(file, _)| file.clone()).collect();
        let (record, _) = recorder.draft_with(&files).await;
        let record = record.strip_prefix("record:").unwrap().to_owned();
        served.extend((1..=some.len()).map(|n| format!("/files/record/{record}/1/{n}")));
    }

    // Of each body one copy, or its list.
    let before = stored(&app);
    let mut all: Vec<_> = before.keys().filter_map(|path| digest(path)).collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(all.len(), put.len());
    all.shuffle(&mut chance);
    let mut rotten: Vec<PathBuf> = Vec::new();
    for body in &all {
        let of: Vec<_> = before.keys().filter(|path| digest(path).as_ref() == Some(body)).collect();
        rotten.push(of[chance.random_range(0..of.len())].clone());
    }
    for (number, path) in rotten.iter().enumerate() {
        let mut bytes = before[path].clone();
        match number % 4 {
            0 => {
                let at = chance.random_range(0..bytes.len());
                bytes[at] ^= 1 << chance.random_range(0..8);
                overwrite(path, &bytes);
            }
            1 => overwrite(path, &bytes[..chance.random_range(0..bytes.len())]),
            // What stands in the place of another, right in itself.
            2 => overwrite(path, &before[&rotten[(number + 1) % rotten.len()]]),
            _ => fs::remove_file(path).unwrap(),
        }
    }

    let half = put.len() / 2;
    for ((_, bytes), path) in put.iter().zip(&served).take(half) {
        let answer = recorder.get(path, &[]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body[..] == bytes[..], "wrong bytes at {path}");
    }
    let left = stored(&app).into_iter().filter(|(path, bytes)| before[path] != *bytes).count()
        + before.keys().filter(|path| !path.exists()).count();
    let store = app.worker_store();
    let stop = tokio_util::sync::CancellationToken::new();
    let at = domain::clock::Clock::now(&*app.clock) + chrono::TimeDelta::seconds(1);
    let done = worker::scrub::scrub(&store, &app.files.bodies, at, || at, &stop).await.unwrap();
    store.close().await;
    assert_eq!((done.bodies, done.healed, done.damaged), (put.len() as u64, left as u64, 0), "found in one go");
    assert!(left >= half / 2, "{left} were left for the scrub: nothing was tried");
    let after = stored(&app);
    assert!(after == before, "not everything is as it was put");
    println!(
        "{} damages, {} healed by readers, {left} by the scrub: 0 wrong bytes served",
        put.len(),
        put.len() - left
    );
}
