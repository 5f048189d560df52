//! The catalogue of record types: each is one file of data, `schema/record-types/CODE.json`.

use std::{collections::HashMap, fmt, sync::LazyLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Locale,
    form::{Rule, Source, bounds},
    measure::Measure,
    org::{OrgKind, words},
    tenant::Level,
};

/// Code of a record type, e.g. `ZBDH`: 1 to 16 of `A-Z 0-9 -`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TypeCode(String);

impl TypeCode {
    /// Reads a code; none where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= 16
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TypeCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a type code is 1 to 16 of A-Z, 0-9 and '-', beginning with a letter")
    }
}

impl From<TypeCode> for String {
    fn from(code: TypeCode) -> Self {
        code.0
    }
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in a language.
    pub fn pick(&self, locale: Locale) -> &str {
        locale.pick(&self.zh, &self.en)
    }
}

/// The regulation or standard that something rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Title and article in Chinese.
    pub zh: String,
    /// Title and article in English.
    pub en: String,
    /// Quoted from memory or at second hand: to be compared with the official text.
    #[serde(default)]
    pub from_memory: bool,
}

impl Citation {
    pub(crate) fn aside_zh(&self) -> String {
        format!("（依据：{}）", self.zh)
    }

    pub(crate) fn aside_en(&self) -> String {
        format!(" (Basis: {}.)", self.en)
    }
}

words! {
    /// Parts of the catalogue.
    Category {
        /// 组织生活.
        OrganisationalLife = "organisational_life", "组织生活";
        /// 换届选举.
        Election = "election", "换届选举";
        /// 党员管理.
        Members = "members", "党员管理";
        /// 决策.
        Decisions = "decisions", "决策";
        /// 计划总结.
        Plans = "plans", "计划总结";
        /// 其他.
        Other = "other", "其他";
    }
}

/// How long a record is kept (保管期限). A suggestion: the tenant's approved table prevails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// `permanent`, `30y` or `10y`.
    pub code: String,
    /// Chinese, e.g. 永久.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A longer period for records of a certain content, e.g. those that elect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionException {
    /// Holds where this field is filled in.
    pub when: crate::form::Pointer,
    /// The period then.
    #[serde(flatten)]
    pub then: Retention,
}

/// Retention of a type: the default and its exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionTable {
    /// Where no exception holds.
    pub default: Retention,
    /// Looked at in order.
    #[serde(default)]
    pub exceptions: Vec<RetentionException>,
}

impl RetentionTable {
    /// The period of a record of this content.
    pub fn of(&self, content: &Value) -> &Retention {
        let holds = |exception: &&RetentionException| {
            exception.when.values(content, content).into_iter().any(crate::form::is_filled)
        };
        self.exceptions.iter().find(holds).map_or(&self.default, |exception| &exception.then)
    }
}

/// The levels and kinds of superiors that receive a record; empty where it stays in the branch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Levels, 1 at the top.
    #[serde(default)]
    pub levels: Vec<i16>,
    /// Kinds of organisation.
    #[serde(default)]
    pub kinds: Vec<OrgKind>,
}

impl Route {
    /// Does a superior of this level and kind receive the record?
    pub fn asks(&self, level: Level, kind: OrgKind) -> bool {
        self.levels.contains(&level.0) || self.kinds.contains(&kind)
    }
}

/// One version of a record type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordType {
    /// Code, the same in every version.
    pub code: TypeCode,
    /// 1, 2, …; a record stays on the version that it was begun with.
    pub version: i32,
    /// Name.
    pub name: Bilingual,
    /// Part of the catalogue.
    pub category: Category,
    /// What it is for, with an example.
    pub help: Bilingual,
    /// What asks for it.
    pub citation: Vec<Citation>,
    /// How long it is kept.
    pub retention: RetentionTable,
    /// Who receives it unless the tenant says otherwise.
    pub route: Route,
    /// Where its figures come from; a figure not named here is zero.
    pub measures: HashMap<Measure, Source>,
    /// Arithmetic and procedure.
    pub rules: Vec<Rule>,
    /// A content that can be submitted.
    pub example: Value,
    /// JSON Schema (draft 2020-12) of the content.
    pub form: Value,
}

