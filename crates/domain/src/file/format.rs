//! The formats that a tenant may take.

use std::sync::LazyLock;

use serde::Deserialize;

/// The reviewed table of formats: media type, names, PRONOM identifiers by version. `intake` reads the rest of it.
pub const FORMATS: &str = include_str!("../../data/formats.json");

/// A format that a tenant may put on its list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownFormat {
    /// Media type.
    pub media_type: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// On the list that a tenant begins with.
    #[serde(default)]
    pub usual: bool,
    kind: String,
}

#[expect(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
static KNOWN: LazyLock<Vec<KnownFormat>> = LazyLock::new(|| {
    let all: Vec<KnownFormat> = serde_json::from_str(FORMATS).expect("data/formats.json");
    // What runs scripts, and archives that nobody could look into, are refused whatever a list says.
    all.into_iter().filter(|format| !matches!(format.kind.as_str(), "active" | "closed")).collect()
});

/// Those that may be on a list, in the order of the table.
pub fn known() -> &'static [KnownFormat] {
    &KNOWN
}
