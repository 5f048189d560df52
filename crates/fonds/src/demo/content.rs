//! What the sample branches write: contents that fit their forms, from a seeded generator. The people are plainly made up.

use chrono::{Datelike, NaiveDate};
use domain::{record::Writing, record_type::TypeCode};
use rand::{Rng, RngExt as _};
use serde_json::{Value, json};

const SURNAMES: [&str; 12] = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫"];
const GIVEN: [&str; 10] = ["示一", "示二", "示三", "示四", "示五", "样甲", "样乙", "样丙", "样丁", "样戊"];
const TOPICS: [&str; 8] = [
    "学习党章",
    "村集体经济收支",
    "人居环境整治",
    "困难群众走访",
    "防汛值班安排",
    "垃圾分类",
    "志愿服务计划",
    "党员责任区",
];

/// A name that nobody would take for a real one, and that is none of those taken.
pub(super) fn person(chance: &mut impl Rng, taken: &[&str]) -> String {
    let (surname, given) = (pick(chance, &SURNAMES), chance.random_range(0..GIVEN.len()));
    let mut names = (given..given + GIVEN.len()).map(|at| format!("{surname}{}", GIVEN[at % GIVEN.len()]));
    let first = format!("{surname}{}", GIVEN[given]);
    names.find(|name| !taken.contains(&name.as_str())).unwrap_or(first)
}

fn pick<'a>(chance: &mut impl Rng, of: &[&'a str]) -> &'a str {
    of[chance.random_range(0..of.len())]
}

/// What a branch knows of itself.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    /// What it is called for short.
    pub(super) name: String,
    /// Members.
    pub(super) members: i64,
    /// Who speaks for it.
    pub(super) secretary: String,
    /// Who writes.
    pub(super) recorder: String,
}

/// How many came, and who did not: never whoever chairs or writes, nobody twice.
fn attendance(chance: &mut impl Rng, of: &Branch, expected: i64, most_absent: i64) -> (i64, Vec<Value>) {
    let absent = chance.random_range(0..=most_absent.min(expected / 3));
    let reasons = ["sick", "personal", "official", "migrant"];
    let mut names = vec![of.secretary.clone(), of.recorder.clone()];
    let mut list = Vec::new();
    for _ in 0..absent {
        let name = person(chance, &names.iter().map(String::as_str).collect::<Vec<_>>());
        list.push(json!({"name": name, "reason": pick(chance, &reasons)}));
        names.push(name);
    }
    (expected - absent, list)
}

fn meeting(chance: &mut impl Rng, of: &Branch, name: &str, expected: i64, day: NaiveDate) -> Value {
    let (present, absent) = attendance(chance, of, expected, 5);
    let topic = pick(chance, &TOPICS);
    let in_favour = present - chance.random_range(0..=1).min(present - 1);
    let mut content = json!({
        "meeting_name": name, "start_time": "14:30", "end_time": "16:00", "place": "村党群服务中心", "mode": "onsite",
        "host": of.secretary, "recorder": of.recorder, "expected": expected, "present": present,
        "agenda": [
            {"topic": "传达上级部署", "reporter": of.secretary, "points": format!("{}：结合本村实际落实。", of.recorder)},
            {"topic": format!("研究{topic}"), "reporter": of.recorder, "points": format!("{}：同意，抓紧办理。", of.secretary),
             "resolution": format!("同意{topic}方案。"),
             "ballots": {"for": in_favour, "against": 0, "abstain": present - in_favour, "not_voted": 0},
             "responsible": of.recorder, "due": day.to_string()},
        ],
    });
    if !absent.is_empty() {
        content["absent"] = Value::Array(absent);
    }
    content
}

