//! The files that records of the demo carry, uploaded, examined and kept as anybody's: `data/files` says what they are.

use std::sync::Arc;

use app::{App, Command, file::Announce};
use blob::Fence;
use bytes::Bytes;
use domain::{
    Id,
    clock::Clock,
    file::{FileRole, FileState, Wanted},
    id::noun,
};
use futures_util::stream;
use store::{Store, worker::WorkerStore};

use super::year::{Hand, done};
use crate::{files::Files, settings::Settings, words::Failure};

/// Name as given, role, bytes.
const SAMPLES: [(&str, FileRole, &[u8]); 5] = [
    ("党员大会会议记录.docx", FileRole::FinalText, include_bytes!("../../../../data/files/minutes.docx")),
    ("关于召开党员大会的通知.pdf", FileRole::Enclosure, include_bytes!("../../../../data/files/notice.pdf")),
    ("会议照片.jpg", FileRole::Photo, include_bytes!("../../../../data/files/meeting.jpg")),
    ("关于四月份主题党日的决议.ofd", FileRole::Original, include_bytes!("../../../../data/files/resolution.ofd")),
    ("会议录像.mp4", FileRole::Video, include_bytes!("../../../../data/files/meeting.mp4")),
];

/// Which of them a record carries, by turns.
const SETS: [&[usize]; 3] = [&[0, 1, 2], &[3, 2], &[0, 4]];

/// The kept samples of one organisation, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Vec<Wanted>);

impl Kept {
    /// Those of a record; none where nothing was kept.
    pub(super) fn of(&self, at: usize) -> Vec<Wanted> {
        SETS[at % SETS.len()].iter().filter_map(|&sample| self.0.get(sample).copied()).collect()
    }
}

/// Keeps the samples for the branches that people of the demo sign in to.
#[derive(Debug)]
pub(super) struct Samples {
    settings: Settings,
}

impl Samples {
    /// With the places and the scanner of these settings.
    pub(super) const fn of(settings: Settings) -> Self {
        Self { settings }
    }

    /// Uploads all of them for the organisation of a hand and has them examined; none where the scanner is away.
    pub(super) async fn keep(&self, app: &App, clock: Arc<dyn Clock>, tag: &str, by: &Hand) -> Result<Kept, Failure> {
        let files = Files::open(&self.settings)?;
        let mut sent = Vec::new();
        for (at, (name, role, bytes)) in SAMPLES.into_iter().enumerate() {
            let key = format!("sample-file-{tag}-{}-{at}", by.post.uuid().simple());
            sent.push((self.upload(app, &files, (by, &key), name, bytes).await?, role));
        }
        let store = WorkerStore::new(Store::open(&self.settings.worker_store()?)?);
        let mut examine = files.examine(&self.settings, store.clone())?;
        examine.clock = clock;
        examine.once().await?;
        store.close().await;
        let mut reader = app.read(&by.caller).await?;
        let mut kept = Vec::new();
        for (file, role) in sent {
            if app::file::own(&mut reader, file).await?.state != FileState::Kept {
                return Ok(Kept::default());
            }
            kept.push(Wanted { file, role });
        }
        Ok(Kept(kept))
    }

    async fn upload(
        &self,
        app: &App,
        files: &Files,
        (by, key): (&Hand, &str),
        name: &str,
        bytes: &'static [u8],
    ) -> Result<Id<noun::File>, Failure> {
        let length = i64::try_from(bytes.len())?;
        let what = Announce { name: name.to_owned(), length, media_type: None, sha256: None, metadata: None };
        let command = Command::new("file.begin", key, by.post, &what);
        let file = done(app::file::announce(app, &by.caller, command, what).await?)?.file;
        let (_, fence) = app::file::take(app, &by.caller, file).await?;
        let fence = Fence(fence.ok_or("a sample file that is being received")?);
        let staging = &files.uploads.staging;
        staging.create(file, bytes.len() as u64).await?;
        let body = stream::iter([Ok::<_, ()>(Bytes::from_static(bytes))]);
        staging.append(file, 0, fence, None, body).await?;
        app::file::received(app, &by.caller, file).await?;
        Ok(file)
    }
}
