//! Files: what is uploaded, its states, and how it stands in a record.

mod address;
mod format;
mod rules;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{Code, Id, Problem, id::noun, org::words};

pub use self::{
    address::FileAddress,
    format::{FORMATS, KnownFormat, known},
    rules::check_rules,
};

words! {
    /// Where a file stands.
    FileState {
        /// Bytes are still coming.
        Receiving = "receiving", "上传中";
        /// Received whole; in quarantine until it is hashed, identified and scanned.
        Examining = "examining", "检查中";
        /// Kept for good; may be attached.
        Kept = "kept", "已入库";
        /// Not taken, with a reason.
        Refused = "refused", "已拒收";
        /// Never finished, or given up.
        Expired = "expired", "已过期";
    }
}

words! {
    /// What a file is to its record.
    FileRole {
        /// The signed original.
        Original = "original", "正本";
        /// The final wording.
        FinalText = "final_text", "定稿";
        /// An enclosure.
        Enclosure = "enclosure", "附件";
        /// A photograph.
        Photo = "photo", "照片";
        /// A sound recording.
        Audio = "audio", "录音";
        /// A film.
        Video = "video", "录像";
    }
}

/// Files of one record at the most.
pub const MOST: usize = 100;

/// A file in its place in a record, as the receipt vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its number in the record, from 1.
    pub n: i16,
    /// What it is to the record.
    pub role: FileRole,
    /// Name as given; the same name twice is fine.
    pub name: String,
    /// Bytes.
    pub length: i64,
    /// Media type, by content.
    pub media_type: String,
    /// SHA-256, in hex.
    pub sha256: String,
}

/// What a draft's set of files is to be, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Which file.
    pub file: Id<noun::File>,
    /// What it is to the record.
    pub role: FileRole,
}

/// Is this a possible set of files?
pub fn check_set(files: &[Wanted]) -> Vec<Problem> {
    if files.len() > MOST {
        return vec![Problem::new(
            Code::TooMany,
            &["files"],
            format!("一份记录最多 {MOST} 个文件，请合并或分成几份记录"),
            format!("a record has at most {MOST} files: put some together, or write several records"),
        )];
    }
    let mut seen = HashSet::new();
    files
        .iter()
        .enumerate()
        .filter(|(_, wanted)| !seen.insert(wanted.file))
        .map(|(at, _)| {
            Problem::new(
                Code::Invalid,
                &["files", &at.to_string(), "file"],
                "同一个文件只能附一次，请去掉重复的一项",
                "a file stands in a record once: take the second away",
            )
        })
        .collect()
}

/// The file is not there to be attached: unknown, another organisation's, or not kept (yet).
pub fn not_kept(at: usize, state: Option<FileState>) -> Problem {
    let path = ["files", &at.to_string(), "file"];
    match state {
        Some(FileState::Receiving) => Problem::new(
            Code::WrongState,
            &path,
            "文件还在上传，传完后再附",
            "the file is still being uploaded: attach it then",
        ),
        Some(FileState::Examining) => Problem::new(
            Code::WrongState,
            &path,
            "文件正在检查（病毒、格式），通过后再附",
            "the file is being examined (viruses, format): attach it when it has passed",
        ),
        Some(FileState::Refused) => Problem::new(
            Code::WrongState,
            &path,
            "文件未通过检查，不能附上；请看拒收原因，换一个文件上传",
            "the file was refused: see why, and upload another",
        ),
        Some(FileState::Expired) => Problem::new(
            Code::WrongState,
            &path,
            "文件没有在期限内传完，或长期没有附到记录上，已不再保留，请重新上传",
            "the file was not finished in time, or was in no record for long: upload it again",
        ),
        Some(FileState::Kept) | None => Problem::new(
            Code::Invalid,
            &path,
            "本组织没有这个文件，请先上传",
            "your organisation has no such file: upload it first",
        ),
    }
}

/// More than the quota holds.
pub fn over_quota(length: i64, used: i64, quota: i64, of_person: bool) -> Problem {
    let (free, asked) = (size((quota - used).max(0)), size(length));
    if of_person {
        Problem::new(
            Code::TooMany,
            &["length"],
            format!("您的空间只剩 {free}，这个文件要 {asked}；请联系系统管理员"),
            format!("you have {free} left and this file takes {asked}: ask the system administrator"),
        )
    } else {
        Problem::new(
            Code::TooMany,
            &["length"],
            format!("本组织的空间只剩 {free}，这个文件要 {asked}；请联系系统管理员"),
            format!("your organisation has {free} left and this file takes {asked}: ask the system administrator"),
        )
    }
}

/// A single file larger than the tenant takes.
pub fn too_large(length: i64, most: i64) -> Problem {
    Problem::new(
        Code::TooLong,
        &["length"],
        format!("单个文件最大 {}，这个文件有 {}；请压缩或分段后再传", size(most), size(length)),
        format!("a file is at most {}, this one has {}: compress it or cut it into parts", size(most), size(length)),
    )
}

/// Bytes as people say them.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub fn size(bytes: i64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(n: u128) -> Wanted {
        Wanted { file: Id::of(uuid::Uuid::from_u128(n)), role: FileRole::Enclosure }
    }

    #[test]
    fn a_file_stands_in_a_record_once_and_a_hundred_are_enough() {
        assert!(check_set(&[wanted(1), wanted(2)]).is_empty());
        let twice = check_set(&[wanted(1), wanted(2), wanted(1)]);
        assert_eq!(twice.len(), 1);
        assert_eq!(twice[0].path, ["files", "2", "file"]);
        let many: Vec<_> = (0..101).map(wanted).collect();
        assert_eq!(check_set(&many)[0].code, Code::TooMany);
    }

    #[test]
    fn sizes_are_told_as_people_say_them() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KB");
        assert_eq!(size(2 * 1024 * 1024 * 1024), "2.0 GB");
    }
}
