//! A staging area and places in a scratch folder, and bytes that are known by where they stand.

use std::{convert::Infallible, fs, path::PathBuf};

use blob::{Bodies, Body, Fence, Incidents, PlaceSettings, Settings, Staging};
use bytes::Bytes;
use domain::{
    id::{Id, noun::File},
    tenant::TenantId,
};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use tempfile::TempDir;
use uuid::Uuid;

/// How much a test does: a little in ordinary runs, as much as the variable says in long ones.
#[expect(clippy::disallowed_methods, reason = "how long a test runs is said by the environment alone")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

pub(crate) fn soak() -> bool {
    variable("FONDS_SOAK").is_some_and(|soak| soak == "1")
}

pub(crate) fn upload(number: u128) -> Id<File> {
    Id::of(Uuid::from_u128(number))
}

/// `len` bytes of what stands at `at` in an endless text: no two places of it look alike.
pub(crate) fn text(seed: u64, at: u64, len: usize) -> Vec<u8> {
    let first = at / 8;
    let skip = usize::try_from(at % 8).unwrap();
    let words = (skip + len).div_ceil(8) as u64;
    let mut bytes = Vec::with_capacity(skip + len + 8);
    for word in first..first + words {
        bytes.extend_from_slice(&mix(seed, word).to_le_bytes());
    }
    bytes[skip..skip + len].to_vec()
}

/// splitmix64.
fn mix(seed: u64, word: u64) -> u64 {
    let mut z = seed.wrapping_add(word.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A body as a request brings it.
pub(crate) fn pieces(bytes: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
    let pieces: Vec<_> = bytes.chunks(size.max(1)).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

/// A scratch folder with settings in it.
pub(crate) struct Scratch {
    pub(crate) folder: TempDir,
    pub(crate) settings: Settings,
}

impl Scratch {
    /// Two folders as places.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy = PlaceSettings::Folder { path: folder.path().join("copy") };
        let settings = Settings {
            folder: folder.path().to_owned(),
            copy: Some(copy),
            takeover_seconds: 5,
            scrub_mib_per_second: 100_000,
            ..Settings::default()
        };
        Self { folder, settings }
    }

    pub(crate) fn staging(&self) -> Staging {
        Staging::open(&self.settings).unwrap()
    }

    pub(crate) fn bodies(&self) -> (Bodies, Incidents) {
        Bodies::open(&self.settings).unwrap()
    }

    /// Where a body lies.
    pub(crate) fn file(&self, place: &str, body: &Body) -> PathBuf {
        let name = body.sha256.to_string();
        self.folder.path().join(place).join(body.tenant.0.to_string()).join(&name[..2]).join(name)
    }

    /// Where the list of its chunks lies.
    pub(crate) fn list(&self, place: &str, body: &Body) -> PathBuf {
        let mut path = self.file(place, body).into_os_string();
        path.push(".chunks");
        path.into()
    }

    /// Uploads bytes, hashes and promotes them.
    pub(crate) async fn put(&self, bodies: &Bodies, number: u128, tenant: i32, bytes: &[u8]) -> Body {
        let (staging, id) = (self.staging(), upload(number));
        staging.create(id, bytes.len() as u64).await.unwrap();
        staging.append(id, 0, Fence(1), None, pieces(bytes, 100_000)).await.unwrap();
        let staged = staging.whole(id).await.unwrap();
        let digests = staging.hash(&staged).await.unwrap();
        let stored = bodies.put(TenantId(tenant), &staged, &digests).await.unwrap();
        assert!(stored.everywhere(), "{stored:?}");
        assert!(staging.remove(id).await.unwrap());
        stored.body
    }
}

/// All that a read gives.
pub(crate) async fn read(
    bodies: &Bodies,
    body: &Body,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, blob::ReadError> {
    let stream = bodies.read(body, range).await?;
    let all: Vec<Bytes> =
        stream.map(|piece| piece.inspect(|piece| assert!(piece.len() <= 1 << 20))).try_collect().await?;
    Ok(all.concat())
}

/// Replaces a file as a fault of a disk would: the file is as it was but for its bytes.
pub(crate) fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}
