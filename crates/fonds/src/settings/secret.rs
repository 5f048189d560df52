//! A setting that never prints itself.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SettingsError;

/// A text that is shown to nobody.
#[derive(Clone)]
pub(crate) struct Secret(SecretString);

impl Secret {
    /// What it is, for whoever needs it.
    pub(crate) fn get(&self) -> SecretString {
        self.0.clone()
    }

    pub(crate) fn new(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// A secret that has to be there.
    pub(super) fn demand(secret: Option<&Self>, key: &'static str) -> Result<SecretString, SettingsError> {
        secret.map(Self::get).ok_or(SettingsError::Missing(key))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}
impl Eq for Secret {}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[secret]")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
