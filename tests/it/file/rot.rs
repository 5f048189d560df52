use std::{fs, path::PathBuf};

use testkit::TestApp;

use super::client::{Client, text};

/// The body of a file in a place.
fn body(app: &TestApp, place: &str, length: usize) -> PathBuf {
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
async fn a_scrub_finds_every_rotten_copy_and_heals_it() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let lengths = [3000, 6000, 9000];
    for length in lengths {
        recorder.keep("会议记录.txt", &text(length)).await;
    }
    fs::remove_file(body(&app, "main", 3000)).unwrap();
    let copy = body(&app, "copy", 6000);
    fs::write(&copy, vec![b'x'; 6000]).unwrap();
    let store = app.worker_store();
    let stop = tokio_util::sync::CancellationToken::new();
    let later = chrono::TimeDelta::seconds(1);
    let at = domain::clock::Clock::now(&*app.clock) + later;
    let scrub = async || worker::scrub::scrub(&store, &app.files.bodies, at, || at + later, &stop).await.unwrap();
    let done = scrub().await;
    assert_eq!((done.bodies, done.healed, done.damaged), (3, 2, 0));
    for place in ["main", "copy"] {
        for length in lengths {
            assert_eq!(fs::read(body(&app, place, length)).unwrap(), text(length), "{place} {length}");
        }
    }
    assert_eq!(scrub().await.bodies, 0, "all were read since");
    store.close().await;
}