/// Writes one record of a type for a day.
pub(super) fn writing(chance: &mut impl Rng, of_type: &str, of: &Branch, day: NaiveDate) -> Writing {
    let (year, month) = (day.year(), day.month());
    let (title, content) = match of_type {
        "ZTDR" => {
            let (present, _) = attendance(chance, of, of.members, 4);
            let theme = pick(chance, &TOPICS);
            let title = format!("{}{year}年{month}月主题党日（{theme}）", of.name);
            let content = json!({"theme": theme, "fixed_day": 20, "forms": ["study"], "start_time": "08:30", "end_time": "10:30",
                "place": "村党群服务中心", "host": of.recorder, "expected": of.members, "present": present, "summary": format!("开展{theme}，按计划完成。")});
            (title, content)
        }
        "DK" => {
            let (present, _) = attendance(chance, of, of.members, 4);
            let topic = pick(chance, &TOPICS);
            let content = json!({"topic": topic, "lecturer": of.secretary, "lecturer_post": "党支部书记", "class_hours": 2, "start_time": "14:00",
                "end_time": "15:30", "place": "村文化礼堂", "mode": "onsite", "audience": "全体党员", "expected": of.members, "present": present,
                "outline": format!("一、{topic}的意义。\n二、联系本村实际。")});
            (format!("{}{year}年第{}季度党课", of.name, (month - 1) / 3 + 1), content)
        }
        "ZWH" => {
            let name = format!("{year}年{month}月支部委员会会议");
            let content = meeting(chance, of, &name, 5, day);
            (format!("{}{name}", of.name), content)
        }
        "ZBDH" => {
            let name = format!("{year}年第{}季度党员大会", (month - 1) / 3 + 1);
            let mut content = meeting(chance, of, &name, of.members, day);
            content["with_vote_expected"] = content["expected"].clone();
            content["with_vote_present"] = content["present"].clone();
            (format!("{}{name}", of.name), content)
        }
        "MZPY" => {
            let (present, _) = attendance(chance, of, of.members, 2);
            let excellent = of.members / 4;
            let content = json!({"host": of.secretary, "recorder": of.recorder, "place": "村党群服务中心", "expected": of.members, "present": present,
                "formal": of.members, "probationary": 0, "evaluated": of.members, "excellent": excellent,
                "qualified": of.members - excellent, "basic": 0, "unqualified": 0, "committee_opinion": "经支部委员会研究，评定结果如上。"});
            (format!("{}{year}年度民主评议党员", of.name), content)
        }
        "DYMC" => {
            let content = json!({"as_of": format!("{}-12-31", year - i32::from(month < 12)), "total": of.members, "formal": of.members,
                "probationary": 0, "signed_by": of.secretary});
            (format!("{}{year}年党员名册", of.name), content)
        }
        "GZJH" => (
            format!("{}{year}年度工作计划", of.name),
            json!({"year": year, "goals": "一、按时开展“三会一课”。\n二、完成人居环境整治。",
                "tasks": [{"task": "每月20日开展主题党日", "responsible": of.recorder}], "approved_by": "党员大会"}),
        ),
        other => {
            // The type's own example, under the branch's name.
            let code = TypeCode::parse(other);
            let form = code.as_ref().and_then(domain::form::built_in_form);
            let content = form.map_or_else(|| json!({}), |form| form.record_type().example.clone());
            let name = form.map_or(other, |form| form.record_type().name.zh.as_str());
            (format!("{}{year}年{name}", of.name), content)
        }
    };
    Writing { title, occurred_on: day, tags: Vec::new(), confidentiality: 0, content }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn whatever_a_sample_branch_writes_can_be_submitted() {
        let mut chance = rand::rngs::StdRng::seed_from_u64(7);
        for of_type in super::super::plan::TYPES {
            for turn in 0..50 {
                let branch = Branch {
                    name: "示例村".to_owned(),
                    members: chance.random_range(12..60),
                    secretary: person(&mut chance, &[]),
                    recorder: person(&mut chance, &[]),
                };
                let day = NaiveDate::from_ymd_opt(2026, 1 + turn % 12, 20).unwrap();
                let writing = writing(&mut chance, of_type, &branch, day);
                let form = domain::form::built_in_form(&TypeCode::parse(of_type).unwrap()).unwrap();
                let checked = form.check(&writing.title, &writing.content);
                assert!(checked.refusals.is_empty(), "{of_type}: {:?} in {}", checked.refusals, writing.content);
                let absent = writing.content["absent"].as_array().cloned().unwrap_or_default();
                let names: std::collections::BTreeSet<_> = absent.iter().map(|one| one["name"].to_string()).collect();
                assert_eq!(names.len(), absent.len(), "nobody is absent twice: {}", writing.content);
            }
        }
    }
}
