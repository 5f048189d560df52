//! One writer at a time, whoever it is; and the housekeeping of uploads.

use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

use blob::{AppendError, Fence, Progress, StagingError};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use crate::scratch::{Scratch, pieces, text, upload};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_writers_of_one_upload_never_mix() {
    let (scratch, bytes) = (Scratch::new(), text(1, 0, 3_000_000));
    let staging = scratch.staging();
    staging.create(upload(1), bytes.len() as u64).await.unwrap();
    let mut writers = Vec::new();
    for fence in 1..=64 {
        let (staging, bytes) = (scratch.staging(), bytes.clone());
        writers.push(async move {
            let at = staging.progress(upload(1)).await.unwrap().offset;
            let rest = &bytes[usize::try_from(at).unwrap()..];
            staging.append(upload(1), at, Fence(fence), None, pieces(&rest[..rest.len().min(200_000)], 10_000)).await
        });
    }
    let outcomes = futures_util::future::join_all(writers).await;
    let progress = staging.progress(upload(1)).await.unwrap();
    let won = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).map(|progress| progress.offset).max();
    assert!(progress.offset >= won.unwrap_or(0), "what was promised is there");
    for outcome in outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(AppendError::Fenced | AppendError::Offset { .. } | AppendError::Busy)),
            "{outcome:?}"
        );
    }
    let at = usize::try_from(progress.offset).unwrap();
    staging.append(upload(1), progress.offset, Fence(65), None, pieces(&bytes[at..], 10_000)).await.unwrap();
    let staged = staging.whole(upload(1)).await.unwrap();
    assert!(std::fs::read(staged.path()).unwrap() == bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_leaves_what_arrived() {
    let (scratch, bytes) = (Scratch::new(), text(1, 0, 900_000));
    let staging = scratch.staging();
    staging.create(upload(1), bytes.len() as u64).await.unwrap();
    let hanging = pieces(&bytes[..700_000], 50_000).chain(stream::pending::<Result<Bytes, _>>());
    let append = staging.append(upload(1), 0, Fence(1), None, hanging);
    assert!(tokio::time::timeout(Duration::from_millis(600), append).await.is_err(), "the line hangs");
    // Whoever asks before going on stops the one that hangs, and gets an offset that stays.
    let settled = staging.settle(upload(1), Fence(2)).await.unwrap();
    assert_eq!(settled, Progress { offset: 700_000, length: 900_000 });
    let late = staging.append(upload(1), 700_000, Fence(1), None, pieces(&bytes[700_000..], 1_000)).await;
    assert!(matches!(late, Err(AppendError::Fenced)), "{late:?}");
}

/// A line that brings its bytes when it is told to.
fn slow() -> (mpsc::Sender<Vec<u8>>, impl Stream<Item = Result<Bytes, Infallible>> + Send) {
    let (bring, come) = mpsc::channel::<Vec<u8>>(4);
    let line = stream::unfold(come, async |mut come| Some((Ok(Bytes::from(come.recv().await?)), come)));
    (bring, line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistaken_writer_does_not_throw_out_the_one_at_work() {
    let (scratch, bytes) = (Scratch::new(), text(1, 0, 900_000));
    let staging = scratch.staging();
    staging.create(upload(1), bytes.len() as u64).await.unwrap();
    let (bring, line) = slow();
    let mistaken = async {
        bring.send(bytes[..400_000].to_vec()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        // In another process, as far as the files can tell.
        let other = scratch.staging();
        let wrong = other.append(upload(1), 7, Fence(2), None, pieces(&bytes[7..], 50_000)).await;
        assert!(matches!(wrong, Err(AppendError::Offset { offset: 0 })), "{wrong:?}");
        let stale = other.append(upload(1), 0, Fence(3), None, pieces(&bytes, 50_000)).await;
        assert!(matches!(stale, Err(AppendError::Busy)), "it knows less than has come: {stale:?}");
        bring.send(bytes[400_000..].to_vec()).await.unwrap();
        drop(bring);
    };
    let (whole, ()) = tokio::join!(staging.append(upload(1), 0, Fence(1), None, line), mistaken);
    assert_eq!(whole.unwrap(), Progress { offset: 900_000, length: 900_000 });
    assert!(std::fs::read(staging.whole(upload(1)).await.unwrap().path()).unwrap() == bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_first_takes_over_from_a_line_that_hangs() {
    let (scratch, bytes) = (Scratch::new(), text(1, 0, 900_000));
    let staging = scratch.staging();
    staging.create(upload(1), bytes.len() as u64).await.unwrap();
    let (bring, line) = slow();
    let resuming = async {
        bring.send(bytes[..400_000].to_vec()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        let other = scratch.staging();
        let at = other.settle(upload(1), Fence(2)).await.unwrap().offset;
        assert_eq!(at, 400_000, "what the line had brought counts");
        other.append(upload(1), at, Fence(3), None, pieces(&bytes[400_000..], 50_000)).await.unwrap()
    };
    let (hung, whole) = tokio::join!(staging.append(upload(1), 0, Fence(1), None, line), resuming);
    assert!(matches!(hung, Err(AppendError::Fenced)), "{hung:?}");
    assert!(whole.is_whole());
    drop(bring);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_has_brought_nothing_holds_nobody_up() {
    let (scratch, bytes) = (Scratch::new(), text(1, 0, 90_000));
    let staging = scratch.staging();
    staging.create(upload(1), bytes.len() as u64).await.unwrap();
    let dead = staging.append(upload(1), 0, Fence(1), None, stream::pending::<Result<Bytes, Infallible>>());
    let (dead, whole) = tokio::join!(dead, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        scratch.staging().append(upload(1), 0, Fence(2), None, pieces(&bytes, 50_000)).await.unwrap()
    });
    assert!(matches!(dead, Err(AppendError::Fenced)) && whole.is_whole(), "{dead:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_removed_stops_its_writer_and_is_gone() {
    let scratch = Scratch::new();
    let staging = scratch.staging();
    staging.create(upload(1), 10).await.unwrap();
    let hanging = pieces(b"half", 2).chain(stream::pending::<Result<Bytes, _>>());
    let (append, removed) = tokio::join!(staging.append(upload(1), 0, Fence(1), None, hanging), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        scratch.staging().remove(upload(1)).await.unwrap()
    });
    assert!(removed && matches!(append, Err(AppendError::Fenced)), "{append:?}");
    assert!(matches!(staging.progress(upload(1)).await, Err(StagingError::Absent)));
    assert!(matches!(staging.settle(upload(1), Fence(9)).await, Err(AppendError::Absent)));
    assert!(!staging.remove(upload(1)).await.unwrap());
}

#[tokio::test]
async fn an_upload_begins_once_and_is_listed_with_what_is_left_cleared() {
    let scratch = Scratch::new();
    let staging = scratch.staging();
    staging.create(upload(1), 10).await.unwrap();
    staging.append(upload(1), 0, Fence(1), None, pieces(b"abc", 1)).await.unwrap();
    assert_eq!(staging.create(upload(1), 10).await.unwrap(), Progress { offset: 3, length: 10 });
    assert!(matches!(staging.create(upload(1), 11).await, Err(StagingError::Exists)));
    let left = scratch.settings.staging_folder().join("new-0-0");
    std::fs::create_dir(&left).unwrap();
    let listed = staging.list(SystemTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, listed[0].progress.offset), (upload(1), 3));
    assert!(left.exists(), "somebody may be beginning it");
    let later = std::fs::metadata(&left).unwrap().modified().unwrap() + Duration::from_secs(1);
    staging.list(later).await.unwrap();
    assert!(!left.exists());
}

#[tokio::test]
async fn an_empty_upload_is_whole_at_once() {
    let scratch = Scratch::new();
    let staging = scratch.staging();
    staging.create(upload(1), 0).await.unwrap();
    let staged = staging.whole(upload(1)).await.unwrap();
    assert_eq!(staging.hash(&staged).await.unwrap().len, 0);
}
