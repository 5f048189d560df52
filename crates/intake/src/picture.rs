//! The child process: one task on one file, which comes in by standard input; the answer goes out by standard output.
//!
//! The binary exposes [`child`] as a hidden command. It runs with an empty environment, inside [`crate::sandbox`].

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read, Write},
    os::fd::AsFd,
    process::ExitCode,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::sandbox::{self, Cell};

mod ofd;
mod pdf;
mod raster;
pub(crate) mod reading;

/// Width and height of a picture that a child has made; none where it is no JPEG. Its head alone is read.
pub fn dimensions(jpeg: &[u8]) -> Option<(u32, u32)> {
    image::ImageReader::with_format(io::Cursor::new(jpeg), image::ImageFormat::Jpeg).into_dimensions().ok()
}

/// What a child is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Look into a PDF; answers a `Reading` as JSON.
    Read {
        /// Bytes of text at most.
        text: u64,
        /// Objects at most.
        objects: usize,
        /// Time after which the text read so far has to do.
        time: Duration,
    },
    /// A picture of a page of a PDF, counted from 1, as JPEG.
    Page {
        /// Which.
        number: usize,
        /// Width in points of the picture.
        width: u16,
    },
    /// A picture of a page of an OFD, counted from 1, as JPEG.
    OfdPage {
        /// Which.
        number: usize,
        /// Width in points of the picture.
        width: u16,
    },
    /// A smaller picture of a picture, as JPEG.
    Scale {
        /// Its media type.
        media_type: String,
        /// Width and height at most.
        side: u32,
        /// Points of the original at most.
        pixels: u64,
    },
}

/// A task with its limits, as the one argument of the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What to do.
    pub task: Task,
    /// The limits.
    pub cell: Cell,
}

/// Why a child has no answer; its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The order or the sandbox is not right.
    Setup = 3,
    /// The file cannot be read.
    Unreadable = 4,
    /// There is no such page.
    NoPage = 5,
    /// It is larger than the limits.
    Large = 6,
    /// The answer could not be written.
    Answer = 7,
}

impl Fault {
    pub(crate) fn of(code: i32) -> Option<Self> {
        [Self::Setup, Self::Unreadable, Self::NoPage, Self::Large, Self::Answer]
            .into_iter()
            .find(|&fault| fault as i32 == code)
    }
}

/// The whole life of a child: its arguments, without the program's name, are one [`Order`] as JSON.
pub fn child(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => ExitCode::from(fault as u8),
    }
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Fault> {
    let order = arguments.into_iter().next().and_then(|order| order.into_string().ok()).ok_or(Fault::Setup)?;
    let order: Order = serde_json::from_str(&order).map_err(|_| Fault::Setup)?;
    // A panic's words may hold something of the file.
    std::panic::set_hook(Box::new(|_| {}));
    sandbox::enter(&order.cell).map_err(|error| {
        let _ = writeln!(io::stderr(), "sandbox: {error}");
        Fault::Setup
    })?;
    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(|_| Fault::Setup)?);
    let length = file.metadata().ok().and_then(|file| usize::try_from(file.len()).ok()).ok_or(Fault::Setup)?;
    let mut body = Vec::with_capacity(length + 1);
    file.read_to_end(&mut body).map_err(|_| Fault::Unreadable)?;
    let answer = match &order.task {
        Task::Read { text, objects, time } => {
            let reading = reading::read(body, *text, *objects, *time);
            serde_json::to_vec(&reading).map_err(|_| Fault::Answer)?
        }
        Task::Page { number, width } => pdf::page(body, *number, *width, &order.cell.readable)?,
        Task::OfdPage { number, width } => ofd::page(body, *number, *width, &order.cell.readable)?,
        Task::Scale { media_type, side, pixels } => raster::scale(&body, media_type, *side, *pixels)?,
    };
    io::stdout().write_all(&answer).and_then(|()| io::stdout().flush()).map_err(|_| Fault::Answer)
}
