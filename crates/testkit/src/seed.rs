//! Two tenants, small and always the same: `zj`, with the five levels of a province, and the hostile `edu`, with three.
//!
//! ```text
//! zj/province 浙江省委
//!   zj/city 杭州市委
//!     zj/county 西湖区委               zj/county2 余杭区委
//!       zj/town 三墩镇  zj/town2 蒋村     zj/town3 瓶窑镇
//!         zj/village  zj/village2  zj/village3 (of town2)  zj/village4 (of town3)
//! edu/university → edu/college → edu/branch, edu/branch2
//! ```
//!
//! At a branch: `recorder`, `recorder2`, `secretary`. At a committee: `reviewer`, `reviewer2`, `archivist`, `org_admin`.
//! At the top also: `system`, `security`, `audit`. Nobody is two of them. Every account has a login (its key with hyphens),
//! [`PASSWORD`] and a bearer token; the ones of `security` carry introspection.

mod rows;

use domain::{Id, id::noun};
use hex::encode;
use sha2::{Digest as _, Sha256};

pub use rows::plant;

/// The password of everybody.
pub const PASSWORD: &str = "Kao-Shan-Deng-2026";

/// An organisation: tenant, key, its superior's key, code, name, kind.
pub(crate) struct Org {
    pub(crate) tenant: &'static str,
    pub(crate) key: &'static str,
    pub(crate) parent: Option<&'static str>,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) level: i16,
}

const fn org(
    tenant: &'static str,
    (level, key, parent): (i16, &'static str, Option<&'static str>),
    (code, name, kind): (&'static str, &'static str, &'static str),
) -> Org {
    Org { tenant, key, parent, code, name, kind, level }
}

/// Superiors stand before those below.
pub(crate) const ORGS: [Org; 15] = [
    org("zj", (1, "province", None), ("33", "中共浙江省委员会", "committee")),
    org("zj", (2, "city", Some("province")), ("3301", "中共杭州市委员会", "committee")),
    org("zj", (3, "county", Some("city")), ("330106", "中共杭州市西湖区委员会", "committee")),
    org("zj", (3, "county2", Some("city")), ("330110", "中共杭州市余杭区委员会", "committee")),
    org("zj", (4, "town", Some("county")), ("330106109", "中共三墩镇委员会", "committee")),
    org("zj", (4, "town2", Some("county")), ("330106013", "中共蒋村街道工作委员会", "work_committee")),
    org("zj", (4, "town3", Some("county2")), ("330110103", "中共瓶窑镇委员会", "committee")),
    org("zj", (5, "village", Some("town")), ("330106109201", "三墩镇华联村党支部", "branch")),
    org("zj", (5, "village2", Some("town")), ("330106109202", "三墩镇绕城村党支部", "branch")),
    org("zj", (5, "village3", Some("town2")), ("330106013201", "蒋村街道深潭口村党支部", "branch")),
    org("zj", (5, "village4", Some("town3")), ("330110103201", "瓶窑镇石濑村党支部", "branch")),
    org("edu", (1, "university", None), ("10", "中共示例大学委员会", "committee")),
    org("edu", (2, "college", Some("university")), ("1001", "中共示例大学文学院委员会", "committee")),
    org("edu", (3, "branch", Some("college")), ("100101", "文学院学生第一党支部", "branch")),
    org("edu", (3, "branch2", Some("college")), ("100102", "文学院教工党支部", "branch")),
];

/// What a level is called, in Chinese and English.
type LevelName = (&'static str, &'static str);

/// Key, name, and levels, the top first.
pub(crate) const TENANTS: [(&str, &str, &[LevelName]); 2] = [
    (
        "zj",
        "浙江（测试）",
        &[
            ("省", "province"),
            ("市", "city"),
            ("县（市、区）", "county"),
            ("乡镇（街道）", "town"),
            ("村（社区）", "village"),
        ],
    ),
    ("edu", "示例大学（测试）", &[("大学", "university"), ("学院", "college"), ("支部", "branch")]),
];

/// Role words of keys, with the role and the duty.
const AT_BRANCH: [(&str, &str); 3] =
    [("recorder", "branch_recorder"), ("recorder2", "branch_recorder"), ("secretary", "branch_secretary")];
const AT_COMMITTEE: [(&str, &str); 4] = [
    ("reviewer", "committee_reviewer"),
    ("reviewer2", "committee_reviewer"),
    ("archivist", "committee_archivist"),
    ("org_admin", "org_admin"),
];
const AT_TOP: [(&str, &str); 3] =
    [("system", "system_admin"), ("security", "security_admin"), ("audit", "audit_admin")];

/// Somebody with one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `tenant/organisation/role`.
    pub key: String,
    /// `tenant/organisation`.
    pub org_key: String,
    /// The role held.
    pub role: &'static str,
    /// What the person is called.
    pub name: String,
}

impl Person {
    /// The tenant's key.
    pub fn tenant(&self) -> &str {
        self.key.split('/').next().unwrap_or_default()
    }

    /// Login.
    pub fn login(&self) -> String {
        self.key.replace('/', "-")
    }

    /// Bearer token.
    pub fn token(&self) -> String {
        format!("{}.{}", self.tenant(), encode(Sha256::digest(format!("token {}", self.key))))
    }

    /// Whether the token carries introspection.
    pub fn introspects(&self) -> bool {
        self.role == "security_admin"
    }

    /// The account's id.
    pub fn account(&self) -> Id<noun::Account> {
        id("account", &self.key)
    }

    /// The post's id.
    pub fn post(&self) -> Id<noun::Post> {
        id("post", &self.key)
    }

    /// Where the post is.
    pub fn org(&self) -> Id<noun::Org> {
        id("org", &self.org_key)
    }
}

/// Everybody.
pub fn people() -> Vec<Person> {
    let mut all = Vec::new();
    for org in &ORGS {
        let branch = org.kind == "branch";
        let roles = if branch { AT_BRANCH.iter() } else { AT_COMMITTEE.iter() };
        let top: &[(&str, &str)] = if org.parent.is_none() { &AT_TOP } else { &[] };
        all.extend(roles.chain(top).map(|&(word, role)| Person {
            key: format!("{}/{}/{word}", org.tenant, org.key),
            org_key: format!("{}/{}", org.tenant, org.key),
            role,
            name: format!("测试人员 {}-{word}", org.key),
        }));
    }
    all
}

/// Somebody by key.
pub fn person(key: &str) -> Option<Person> {
    people().into_iter().find(|person| person.key == key)
}

/// An organisation by `tenant/organisation`.
pub fn org_id(key: &str) -> Option<Id<noun::Org>> {
    ORGS.iter().any(|org| format!("{}/{}", org.tenant, org.key) == key).then(|| id("org", key))
}

/// The same key has the same id in every database.
pub(crate) fn id<T>(kind: &str, key: &str) -> Id<T> {
    let digest = Sha256::digest(format!("{kind} {key}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Id::of(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_is_one_person_with_one_token() {
        let all = people();
        let tokens: BTreeSet<_> = all.iter().map(Person::token).collect();
        assert_eq!(tokens.len(), all.len());
        assert!(all.iter().all(|person| store::Entry::of_token(&person.token()).is_some()));
        assert!(person("zj/village/recorder").is_some() && person("edu/university/audit").is_some());
    }

    #[test]
    fn the_tree_hangs_together() {
        for org in &ORGS {
            let parent = ORGS.iter().find(|other| other.tenant == org.tenant && Some(other.key) == org.parent);
            assert_eq!(parent.map_or(1, |parent| parent.level + 1), org.level, "{}", org.key);
        }
    }
}
