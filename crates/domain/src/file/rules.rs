//! What a tenant may set for its files.

use std::collections::BTreeSet;

use super::{known, size};
use crate::{Code, Problem, tenant::FileRules};

const MIB: i64 = 1024 * 1024;
const GIB: i64 = 1024 * MIB;
const TIB: i64 = 1024 * GIB;

/// Can these rules be kept? Every field that cannot is named.
pub fn check_rules(rules: &FileRules) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut within = |field: &str, bytes: i64, least: i64, most: i64| {
        if !(least..=most).contains(&bytes) {
            problems.push(Problem::new(
                Code::Invalid,
                &[field],
                format!("须为 {} 至 {}（以字节填写）", size(least), size(most)),
                format!("{} to {}, written in bytes", size(least), size(most)),
            ));
        }
    };
    within("largest", rules.largest, MIB, 64 * GIB);
    within("perPerson", rules.per_person, rules.largest.clamp(MIB, 64 * GIB), 1024 * TIB);
    within("perOrg", rules.per_org, rules.largest.clamp(MIB, 64 * GIB), 1024 * TIB);
    if !(1..=720).contains(&rules.unfinished_hours) {
        problems.push(Problem::new(Code::Invalid, &["unfinishedHours"], "须为 1 至 720 小时", "1 to 720 hours"));
    }
    let mut seen = BTreeSet::new();
    for (at, media_type) in rules.types.iter().enumerate() {
        let path = ["types", &at.to_string()];
        if !known().iter().any(|format| format.media_type == *media_type) {
            problems.push(Problem::new(
                Code::Invalid,
                &path,
                "不能接收这种格式；请从 known 所列的格式中选择",
                "this format cannot be taken: choose among those of `known`",
            ));
        } else if !seen.insert(media_type) {
            problems.push(Problem::new(Code::Invalid, &path, "同一格式只写一次", "a format is named once"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_can_be_kept_and_each_wrong_field_is_named() {
        assert_eq!(check_rules(&FileRules::default()), []);
        let wrong = FileRules {
            largest: 10,
            per_person: 1,
            per_org: 1,
            unfinished_hours: 0,
            types: ["application/pdf", "text/html", "application/pdf", "no/such"].map(str::to_owned).to_vec(),
            keep_unscanned: false,
        };
        let paths: Vec<_> = check_rules(&wrong).into_iter().map(|problem| problem.path.join(".")).collect();
        assert_eq!(
            paths,
            ["largest", "perPerson", "perOrg", "unfinishedHours", "types.1", "types.2", "types.3"],
            "pages that run scripts are no choice"
        );
    }
}
