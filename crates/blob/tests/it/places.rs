//! Promotion, and places that are damaged, away or wrongly set up.

use std::{fs, ops::Range};

use blob::{Bodies, Body, Fault, Fence, OpenError, PlaceSettings, PutError, ReadError, Remedy, Sha256Digest};
use domain::tenant::TenantId;
use futures_util::StreamExt;

use crate::scratch::{Scratch, overwrite, pieces, read, text, upload};

#[tokio::test]
async fn a_body_lies_in_both_places_and_shares_its_bytes_with_nobody() {
    let scratch = Scratch::new();
    let (bodies, _incidents) = scratch.bodies();
    let bytes = text(1, 0, 3_000_000);
    let one = scratch.put(&bodies, 1, 1, &bytes).await;
    let other = scratch.put(&bodies, 2, 2, &bytes).await;
    assert_eq!(one.sha256, other.sha256);
    for body in [one, other] {
        for place in ["main", "copy"] {
            let file = scratch.file(place, &body);
            assert!(fs::read(&file).unwrap() == bytes);
            let data = fs::metadata(&file).unwrap();
            assert_eq!(std::os::unix::fs::MetadataExt::nlink(&data), 1, "{place} of tenant {}", body.tenant.0);
            assert!(data.permissions().readonly());
        }
        assert!(bodies.scrub(&body).await.was_sound());
    }
    assert_eq!(bodies.places().collect::<Vec<_>>(), ["main", "copy"]);
    let never = Body { tenant: TenantId(3), ..one };
    assert_eq!(read(&bodies, &never, 0..1).await, Err(ReadError::Damaged), "what another tenant put is not there");
}

#[tokio::test]
async fn ranges_are_as_asked() {
    let scratch = Scratch::new();
    let (bodies, _incidents) = scratch.bodies();
    let bytes = text(1, 0, (2 << 20) + 17);
    let body = scratch.put(&bodies, 1, 1, &bytes).await;
    let chunk = 1 << 20;
    for Range { start, end } in
        [0..1, 0..chunk, chunk - 1..chunk + 1, chunk..2 * chunk, 5..5, body.len - 1..body.len, 0..body.len]
    {
        let served = read(&bodies, &body, start..end).await.unwrap();
        assert!(served == bytes[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()], "{start}..{end}");
    }
    assert_eq!(read(&bodies, &body, 0..body.len + 1).await, Err(ReadError::Range));
    #[expect(clippy::reversed_empty_ranges, reason = "it is what is refused")]
    let reversed = 2..1;
    assert_eq!(read(&bodies, &body, reversed).await, Err(ReadError::Range));
    let nothing = scratch.put(&bodies, 2, 1, b"").await;
    assert_eq!(read(&bodies, &nothing, 0..0).await.unwrap(), b"");
    assert!(bodies.scrub(&nothing).await.was_sound());
}

#[tokio::test]
async fn putting_again_heals_and_changes_nothing() {
    let scratch = Scratch::new();
    let (bodies, _incidents) = scratch.bodies();
    let bytes = text(1, 0, 1_500_000);
    let body = scratch.put(&bodies, 1, 1, &bytes).await;
    overwrite(&scratch.file("main", &body), b"rotten");
    assert_eq!(scratch.put(&bodies, 2, 1, &bytes).await, body);
    assert!(bodies.scrub(&body).await.was_sound());
}

#[tokio::test]
async fn an_upload_that_is_not_what_was_hashed_is_not_promoted() {
    let scratch = Scratch::new();
    let ((bodies, _incidents), staging) = (scratch.bodies(), scratch.staging());
    let bytes = text(1, 0, 1_500_000);
    staging.create(upload(1), bytes.len() as u64).await.unwrap();
    staging.append(upload(1), 0, Fence(1), None, pieces(&bytes, 65_536)).await.unwrap();
    let staged = staging.whole(upload(1)).await.unwrap();
    let digests = staging.hash(&staged).await.unwrap();
    let mut rotten = bytes.clone();
    rotten[1_200_000] ^= 4;
    fs::write(staged.path(), rotten).unwrap();
    assert!(matches!(bodies.put(TenantId(1), &staged, &digests).await, Err(PutError::Differs)));
    let body = Body::of(TenantId(1), &digests);
    assert!(!scratch.file("main", &body).exists() && !scratch.file("copy", &body).exists());
    let lied = blob::Digests { chunks: Sha256Digest([0; 32]), ..digests };
    fs::write(staged.path(), &bytes).unwrap();
    assert!(matches!(bodies.put(TenantId(1), &staged, &lied).await, Err(PutError::Differs)));
    assert!(bodies.put(TenantId(1), &staged, &digests).await.unwrap().everywhere());
}

