//! The reviewed table of formats: media type, names, and PRONOM identifiers by version.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::reason::Named;

/// How a format is to be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// In the child process.
    Pdf,
    /// A ZIP with OFD.xml (GB/T 33190).
    Ofd,
    /// A ZIP by ISO/IEC 29500.
    Ooxml,
    /// A ZIP by ISO/IEC 26300.
    Odf,
    /// Any other ZIP.
    Zip,
    /// Compound files: the old office formats, and encrypted new ones.
    Ole,
    /// Pictures whose size is read.
    Image,
    /// Plain text.
    Text,
    /// XML without scripts.
    Xml,
    /// Runs scripts where it is shown.
    Active,
    /// Archives that are not opened.
    Closed,
    /// Nothing to look into: sound, film and the rest.
    Other,
}

/// One format.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Format {
    /// The one media type that it goes by here.
    pub media_type: String,
    /// Other media types for it.
    #[serde(default)]
    pub also: Vec<String>,
    /// How it is looked into.
    pub kind: Kind,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Extensions that agree with it, without the dot.
    pub extensions: Vec<String>,
    /// PRONOM identifier, whatever the version.
    #[serde(default)]
    pub puid: Option<String>,
    /// PRONOM identifiers by version.
    #[serde(default)]
    pub versions: BTreeMap<String, String>,
    /// On the list that a tenant begins with.
    #[serde(default)]
    pub usual: bool,
}

impl Format {
    /// What to call it.
    pub fn named(&self) -> Named {
        Named { zh: self.zh.clone(), en: self.en.clone() }
    }

    /// The PRONOM identifier of a version; `None` where the table does not know one.
    pub fn puid(&self, version: Option<&str>) -> Option<&str> {
        version.and_then(|version| self.versions.get(version)).or(self.puid.as_ref()).map(String::as_str)
    }

    /// Whether a name with this extension says the same. A name without one says nothing.
    pub fn agrees(&self, extension: &str) -> bool {
        self.extensions.is_empty() || self.extensions.iter().any(|known| known == extension)
    }
}

#[expect(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
static ALL: LazyLock<Vec<Format>> =
    LazyLock::new(|| serde_json::from_str(domain::file::FORMATS).expect("data/formats.json"));

/// All formats of the table.
pub fn all() -> &'static [Format] {
    &ALL
}

/// The format of a media type, or of another name for it; one that the table does not have stands for itself.
pub fn of(media_type: &str) -> Format {
    let known =
        ALL.iter().find(|format| format.media_type == media_type || format.also.iter().any(|also| also == media_type));
    known.cloned().unwrap_or_else(|| Format {
        media_type: media_type.to_owned(),
        also: Vec::new(),
        kind: Kind::Other,
        zh: format!("未列入的格式 {media_type}"),
        en: format!("format not listed, {media_type}"),
        extensions: Vec::new(),
        puid: None,
        versions: BTreeMap::new(),
        usual: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let mut seen = std::collections::BTreeSet::new();
        for format in all() {
            for name in std::iter::once(&format.media_type).chain(&format.also) {
                assert!(seen.insert(name), "{name} stands twice");
            }
            for puid in format.puid.iter().chain(format.versions.values()) {
                let number = puid.strip_prefix("fmt/").or_else(|| puid.strip_prefix("x-fmt/"));
                assert!(number.is_some_and(|number| number.parse::<u16>().is_ok()), "{puid}");
            }
            assert!(!(format.usual && matches!(format.kind, Kind::Active | Kind::Closed)), "{}", format.media_type);
        }
        assert_eq!(of("application/pdf").puid(Some("1.4")), Some("fmt/18"));
        assert_eq!(of("application/ofd").puid(None), None);
        assert_eq!(of("image/apng").media_type, "image/png");
        assert_eq!(of("application/x-unheard-of").puid(None), None);
    }
}
