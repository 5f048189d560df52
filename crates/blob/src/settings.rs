//! Settings of the bodies, `[blobs]`.

use std::{fs, io, path::PathBuf};

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// Where bodies lie and how many of them move at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Folder of what is not said otherwise.
    pub folder: PathBuf,
    /// Folder of uploads that are not promoted, on this machine; without one, `staging` in `folder`. On the file system
    /// of the main place a body is not copied there.
    pub staging: Option<PathBuf>,
    /// The main place; without one, the folder `main` in `folder`.
    pub main: Option<PlaceSettings>,
    /// The place of the second copy, on other disks than the main place; without one there is no second copy.
    pub copy: Option<PlaceSettings>,
    /// Seconds that a new writer of an upload waits for the one before it to stop.
    #[schemars(range(min = 1, max = 60))]
    pub takeover_seconds: u64,
    /// Uploads that are hashed or promoted at the same time.
    #[schemars(range(min = 1, max = 64))]
    pub promotions: usize,
    /// MiB that a scrub reads per second, all places together.
    #[schemars(range(min = 1, max = 100_000))]
    pub scrub_mib_per_second: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            folder: PathBuf::from(".fonds/blobs"),
            staging: None,
            main: None,
            copy: None,
            takeover_seconds: 10,
            promotions: 2,
            scrub_mib_per_second: 50,
        }
    }
}

impl Settings {
    /// Folder of the staging area.
    pub fn staging_folder(&self) -> PathBuf {
        self.staging.clone().unwrap_or_else(|| self.folder.join("staging"))
    }

    /// The main place.
    pub fn main_place(&self) -> PlaceSettings {
        self.main.clone().unwrap_or_else(|| PlaceSettings::Folder { path: self.folder.join("main") })
    }
}

/// A place that holds bodies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlaceSettings {
    /// A folder of a local disk, or of one that is mounted.
    Folder {
        /// The folder; it is made where it is not there.
        path: PathBuf,
    },
    /// A bucket of an S3 server.
    S3(S3Settings),
}

/// A bucket of an S3 server. It has to be there.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// Address of the server, e.g. `https://s3.example.cn`; without one, that of AWS in the region.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Region.
    #[serde(default = "region")]
    pub region: String,
    /// Bucket.
    pub bucket: String,
    /// Id of the access key.
    pub key_id: String,
    /// Secret of the access key.
    #[serde(default, serialize_with = "hidden")]
    #[schemars(with = "Option<String>")]
    pub secret: Option<SecretString>,
    /// A file that holds `secret`.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// The bucket is named in the path, as own servers want it; off, it is part of the host name.
    #[serde(default = "yes")]
    pub path_style: bool,
    /// http is allowed. Only for a server on one's own machine.
    #[serde(default)]
    pub allow_http: bool,
}

/// What cannot be so.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither or both of `secret` and `secret_file`.
    #[error("blobs: the place in bucket `{0}` needs either `secret` or `secret_file`")]
    Secret(String),
    /// The file cannot be read.
    #[error("blobs: `secret_file` cannot be read: {0}")]
    SecretFile(#[source] io::Error),
}

impl S3Settings {
    /// The secret, from wherever it is.
    pub(crate) fn secret(&self) -> Result<SecretString, SettingsError> {
        match (&self.secret, &self.secret_file) {
            (Some(secret), None) => Ok(secret.clone()),
            (None, Some(file)) => {
                let text = fs::read_to_string(file).map_err(SettingsError::SecretFile)?;
                Ok(SecretString::from(text.trim_end()))
            }
            (None, None) | (Some(_), Some(_)) => Err(SettingsError::Secret(self.bucket.clone())),
        }
    }
}

impl PartialEq for S3Settings {
    fn eq(&self, other: &Self) -> bool {
        let Self { endpoint, region, bucket, key_id, secret, secret_file, path_style, allow_http } = self;
        let plain = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        (endpoint, region, bucket, key_id) == (&other.endpoint, &other.region, &other.bucket, &other.key_id)
            && (secret_file, path_style, allow_http) == (&other.secret_file, &other.path_style, &other.allow_http)
            && plain(secret) == plain(&other.secret)
    }
}
impl Eq for S3Settings {}

fn region() -> String {
    "us-east-1".to_owned()
}

const fn yes() -> bool {
    true
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn hidden<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|_| "[secret]").serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = r#"{"kind": "s3", "bucket": "fonds", "key_id": "k", "secret": "geheim"}"#;

    #[test]
    fn a_secret_is_read_and_never_shown() {
        let place: PlaceSettings = serde_json::from_str(PLACE).unwrap();
        let PlaceSettings::S3(s3) = &place else { panic!("not an S3 place") };
        assert_eq!(s3.secret().unwrap().expose_secret(), "geheim");
        assert!(s3.path_style && !s3.allow_http);
        assert!(!format!("{place:?}{}", serde_json::to_string(&place).unwrap()).contains("geheim"));
    }

    #[test]
    fn unknown_keys_and_a_place_without_a_secret_are_refused() {
        assert!(serde_json::from_str::<PlaceSettings>(&PLACE.replace("key_id", "key")).is_err());
        assert!(serde_json::from_str::<PlaceSettings>(r#"{"kind": "folder", "path": "a", "bucket": "b"}"#).is_err());
        let place: PlaceSettings = serde_json::from_str(&PLACE.replace(r#", "secret": "geheim""#, "")).unwrap();
        let PlaceSettings::S3(s3) = &place else { panic!("not an S3 place") };
        assert!(matches!(s3.secret(), Err(SettingsError::Secret(_))));
    }

    #[test]
    fn without_any_setting_all_is_under_one_folder() {
        let settings: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.staging_folder(), PathBuf::from(".fonds/blobs/staging"));
        assert_eq!(settings.main_place(), PlaceSettings::Folder { path: PathBuf::from(".fonds/blobs/main") });
        assert_eq!(settings.copy, None);
    }
}