/// A file of the catalogue that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record type refused: {0}")]
pub struct BadType(pub String);

impl RecordType {
    /// Reads a file of the catalogue. Refused: unknown fields, a form without bounds, a rule or measure that points at
    /// a field which the form does not have.
    pub fn parse(text: &str) -> Result<Self, BadType> {
        let parsed: Self = serde_json::from_str(text).map_err(|error| BadType(error.to_string()))?;
        if parsed.version < 1 {
            return Err(BadType(format!("{}: the version is 1 or more", parsed.code)));
        }
        bounds::audit(&parsed).map_err(|reason| BadType(format!("{}: {reason}", parsed.code)))?;
        Ok(parsed)
    }
}

macro_rules! files {
    ($($code:literal),*) => {
        &[$(($code, include_str!(concat!("../../../schema/record-types/", $code, ".json")))),*]
    };
}

/// Code and text of every built-in file, in the order of the catalogue.
pub const FILES: &[(&str, &str)] =
    files!["ZBDH", "ZWH", "DXZH", "DK", "ZTDR", "ZZSHH", "MZPY", "HJXJ", "DYMC", "JY", "GZJH", "GZZJ"];

static BUILT_IN: LazyLock<Vec<RecordType>> =
    LazyLock::new(|| FILES.iter().filter_map(|(_, text)| RecordType::parse(text).ok()).collect());

/// The built-in types, in the order of the catalogue; a test proves that every file can be read.
pub fn built_in() -> &'static [RecordType] {
    &BUILT_IN
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_file_is_read_and_named_after_its_code() {
        for (code, text) in FILES {
            assert_eq!(RecordType::parse(text).unwrap().code.as_str(), *code);
        }
        assert_eq!(built_in().len(), FILES.len());
    }

    #[test]
    fn a_type_written_out_reads_back_the_same() {
        for ready in built_in() {
            let text = serde_json::to_string(ready).unwrap();
            assert_eq!(&RecordType::parse(&text).unwrap(), ready);
        }
    }

    #[test]
    fn a_file_with_a_mistake_is_refused() {
        let spoil = |change: &dyn Fn(&mut Value)| {
            let mut file: Value = serde_json::from_str(FILES[0].1).unwrap();
            change(&mut file);
            RecordType::parse(&file.to_string()).is_err()
        };
        assert!(!spoil(&|_| ()));
        assert!(spoil(&|file| file["colour"] = json!("red")));
        assert!(spoil(&|file| file["code"] = json!("zbdh")));
        assert!(spoil(&|file| file["version"] = json!(0)));
        assert!(spoil(&|file| file["measures"]["present"] = json!("/presence")));
        assert!(spoil(&|file| file["measures"]["late"] = json!("/present")));
        assert!(spoil(&|file| file["rules"][0]["path"] = json!("/presence")));
        assert!(spoil(&|file| file["rules"][0]["code"] = file["rules"][1]["code"].clone()));
        assert!(spoil(&|file| file["form"]["additionalProperties"] = json!(true)));
        assert!(spoil(&|file| file["form"]["properties"]["place"]["maxLength"] = json!(20_001)));
        assert!(spoil(&|file| file["form"]["properties"]["place"]["$ref"] = json!("https://example.org/")));
        assert!(spoil(&|file| file["form"]["x-order"] = json!(["place"])));
        assert!(spoil(&|file| file["form"]["properties"]["present"]["x-usual"]["less"] = json!("/expected")));
        assert!(spoil(&|file| file["form"]["properties"]["present"]["x-usual"]["of"] = json!("/expect")));
    }

    #[test]
    fn a_meeting_that_elects_is_kept_for_ever() {
        let minutes = &built_in()[0];
        assert_eq!(minutes.retention.of(&json!({})).code, "30y");
        assert_eq!(minutes.retention.of(&json!({"elects": true})).code, "permanent");
    }

    #[test]
    fn a_route_names_levels_or_kinds() {
        let route = Route { levels: vec![4], kinds: vec![OrgKind::WorkCommittee] };
        assert!(route.asks(Level(4), OrgKind::Committee));
        assert!(route.asks(Level(2), OrgKind::WorkCommittee));
        assert!(!route.asks(Level(3), OrgKind::Committee));
    }
}
