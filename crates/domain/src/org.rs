//! Organisations: kinds, codes, names and their place in the tree.

pub mod change;

use chrono::NaiveDate;
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

/// An organisation as it stands on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Its identity, the same for ever.
    pub id: Id<noun::Org>,
    /// The superior; none at the top of the tenant.
    pub parent: Option<Id<noun::Org>>,
    /// 党组织代码, unique in the tenant.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: Option<String>,
    /// Kind.
    pub kind: OrgKind,
    /// 1 at the top.
    pub level: Level,
    /// At work or abolished.
    pub state: OrgState,
    /// 成立日期.
    pub established_on: Option<NaiveDate>,
    /// 撤销日期.
    pub closed_on: Option<NaiveDate>,
}

/// How an organisation was set up, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Description {
    /// 组建方式.
    pub formation: Option<String>,
    /// 所在单位名称.
    pub unit_name: Option<String>,
    /// 所在单位代码.
    pub unit_code: Option<String>,
    /// 所在单位类别.
    pub unit_category: Option<String>,
    /// 任期起始.
    pub term_start: Option<NaiveDate>,
    /// 任期年数.
    pub term_years: Option<i16>,
}

impl Description {
    /// Checks every field; names the faulty ones.
    pub fn parse(self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut text = |field: &'static str, longest, text: Option<String>| {
            parse_text(field, longest, text).unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        let ready = Self {
            formation: text("formation", 60, self.formation),
            unit_name: text("unitName", 200, self.unit_name),
            unit_code: text("unitCode", 40, self.unit_code),
            unit_category: text("unitCategory", 60, self.unit_category),
            ..self
        };
        if ready.term_years.is_some_and(|years| !(1..=10).contains(&years)) {
            problems.push(Problem::new(
                Code::Invalid,
                &["termYears"],
                "任期年数须为 1 至 10 的整数",
                "a term is 1 to 10 whole years",
            ));
        }
        if problems.is_empty() { Ok(ready) } else { Err(problems) }
    }

    /// 任期届满: the day on which the term ends.
    pub fn term_end(&self) -> Option<NaiveDate> {
        let months = u32::try_from(self.term_years?).ok()? * 12;
        self.term_start?.checked_add_months(chrono::Months::new(months))
    }
}

/// How an organisation can be reached; not for everybody in the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// 地址.
    pub address: Option<String>,
    /// 联系人.
    pub contact: Option<String>,
    /// 联系电话.
    pub telephone: Option<String>,
}

impl Contact {
    /// Checks every field; names the faulty ones.
    pub fn parse(self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut text = |field: &'static str, longest, text: Option<String>| {
            parse_text(field, longest, text).unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        let ready = Self {
            address: text("address", 200, self.address),
            contact: text("contact", 60, self.contact),
            telephone: text("telephone", 40, self.telephone),
        };
        if problems.is_empty() { Ok(ready) } else { Err(problems) }
    }
}

words! {
    /// What a version of an organisation changed.
    OrgChange {
        /// Founded here.
        Establish = "establish", "设立";
        /// Taken over by an import.
        Import = "import", "导入";
        /// Renamed.
        Rename = "rename", "更名";
        /// Put below another superior.
        Move = "move", "调整隶属";
        /// Abolished.
        Close = "close", "撤销";
        /// Another detail.
        Describe = "describe", "变更信息";
    }
}

/// One dated version of an organisation, on two axes: when it was true, when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgVersion {
    /// Which.
    pub id: Id<noun::OrgVersion>,
    /// Of which organisation.
    pub org: Id<noun::Org>,
    /// The superior of that time.
    pub parent: Option<Id<noun::Org>>,
    /// Kind of that time.
    pub kind: OrgKind,
    /// Code.
    pub code: String,
    /// Name of that time.
    pub name: String,
    /// Short name of that time.
    pub short_name: Option<String>,
    /// State.
    pub state: OrgState,
    /// Setting.
    pub description: Description,
    /// First day on which it was true.
    pub valid_from: NaiveDate,
    /// First day on which it was true no more.
    pub valid_to: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: chrono::DateTime<chrono::Utc>,
    /// When a later entry took its place.
    pub superseded_at: Option<chrono::DateTime<chrono::Utc>>,
    /// What it changed.
    pub change: OrgChange,
    /// What it rests on.
    pub approval: Approval,
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
    if let Some(problem) = crate::form::marked(&["name"], name) {
        return Err(problem);
    }
    if (1..=200).contains(&length) && crate::form::is_one_line(name) {
        return Ok(name.to_owned());
    }
    Err(Problem::new(
        Code::Invalid,
        &["name"],
        "名称须为 1 至 200 个字符，不含换行等控制字符",
        "a name is 1 to 200 characters without line breaks or other control characters",
    ))
}

/// A line of text that may be left out: blank is none; at most `longest` characters, without control characters.
pub fn parse_text(field: &str, longest: usize, text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if let Some(problem) = crate::form::marked(&[field], text) {
        return Err(problem);
    }
    if text.chars().count() > longest || !crate::form::is_one_line(text) {
        return Err(Problem::new(
            Code::TooLong,
            &[field],
            format!("最多 {longest} 个字符，不含换行等控制字符"),
            format!("at most {longest} characters, without line breaks or other control characters"),
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// What a change of the tree rests on: the approving document and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Approval {
    /// 文号.
    pub document_no: Option<String>,
    /// Date of the document.
    pub document_date: Option<NaiveDate>,
    /// Why, in words.
    pub reason: Option<String>,
}

impl Approval {
    /// Checks every field; names the faulty ones.
    pub fn parse(self) -> Result<Self, Vec<Problem>> {
        let document_no = parse_text("documentNo", 80, self.document_no);
        let reason = parse_text("reason", 500, self.reason);
        match (document_no, reason) {
            (Ok(document_no), Ok(reason)) => Ok(Self { document_no, document_date: self.document_date, reason }),
            (document_no, reason) => Err(document_no.err().into_iter().chain(reason.err()).collect()),
        }
    }
}
