//! What was found wrong in a place, and what became of it.

use domain::tenant::TenantId;

use crate::digest::Sha256Digest;

/// Which of the two things that a place holds of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The body.
    Body,
    /// The list of its chunks.
    List,
}

/// How a place fails to give something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there, though the place is.
    Missing,
    /// It is so many bytes long and should not be.
    Length(u64),
    /// Its bytes are others than those that were put.
    Wrong,
    /// It is there and cannot be read (the words of the system).
    Unreadable(String),
    /// The place does not answer, or is not what was set up: nothing can be said of the body, and nothing is healed.
    Away(String),
}

impl Fault {
    /// The thing itself is damaged, so that it has to be written anew.
    pub const fn is_damage(&self) -> bool {
        !matches!(self, Self::Away(_))
    }
}

/// What became of something that was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// It was written anew from what is good, and verified.
    Healed,
    /// Every place was asked, and none has what is good.
    Lost,
    /// A place that may have what is good, or that was to be written to, does not answer: nothing is known, and it is looked at again.
    Open,
}

/// Something was wrong in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Whose body it is.
    pub tenant: TenantId,
    /// Which.
    pub digest: Sha256Digest,
    /// Name of the place.
    pub place: &'static str,
    /// Body or list.
    pub part: Part,
    /// What was found.
    pub fault: Fault,
    /// What became of it.
    pub remedy: Remedy,
}
