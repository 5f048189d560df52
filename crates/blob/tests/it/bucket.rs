//! An S3 bucket as a place, on a real server: `FONDS_TEST_S3` is its address, as `script/test` sets it
//! (`eval "$(script/dev-s3)"` for cargo alone). `FONDS_TEST_S3=off` leaves these tests out, where no server can run.

use std::{fs, sync::Arc};

use blob::{Bodies, Body, Fault, PlaceSettings, ReadError, Remedy, S3Settings};
use object_store::{ObjectStore, ObjectStoreExt, aws::AmazonS3Builder, path::Path};

use crate::scratch::{Scratch, overwrite, read, text, variable};

/// As `script/lib/s3.sh` sets the server up.
const KEY_ID: &str = "fonds";
const SECRET: &str = "fonds-of-the-tests";
const BUCKET: &str = "fonds-test";

/// The server, and a look at it that does not go through what is tested.
struct Server {
    settings: S3Settings,
    behind: Arc<dyn ObjectStore>,
}

fn server() -> Option<Server> {
    let said = variable("FONDS_TEST_S3");
    let Some(endpoint) = said else {
        panic!(
            "FONDS_TEST_S3 is not set: run the tests by `script/test`, or `eval \"$(script/dev-s3)\"` first, or set it to `off`"
        )
    };
    if endpoint == "off" {
        eprintln!("FONDS_TEST_S3=off: S3 is not tested");
        return None;
    }
    // Another test may have done it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let behind = AmazonS3Builder::new()
        .with_endpoint(&endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name(BUCKET)
        .with_access_key_id(KEY_ID)
        .with_secret_access_key(SECRET)
        .build()
        .unwrap();
    let settings = S3Settings {
        endpoint: Some(endpoint),
        region: "us-east-1".into(),
        bucket: BUCKET.into(),
        key_id: KEY_ID.into(),
        secret: Some(SECRET.into()),
        secret_file: None,
        path_style: true,
        allow_http: true,
    };
    Some(Server { settings, behind: Arc::new(behind) })
}

/// The key of a body, as it is written down.
fn key(body: &Body) -> Path {
    let name = body.sha256.to_string();
    Path::from(format!("{}/{}/{name}", body.tenant.0, &name[..2]))
}

fn list_key(body: &Body) -> Path {
    Path::from(format!("{}.chunks", key(body)))
}

/// A tenant of this run, so that a server that has been there before does not matter.
fn tenant() -> i32 {
    rand::random_range(1..i32::MAX)
}

async fn harm_and_heal(server: &Server, bodies: &Bodies, body: &Body, bytes: &[u8]) {
    let behind = &server.behind;
    let mut flipped = bytes.to_vec();
    flipped[bytes.len() / 2] ^= 1;
    let flipped_list = {
        let mut list = behind.get(&list_key(body)).await.unwrap().bytes().await.unwrap().to_vec();
        list[30] ^= 1;
        list
    };
    for harm in 0..5 {
        match harm {
            0 => drop(behind.put(&key(body), flipped.clone().into()).await.unwrap()),
            1 => drop(behind.put(&key(body), bytes[..bytes.len() - 1].to_vec().into()).await.unwrap()),
            2 => behind.delete(&key(body)).await.unwrap(),
            3 => behind.delete(&list_key(body)).await.unwrap(),
            _ => drop(behind.put(&list_key(body), flipped_list.clone().into()).await.unwrap()),
        }
        assert!(read(bodies, body, 3..body.len).await.unwrap() == bytes[3..], "harm {harm}");
        let health = bodies.scrub(body).await;
        assert!(health.is_sound(), "harm {harm}: {health:?}");
        assert!(bodies.scrub(body).await.was_sound(), "harm {harm}");
        let there = behind.get(&key(body)).await.unwrap().bytes().await.unwrap();
        assert!(there == bytes, "harm {harm}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_holds_the_copy_and_heals_the_folder() {
    let Some(server) = server() else { return };
    let mut scratch = Scratch::new();
    scratch.settings.copy = Some(PlaceSettings::S3(server.settings.clone()));
    let (bodies, mut incidents) = scratch.bodies();
    let tenant = tenant();
    // One that goes up in one piece, one in parts, one without bytes.
    for (number, size) in [(1, 70_000), (2, (20 << 20) + 5)] {
        let bytes = text(number, 0, size);
        let body = scratch.put(&bodies, u128::from(number), tenant, &bytes).await;
        assert!(server.behind.get(&key(&body)).await.unwrap().bytes().await.unwrap() == bytes);
        let mut rotten = bytes.clone();
        rotten[size - 3] ^= 8;
        overwrite(&scratch.file("main", &body), &rotten);
        fs::remove_file(scratch.list("main", &body)).unwrap();
        assert!(read(&bodies, &body, 0..body.len).await.unwrap() == bytes);
        assert!(fs::read(scratch.file("main", &body)).unwrap() == bytes);
        assert_eq!(incidents.try_recv().unwrap().remedy, Remedy::Healed);
        harm_and_heal(&server, &bodies, &body, &bytes).await;
    }
    let nothing = scratch.put(&bodies, 3, tenant, b"").await;
    assert!(bodies.scrub(&nothing).await.was_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_is_the_main_place() {
    let Some(server) = server() else { return };
    let mut scratch = Scratch::new();
    scratch.settings.main = Some(PlaceSettings::S3(server.settings.clone()));
    let (bodies, mut incidents) = scratch.bodies();
    let bytes = text(3, 0, (9 << 20) + 1);
    let body = scratch.put(&bodies, 1, tenant(), &bytes).await;
    assert!(read(&bodies, &body, 1_000_000..9_000_000).await.unwrap() == bytes[1_000_000..9_000_000]);
    assert!(incidents.try_recv().is_err());
    harm_and_heal(&server, &bodies, &body, &bytes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_refuses_is_away_and_not_empty() {
    let Some(server) = server() else { return };
    let mut scratch = Scratch::new();
    scratch.settings.copy = None;
    scratch.settings.main = Some(PlaceSettings::S3(server.settings.clone()));
    let bytes = text(4, 0, 100_000);
    let body = scratch.put(&scratch.bodies().0, 1, tenant(), &bytes).await;
    scratch.settings.main =
        Some(PlaceSettings::S3(S3Settings { secret: Some("wrong".into()), ..server.settings.clone() }));
    let (bodies, mut incidents) = scratch.bodies();
    assert_eq!(read(&bodies, &body, 0..9).await, Err(ReadError::Unavailable));
    assert!(matches!(incidents.try_recv().unwrap().fault, Fault::Away(_)));
    scratch.settings.main =
        Some(PlaceSettings::S3(S3Settings { endpoint: Some("http://127.0.0.1:9".into()), ..server.settings.clone() }));
    assert_eq!(read(&scratch.bodies().0, &body, 0..9).await, Err(ReadError::Unavailable));
}
