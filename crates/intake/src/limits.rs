//! How much of a file is looked at, and how much it may cost.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Limits of the guard and of the child process; settings of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Members of an archive, those of archives within it included.
    pub members: usize,
    /// Bytes that members may unpack to, beyond the size of the file.
    pub growth: u64,
    /// How many times the size of the file its members may unpack to, once they are above 32 MiB.
    pub ratio: u64,
    /// How deep archives may lie within each other; a document in an archive counts as one.
    pub depth: usize,
    /// Points of a picture.
    pub pixels: u64,
    /// Bytes of text that are read for marks, of one file.
    pub text: u64,
    /// Bytes of a PDF or a picture that the child process reads; a larger PDF is refused.
    pub child_file: u64,
    /// Objects of a PDF.
    pub pdf_objects: usize,
    /// Address space of the child, in bytes.
    pub child_memory: u64,
    /// CPU seconds of the child.
    pub child_cpu: u64,
    /// Seconds by the clock until the child is killed.
    pub child_seconds: u64,
    /// Bytes of a picture that the child makes.
    pub picture: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 20_000,
            growth: 1 << 30,
            ratio: 200,
            depth: 3,
            pixels: 250_000_000,
            text: 64 << 20,
            child_file: 1 << 30,
            pdf_objects: 2_000_000,
            child_memory: 3 << 30,
            child_cpu: 30,
            child_seconds: 60,
            picture: 16 << 20,
        }
    }
}

/// What a tenant takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Media types, as in `domain/data/formats.json`.
    pub allow: BTreeSet<String>,
    /// Take HTML and SVG where their types are on the list; never shown inline all the same.
    pub active: bool,
    /// Bytes of one file.
    pub size: u64,
}

impl Default for Policy {
    /// What archives of party organisations take by default: documents, pictures, sound, film and ZIP; up to 5 GB.
    fn default() -> Self {
        let formats = crate::format::all().iter().filter(|format| format.usual);
        Self { allow: formats.map(|format| format.media_type.clone()).collect(), active: false, size: 5_000_000_000 }
    }
}