#[tokio::test]
async fn without_a_good_copy_nothing_is_served() {
    let mut scratch = Scratch::new();
    scratch.settings.copy = None;
    let (bodies, mut incidents) = scratch.bodies();
    let bytes = text(1, 0, 2_500_000);
    let body = scratch.put(&bodies, 1, 1, &bytes).await;
    let mut rotten = bytes.clone();
    rotten[2_200_000] ^= 1;
    overwrite(&scratch.file("main", &body), &rotten);
    // What is good of it is served, up to the first chunk that is not.
    assert!(read(&bodies, &body, 0..2_000_000).await.unwrap() == bytes[..2_000_000]);
    let mut stream = bodies.read(&body, 0..body.len).await.unwrap();
    let mut served = Vec::new();
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(piece) => served.extend_from_slice(&piece),
            Err(error) => break error,
        }
    };
    assert_eq!((error, served.len()), (ReadError::Damaged, 2 << 20));
    assert!(bytes.starts_with(&served));
    assert!(stream.next().await.is_none());
    assert_eq!(read(&bodies, &body, 2_100_000..2_100_001).await, Err(ReadError::Damaged));
    let incident = incidents.try_recv().unwrap();
    assert_eq!((incident.place, incident.fault, incident.remedy), ("main", Fault::Wrong, Remedy::Lost));
    let health = bodies.scrub(&body).await;
    assert!(!health.is_sound() && !health.was_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_readers_of_one_damage_heal_it_once() {
    let scratch = Scratch::new();
    let (bodies, mut incidents) = scratch.bodies();
    let bytes = text(1, 0, 3_000_000);
    let body = scratch.put(&bodies, 1, 1, &bytes).await;
    overwrite(&scratch.file("main", &body), &bytes[1..]);
    let reads = (0..16).map(|_| read(&bodies, &body, 0..body.len));
    for served in futures_util::future::join_all(reads).await {
        assert!(served.unwrap() == bytes);
    }
    assert_eq!(incidents.try_recv().unwrap().remedy, Remedy::Healed);
    assert!(incidents.try_recv().is_err(), "one damage is one incident");
    assert!(fs::read(scratch.file("main", &body)).unwrap() == bytes);
}

#[tokio::test]
async fn a_place_that_is_away_is_read_around_and_not_written_to() {
    let scratch = Scratch::new();
    let (bodies, mut incidents) = scratch.bodies();
    let bytes = text(1, 0, 3_000_000);
    let body = scratch.put(&bodies, 1, 1, &bytes).await;
    let (main, aside) = (scratch.folder.path().join("main"), scratch.folder.path().join("aside"));
    fs::rename(&main, &aside).unwrap();
    fs::create_dir(&main).unwrap();
    assert!(read(&bodies, &body, 0..body.len).await.unwrap() == bytes);
    let incident = incidents.try_recv().unwrap();
    assert!(matches!(incident.fault, Fault::Away(_)) && incident.remedy == Remedy::Open);
    assert!(incidents.try_recv().is_err(), "it is said once, not at every chunk");
    let health = bodies.scrub(&body).await;
    assert_eq!((health.is_sound(), health.away()), (false, Some("main")), "nothing is said of the body there");
    assert_eq!(fs::read_dir(&main).unwrap().count(), 0, "nothing is put under the mount point");
    // A promotion says which place holds it.
    let staging = scratch.staging();
    staging.create(upload(2), 3).await.unwrap();
    staging.append(upload(2), 0, Fence(1), None, pieces(b"abc", 3)).await.unwrap();
    let staged = staging.whole(upload(2)).await.unwrap();
    let digests = staging.hash(&staged).await.unwrap();
    let stored = bodies.put(TenantId(1), &staged, &digests).await.unwrap();
    assert!(!stored.everywhere());
    assert!(matches!(stored.places[0].held, Err(Fault::Away(_))) && stored.places[1].held.is_ok());
    fs::remove_dir(&main).unwrap();
    fs::rename(&aside, &main).unwrap();
    assert!(bodies.put(TenantId(1), &staged, &digests).await.unwrap().everywhere());
    assert!(bodies.scrub(&body).await.was_sound());
}

#[tokio::test]
async fn a_scrub_reads_no_faster_than_it_may() {
    let mut scratch = Scratch::new();
    scratch.settings.scrub_mib_per_second = 8;
    let (bodies, _incidents) = scratch.bodies();
    let body = scratch.put(&bodies, 1, 1, &text(1, 0, 10 << 20)).await;
    let began = std::time::Instant::now();
    assert!(bodies.scrub(&body).await.was_sound());
    // 20 MiB in two places, of which 8 may be read at once.
    assert!(began.elapsed().as_secs_f64() > 1.3, "{:?}", began.elapsed());
}

#[test]
fn one_place_twice_is_no_second_copy() {
    let mut scratch = Scratch::new();
    let same = scratch.folder.path().join("copy/../main");
    fs::create_dir(scratch.folder.path().join("copy")).unwrap();
    scratch.settings.copy = Some(PlaceSettings::Folder { path: same });
    assert!(matches!(Bodies::open(&scratch.settings), Err(OpenError::Same)));
}

/// One copy is altered, the other is away: that is no loss, neither to a reader nor to a scrub.
#[tokio::test]
async fn damage_is_open_while_the_place_that_may_have_what_is_good_is_away() {
    let scratch = Scratch::new();
    let (bodies, mut incidents) = scratch.bodies();
    let bytes = text(1, 0, 3_000_000);
    let body = scratch.put(&bodies, 1, 1, &bytes).await;
    overwrite(&scratch.file("main", &body), &vec![b'x'; bytes.len()]);
    let (copy, aside) = (scratch.folder.path().join("copy"), scratch.folder.path().join("aside"));
    fs::rename(&copy, &aside).unwrap();
    fs::create_dir(&copy).unwrap();
    assert_eq!(read(&bodies, &body, 0..body.len).await, Err(ReadError::Unavailable));
    bodies.scrub(&body).await;
    let mut damages = 0;
    while let Ok(incident) = incidents.try_recv() {
        assert_eq!(incident.remedy, Remedy::Open, "{incident:?}");
        damages += usize::from(incident.place == "main" && incident.fault == Fault::Wrong);
    }
    assert_eq!(damages, 2, "the reader's and the scrub's");
    fs::remove_dir(&copy).unwrap();
    fs::rename(&aside, &copy).unwrap();
    assert!(bodies.scrub(&body).await.is_sound());
    assert_eq!(incidents.try_recv().unwrap().remedy, Remedy::Healed);
}
