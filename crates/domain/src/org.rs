//! Organisations: kinds, codes, names and their place in the tree.

use serde::{Deserialize, Serialize};

use crate::{Code, Id, Problem, id::noun, tenant::Level};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word kept in the database and in contracts.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text,)* } }
            /// The Chinese word.
            pub const fn zh(self) -> &'static str { match self { $(Self::$variant => $zh,)* } }
            /// Reads the stored word.
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Self::$variant),)* _ => None } }
        }
    };
}
pub(crate) use words;

words! {
    /// Kinds of party organisations (党组织类别).
    OrgKind {
        /// 党委.
        Committee = "committee", "党委";
        /// 党工委.
        WorkCommittee = "work_committee", "党工委";
        /// 党组.
        LeadingGroup = "leading_group", "党组";
        /// 党总支.
        GeneralBranch = "general_branch", "党总支";
        /// 党支部.
        Branch = "branch", "党支部";
        /// 联合党支部.
        JointBranch = "joint_branch", "联合党支部";
        /// 临时党支部.
        TemporaryBranch = "temporary_branch", "临时党支部";
        /// 党小组.
        Group = "group", "党小组";
    }
}

words! {
    /// Is the organisation at work?
    OrgState {
        /// At work.
        Active = "active", "存续";
        /// Abolished; kept for ever.
        Closed = "closed", "撤销";
    }
}

/// Where an organisation stands: enough to tell relations without the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which organisation.
    pub org: Id<noun::Org>,
    /// Labels from the root, each closed by `/`.
    pub path: String,
    /// 1 at the top.
    pub level: Level,
}

impl Place {
    /// Is `self` the same as `other`, or above it?
    pub fn holds(&self, other: &Place) -> bool {
        other.path.starts_with(&self.path)
    }
}

/// Code of an organisation: 1 to 40 letters, digits, `-`, `_` or `.`.
pub fn parse_code(text: &str) -> Result<String, Problem> {
    let fits = (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if fits {
        return Ok(text.to_owned());
    }
    Err(Problem::new(
        Code::Invalid,
        &["code"],
        "党组织代码须为 1 至 40 位字母、数字、“-”“_”或“.”",
        "an organisation code is 1 to 40 letters, digits, '-', '_' or '.'",
    ))
}

/// Full name of an organisation: 1 to 200 characters on one line, without control characters.
pub fn parse_name(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    let length = name.chars().count();
    if (1..=200).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Problem::new(
        Code::Invalid,
        &["name"],
        "名称须为 1 至 200 个字符，不含换行等控制字符",
        "a name is 1 to 200 characters without line breaks or other control characters",
    ))
}

/// What a change of the tree rests on: the approving document and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Approval {
    /// 文号.
    pub document_no: Option<String>,
    /// Date of the document.
    pub document_date: Option<chrono::NaiveDate>,
    /// Why, in words.
    pub reason: Option<String>,
}
