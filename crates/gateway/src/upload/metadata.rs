//! `Upload-Metadata`: pairs of a name and a value in base64.

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Id, id::noun};

/// What is said of a file before its bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// `filename` (or `name`): name as given.
    pub(super) name: Option<String>,
    /// `filetype` (or `type`): media type, as the client says.
    pub(super) media_type: Option<String>,
    /// `sha256`, in hex.
    pub(super) sha256: Option<String>,
    /// `post`: the post in whose name it is uploaded.
    pub(super) post: Option<Id<noun::Post>>,
    /// All of it, as given: a client that goes on with an upload is told it again.
    pub(super) given: Option<String>,
}

/// Longer than any name that may be, with what else is said.
const LONGEST: usize = 8192;

impl Metadata {
    /// None: it is not of this form, or too long. What is not known is passed over.
    pub(super) fn read(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut found = Self::default();
        let Some(text) = headers.get(name) else { return Some(found) };
        let text = text.to_str().ok().filter(|text| text.len() <= LONGEST)?;
        found.given = Some(text.to_owned()).filter(|text| !text.is_empty());
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
            let value = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
            match key {
                "filename" | "name" => found.name = Some(value),
                "filetype" | "type" => {
                    found.media_type = Some(value).filter(|value| is_media_type(value));
                }
                "sha256" => found.sha256 = Some(value),
                "post" => found.post = Some(value.parse().ok()?),
                _ => {}
            }
        }
        Some(found)
    }
}

/// What could be a media type; anything else is passed over, the content tells.
fn is_media_type(text: &str) -> bool {
    (3..=255).contains(&text.len())
        && text.contains('/')
        && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Metadata> {
        let name = HeaderName::from_static("upload-metadata");
        Metadata::read(&HeaderMap::from_iter([(name.clone(), text.parse().unwrap())]), &name)
    }

    #[test]
    fn a_chinese_name_comes_whole() {
        let name = STANDARD.encode("三月份党员大会.mp4");
        let found = read(&format!("filename {name},filetype {}, relativePath", STANDARD.encode("video/mp4"))).unwrap();
        assert_eq!(found.name.as_deref(), Some("三月份党员大会.mp4"));
        assert_eq!(found.media_type.as_deref(), Some("video/mp4"));
    }

    #[test]
    fn what_is_no_base64_no_text_or_no_post_is_refused() {
        assert_eq!(read("filename ***"), None);
        assert_eq!(read(&format!("filename {}", STANDARD.encode([0xff, 0xfe]))), None);
        assert_eq!(read(&format!("post {}", STANDARD.encode("org:1"))), None);
    }
}
