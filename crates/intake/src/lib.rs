//! What an uploaded file is, and whether it may come in: names, identification by content, guards, virus scan, and
//! pictures of pages made in a process with limits. Nothing here is stored, and nothing of a content is logged.

pub mod child;
pub mod disposition;
pub mod examine;
pub mod format;
pub mod guard;
pub mod identify;
pub mod limits;
pub mod name;
pub mod picture;
pub mod reason;
pub mod sandbox;
pub mod scan;
mod settings;
mod text;

pub use child::{Children, NoPicture};
pub use examine::{Error, Examined, Examiner, Verdict};
pub use identify::Identity;
pub use limits::{Limits, Policy};
pub use name::FileName;
pub use reason::{Reason, Warning};
pub use scan::{Scan, Scanner};
pub use settings::Settings;
