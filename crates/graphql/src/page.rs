//! Pages by keyset: opaque cursors, `first` from 1 to 100.

use async_graphql::{
    Error, OutputType,
    connection::{Connection, CursorType, Edge, EmptyFields},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Locale;
use serde::{Serialize, de::DeserializeOwned};

/// A position in a list; what it holds is the list's own affair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

impl CursorType for Cursor {
    type Error = std::convert::Infallible;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        Ok(Self(text.to_owned()))
    }

    fn encode_cursor(&self) -> String {
        self.0.clone()
    }
}

impl Cursor {
    /// Hides a key.
    pub fn hide(key: &impl Serialize) -> Self {
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// Reads it back.
    pub fn reveal<K: DeserializeOwned>(&self) -> Option<K> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&self.0).ok()?).ok()
    }
}

/// What a list was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<K> {
    /// Items at the most.
    pub first: u32,
    /// After which key.
    pub after: Option<K>,
}

/// Reads `first` and `after`; a wrong one is a refusal of the request.
pub fn asked<K: DeserializeOwned>(
    first: Option<i32>,
    after: Option<String>,
    locale: Locale,
) -> Result<Asked<K>, Error> {
    let bad = |zh, en| crate::request::bad_request(locale, zh, en);
    let first = first.unwrap_or(20);
    let first = u32::try_from(first)
        .ok()
        .filter(|first| (1..=100).contains(first))
        .ok_or_else(|| bad("first 须在 1 至 100 之间", "first is 1 to 100"))?;
    let after = after
        .map(|text| {
            Cursor(text).reveal().ok_or_else(|| bad("after 不是本列表给出的游标", "after is no cursor of this list"))
        })
        .transpose()?;
    Ok(Asked { first, after })
}

/// A connection of a page of items, each with its key; `more` tells whether others follow.
pub fn connection<T: OutputType, K: Serialize>(
    items: impl IntoIterator<Item = (K, T)>,
    more: bool,
    after: bool,
) -> Connection<Cursor, T, EmptyFields, EmptyFields> {
    let mut page = Connection::new(after, more);
    page.edges.extend(items.into_iter().map(|(key, node)| Edge::new(Cursor::hide(&key), node)));
    page
}
