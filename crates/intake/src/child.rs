//! Starting child processes, and what becomes of them.

use std::{
    ffi::OsString,
    fs::File,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    sync::Semaphore,
    time::timeout,
};

use crate::{
    format::{Format, Kind},
    limits::Limits,
    picture::{Fault, Order, Task, reading::Reading},
    sandbox::Cell,
};

/// Chinese fonts of well-known places, for text of PDF and OFD whose fonts are not embedded; the first that is there is taken.
const FONTS: &[&str] = &[
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/PingFang.ttc",
];

/// Pages of a PDF or an OFD of which pictures are made.
pub const MOST_PAGES: usize = 200;

/// How children are started, and how many at once.
#[derive(Debug, Clone)]
pub struct Children {
    program: PathBuf,
    arguments: Vec<OsString>,
    fonts: Vec<PathBuf>,
    limits: Limits,
    slots: Arc<Semaphore>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum NoPicture {
    /// No pictures are made of this format.
    #[error("no pictures are made of {0}")]
    Format(String),
    /// There is no such page, or none that pictures are made of.
    #[error("no such page")]
    NoPage,
    /// The file, or the picture, is above the limits.
    #[error("above the limits of a picture")]
    Large,
    /// It took too much memory or time and was stopped.
    #[error("stopped: too much memory or time")]
    Stopped,
    /// It cannot be read.
    #[error("cannot be read")]
    Unreadable,
    /// No child could be started.
    #[error("the child process: {0}")]
    Io(#[from] io::Error),
}

impl Children {
    /// Children are `program` with `arguments` and an order, at most `at_once` of them.
    pub fn new(program: PathBuf, arguments: Vec<OsString>, limits: Limits, at_once: usize) -> Self {
        let fonts = FONTS.iter().map(PathBuf::from).collect();
        Self { program, arguments, fonts, limits, slots: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// Takes these Chinese fonts instead of those of well-known places.
    #[must_use]
    pub fn with_fonts(mut self, fonts: Vec<PathBuf>) -> Self {
        self.fonts = fonts;
        self
    }

    /// A picture of a file in at most so many points each way: of a picture, or of the first page of a PDF or an OFD.
    /// JPEG.
    pub async fn thumbnail(&self, path: &Path, format: &Format, side: u16) -> Result<Vec<u8>, NoPicture> {
        match format.kind {
            Kind::Pdf | Kind::Ofd => self.page(path, format.kind, 1, side).await,
            Kind::Image => self.scaled(path, format, side).await,
            _ => Err(NoPicture::Format(format.media_type.clone())),
        }
    }

    /// A picture of a page of a PDF or an OFD, counted from 1, so many points wide. JPEG.
    pub async fn page(&self, path: &Path, kind: Kind, number: usize, width: u16) -> Result<Vec<u8>, NoPicture> {
        if !(1..=MOST_PAGES).contains(&number) {
            return Err(NoPicture::NoPage);
        }
        let task = if kind == Kind::Ofd { Task::OfdPage { number, width } } else { Task::Page { number, width } };
        self.run(File::open(path)?, task, self.limits.picture).await
    }

    async fn scaled(&self, path: &Path, format: &Format, side: u16) -> Result<Vec<u8>, NoPicture> {
        let (media_type, pixels) = (format.media_type.clone(), self.limits.pixels);
        let task = Task::Scale { media_type, side: u32::from(side), pixels };
        self.run(File::open(path)?, task, self.limits.picture).await
    }

    /// What a PDF brings with it.
    pub(crate) async fn read_pdf(&self, file: File) -> Result<Reading, NoPicture> {
        let time = Duration::from_secs(self.limits.child_cpu.min(self.limits.child_seconds) / 2);
        let task = Task::Read { text: self.limits.text, objects: self.limits.pdf_objects, time };
        let answer = self.run(file, task, 4096).await?;
        serde_json::from_slice(&answer).map_err(|_| NoPicture::Unreadable)
    }

    async fn run(&self, file: File, task: Task, most: u64) -> Result<Vec<u8>, NoPicture> {
        if file.metadata()?.len() > self.limits.child_file {
            return Err(NoPicture::Large);
        }
        let cell = Cell { memory: self.limits.child_memory, cpu: self.limits.child_cpu, readable: self.fonts.clone() };
        let order = json(&Order { task, cell })?;
        let _slot = self.slots.acquire().await.map_err(io::Error::other)?;
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(order)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let out = child.stdout.take();
        let ended = timeout(Duration::from_secs(self.limits.child_seconds), async {
            let answer = read(out, most).await?;
            Ok::<_, io::Error>((answer, child.wait().await?))
        });
        let Ok(ended) = ended.await else {
            child.kill().await?;
            return Err(NoPicture::Stopped);
        };
        let (answer, status) = ended?;
        match status.code() {
            Some(0) if answer.len() as u64 <= most => Ok(answer),
            Some(0) => Err(NoPicture::Large),
            // Killed by a limit, or ended by itself when the memory gave out.
            None => Err(NoPicture::Stopped),
            Some(code) => Err(match Fault::of(code) {
                Some(Fault::NoPage) => NoPicture::NoPage,
                Some(Fault::Large) => NoPicture::Large,
                Some(Fault::Setup) => NoPicture::Io(io::Error::other("its limits could not be set")),
                Some(Fault::Unreadable | Fault::Answer) | None => NoPicture::Unreadable,
            }),
        }
    }
}

fn json(order: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(order).map_err(io::Error::other)
}

/// Reads at most one byte more than may be; the pipe is closed then, and the child ends.
async fn read(out: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    if let Some(out) = out {
        out.take(most + 1).read_to_end(&mut answer).await?;
    }
    Ok(answer)
}
