//! What a notice is about, as ids.

use serde::{Deserialize, Serialize};

use crate::{
    Id,
    id::{ReceiptId, ReceiptNo, noun},
};

/// Ids alone: whoever reads a notice asks for what stands behind them under the rights that he has then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// Which record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Id<noun::Record>>,
    /// In which round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<i32>,
    /// At which revision of its draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rev: Option<i32>,
    /// Whose step it was, or where it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<Id<noun::Org>>,
    /// The receipt at that organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no: Option<ReceiptNo>,
    /// Which post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<Id<noun::Post>>,
    /// Which file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Id<noun::File>>,
}

impl Subject {
    /// The receipt that it is about, where it is about one.
    pub const fn receipt(&self) -> Option<ReceiptId> {
        match (self.org, self.no) {
            (Some(org), Some(no)) => Some(ReceiptId { org, no }),
            _ => None,
        }
    }
}
