//! Where a file stands for whoever reads it: behind `/files/`.

use std::fmt;

use crate::{
    Id,
    id::{ReceiptId, noun},
};

/// A file of an own record, of a received one, or one that its reader has uploaded himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileAddress {
    /// The file with this number of a version of an own record.
    Record(Id<noun::Record>, i32, i16),
    /// The file with this number of the version that was received.
    Receipt(ReceiptId, i16),
    /// A kept file that one has uploaded.
    Own(Id<noun::File>),
}

impl FileAddress {
    /// Of an own record; as the parts of a path are written.
    pub fn of_record(record: &str, version: &str, n: &str) -> Option<Self> {
        let record = format!("record:{record}").parse().ok()?;
        Some(Self::Record(record, version.parse().ok()?, n.parse().ok()?))
    }

    /// Of a received one.
    pub fn of_receipt(receipt: &str, n: &str) -> Option<Self> {
        Some(Self::Receipt(format!("receipt:{receipt}").parse().ok()?, n.parse().ok()?))
    }

    /// Of one's own uploads.
    pub fn own(file: &str) -> Option<Self> {
        Some(Self::Own(format!("file:{file}").parse().ok()?))
    }
}

impl fmt::Display for FileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(record, version, n) => write!(f, "record/{}/{version}/{n}", record.uuid().simple()),
            Self::Receipt(ReceiptId { org, no }, n) => write!(f, "receipt/{}.{}/{n}", org.uuid().simple(), no.0),
            Self::Own(file) => write!(f, "own/{}", file.uuid().simple()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back() {
        let id = "0190c0de000070008000000000000001";
        let own = FileAddress::of_record(id, "2", "3").unwrap();
        assert_eq!(own.to_string(), format!("record/{id}/2/3"));
        let held = FileAddress::of_receipt(&format!("{id}.12"), "1").unwrap();
        assert_eq!(held.to_string(), format!("receipt/{id}.12/1"));
        assert_eq!(FileAddress::own(id).unwrap().to_string(), format!("own/{id}"));
        assert_eq!(FileAddress::of_record(id, "x", "3"), None);
        assert_eq!(FileAddress::of_receipt(id, "1"), None);
    }
}
