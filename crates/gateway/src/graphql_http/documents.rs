//! Operations that are known by their hash: those of the pages that this build serves (GraphQL over HTTP, appendix A).

use std::{collections::HashMap, sync::Arc};

use serde::Deserialize;

/// Texts by `sha256:` and the hash of each. Cheap to clone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "HashMap<String, String>")]
pub struct Documents(Arc<HashMap<String, String>>);

impl From<HashMap<String, String>> for Documents {
    fn from(texts: HashMap<String, String>) -> Self {
        Self(Arc::new(texts))
    }
}

impl Documents {
    /// The text of a hash.
    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}
