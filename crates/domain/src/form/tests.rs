//! The built-in types as the people who fill them in meet them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const TITLE: &str = "2026年第一季度党员大会";

fn form(code: &str) -> &'static Form {
    built_in_form(&TypeCode::parse(code).unwrap()).unwrap()
}

/// The example of a type with some fields replaced; `null` takes a field away.
fn example(code: &str, changes: &Value) -> Value {
    let mut content = form(code).record_type().example.clone();
    for (pointer, value) in changes.as_object().unwrap() {
        let (outer, name) = pointer.rsplit_once('/').unwrap();
        let fields = content.pointer_mut(outer).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    content
}

fn check(code: &str, changes: &Value) -> Checked {
    form(code).check(TITLE, &example(code, changes))
}

/// `code path` of each problem.
fn said(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{:?} {}", problem.code, problem.path.join("/"))).collect()
}

#[test]
fn every_type_compiles_and_its_example_can_be_submitted_without_a_word() {
    assert_eq!(built_in().len(), crate::record_type::FILES.len());
    for ready in built_in() {
        let of = ready.record_type();
        let checked = ready.check(TITLE, &of.example);
        assert_eq!(checked, Checked::default(), "{}", of.code);
        assert_eq!(ready.check_draft(TITLE, &of.example), [], "{}", of.code);
    }
}

#[test]
fn an_empty_draft_is_kept_and_cannot_be_submitted() {
    for ready in built_in() {
        assert_eq!(ready.check_draft("", &json!({})), []);
        let refusals = ready.check(TITLE, &json!({})).refusals;
        assert!(!refusals.is_empty() && refusals.iter().all(|problem| problem.code == Code::Required));
    }
}

#[test]
fn a_missing_field_is_named_by_its_title_with_the_way_out() {
    let refusals = check("ZBDH", &json!({"/host": null, "/agenda/0/topic": null})).refusals;
    assert_eq!(said(&refusals), ["Required content/host", "Required content/agenda/0/topic"]);
    assert_eq!(refusals[1].zh, "“议题”第 1 项的“题目”必填，请填写后再上报。");
    assert_eq!(refusals[1].en, "\"Agenda\" item 1, \"Topic\" is required: fill it in before submitting.");
    assert_eq!(refusals[0].zh, "“主持人”必填，请填写后再上报。");
}

#[test]
fn a_draft_may_be_half_typed_but_not_of_another_form() {
    let form = form("ZBDH");
    let keeps = |content: Value| form.check_draft(TITLE, &content).is_empty();
    assert!(!keeps(json!({"start_time": "9:", "agenda": [{"subject": "x"}]})));
    assert!(keeps(json!({"start_time": "9:", "host": "", "agenda": [{"due": "2026-"}], "expected": 0})));
    assert_eq!(said(&form.check_draft(TITLE, &json!({"expected": "23"}))), ["Invalid content/expected"]);
    assert_eq!(said(&form.check_draft(TITLE, &json!({"expected": null}))), ["Invalid content/expected"]);
    assert_eq!(said(&form.check_draft(TITLE, &json!({"expected": -1}))), ["Invalid content/expected"]);
    assert_eq!(said(&form.check_draft(TITLE, &json!({"expected": 100_001}))), ["TooLong content/expected"]);
    assert_eq!(said(&form.check_draft(TITLE, &json!({"host": "陈".repeat(51)}))), ["TooLong content/host"]);
    assert_eq!(said(&form.check_draft(TITLE, &json!({"mode": "线下"}))), ["Invalid content/mode"]);
    assert_eq!(said(&form.check_draft(TITLE, &json!([]))), ["Invalid content"]);
}

#[test]
fn a_text_has_as_many_characters_as_letters() {
    assert_eq!(form("ZBDH").check_draft(TITLE, &json!({"host": "陈".repeat(50)})), []);
}

#[test]
fn an_option_is_refused_with_the_options_in_words() {
    let refusals = check("ZBDH", &json!({"/mode": "phone"})).refusals;
    assert_eq!(refusals[0].zh, "“召开方式”只能是：线下、线上、视频。请选择其中之一。");
    let refusals = check("ZBDH", &json!({"/start_time": "25:00", "/agenda/1/due": "2026-02-30"})).refusals;
    assert_eq!(said(&refusals), ["Invalid content/start_time", "Invalid content/agenda/1/due"]);
    assert_eq!(refusals[0].zh, "“开始时间”的格式应如 09:30，请改正。");
}

#[test]
fn an_unknown_field_is_refused_and_not_repeated_unless_it_looks_like_a_field() {
    let refusals = form("ZBDH").check_draft(TITLE, &json!({"attendance": 1, "张三的身份证": "x"}));
    assert_eq!(said(&refusals), ["Invalid content"]);
    assert!(refusals[0].zh.contains("（attendance）") && !refusals[0].zh.contains("身份证"));
}

#[test]
fn a_content_is_bounded_as_a_whole() {
    let many: Vec<Value> = (0..10).map(|_| json!({"topic": "x", "points": "议".repeat(15_000)})).collect();
    assert_eq!(said(&form("ZBDH").check_draft(TITLE, &json!({"agenda": many}))), ["TooLong content"]);
}

#[test]
fn numbers_that_cannot_all_be_true_are_refused() {
    let cases = [
        (json!({"/present": 24, "/absent": null}), "content/present"),
        (json!({"/present": 22}), "content/absent"),
        (json!({"/with_vote_expected": 24}), "content/with_vote_expected"),
        (json!({"/with_vote_present": 23, "/agenda/1/ballots": null}), "content/with_vote_present"),
        (json!({"/agenda/1/ballots/for": 22, "/agenda/1/ballots/total": null}), "content/agenda/1/ballots"),
        (json!({"/agenda/1/ballots/total": 21}), "content/agenda/1/ballots/total"),
        (json!({"/agenda/1/ballots/written": 3}), "content/agenda/1/ballots/written"),
    ];
    for (changes, path) in cases {
        let refusals = check("ZBDH", &changes).refusals;
        assert_eq!(said(&refusals), [format!("Arithmetic {path}")], "{changes}");
    }
    let refusals = check("ZBDH", &json!({"/present": 24, "/absent": null})).refusals;
    assert_eq!(refusals[0].zh, "实到人数（24）多于应到人数（23），请核对这两个数。");
}

#[test]
fn written_opinions_of_the_absent_count_among_the_votes() {
    let voted = json!({"/agenda/1/ballots": {"for": 21, "against": 0, "abstain": 1, "written": 2}});
    assert_eq!(check("ZBDH", &voted), Checked::default());
}

#[test]
fn a_vote_without_quorum_warns_with_its_article_and_can_be_submitted() {
    let few = json!({"/with_vote_present": 11, "/agenda/1/ballots": {"for": 11, "against": 0, "abstain": 0}});
    let checked = check("ZBDH", &few);
    assert_eq!(checked.refusals, []);
    assert_eq!(
        said(&checked.warnings),
        ["Procedure content/with_vote_present", "Procedure content/agenda/1/ballots/for"]
    );
    assert!(checked.warnings.iter().all(|problem| problem.zh.contains("支部工作条例（试行）》第十一条")));
    let rejected = json!({"/agenda/1/ballots": {"for": 8, "against": 12, "abstain": 0}, "/agenda/1/rejected": true});
    assert_eq!(check("ZBDH", &rejected), Checked::default());
    let nobody_voted = json!({"/with_vote_present": 5, "/agenda/1/ballots": null});
    assert_eq!(check("ZBDH", &nobody_voted), Checked::default());
}

#[test]
fn blanks_do_not_fill_a_required_field() {
    for blank in [" ", "\u{3000}\u{3000}", "\n\t", "\u{200b}", "\u{feff} "] {
        let checked = check("ZBDH", &json!({"/host": blank}));
        assert_eq!(said(&checked.refusals), ["Required content/host"], "{blank:?}");
        let within = check("ZBDH", &json!({"/agenda/1/topic": blank}));
        assert_eq!(said(&within.refusals), ["Required content/agenda/1/topic"], "{blank:?}");
    }
}

#[test]
fn comments_find_the_fields_of_the_form_and_no_others() {
    let form = super::built_in_form(&"ZBDH".to_owned().try_into().unwrap()).unwrap();
    for there in ["/title", "/occurredOn", "/present", "/agenda", "/agenda/0", "/agenda/12/ballots/for"] {
        assert!(form.has_field(there), "{there}");
    }
    for none in ["", "/", "present", "/nothing", "/agenda/x", "/agenda/0/nothing", "/present/0", "/title/0"] {
        assert!(!form.has_field(none), "{none}");
    }
}

#[test]
fn an_election_asks_for_four_fifths() {
    let with = |present: i64| {
        let ballots = json!({"issued": present, "returned": present, "valid": present, "invalid": 0});
        let votes = json!({"/present": present, "/ballots": ballots, "/candidates/0/votes": present, "/candidates/1/votes": present});
        check("HJXJ", &votes)
    };
    assert_eq!(with(18), Checked::default(), "18 of 22 are more than four fifths");
    let few = with(17);
    assert_eq!((few.refusals, said(&few.warnings)), (vec![], vec!["Procedure content/present".to_owned()]));
}

#[test]
fn an_election_counts_its_ballots() {
    let cases = [
        (json!({"/ballots/returned": 21, "/ballots/valid": 21}), "content/ballots/returned"),
        (json!({"/ballots/invalid": 1}), "content/ballots/returned"),
        (json!({"/ballots/issued": 21}), "content/ballots/issued"),
        (json!({"/candidates/3/votes": 21}), "content/candidates/3/votes"),
        (json!({"/candidates/3/elected": true, "/candidates/3/votes": 11}), "content/candidates"),
    ];
    for (changes, path) in cases {
        assert_eq!(said(&check("HJXJ", &changes).refusals), [format!("Arithmetic {path}")], "{changes}");
    }
    assert_eq!(said(&check("HJXJ", &json!({"/seats": 4})).warnings), ["Procedure content/candidates"]);
    assert_eq!(check("HJXJ", &json!({"/seats": 4, "/equal_number": true})), Checked::default());
    let minority = check("HJXJ", &json!({"/candidates/2/votes": 10}));
    assert_eq!(said(&minority.warnings), ["Procedure content/candidates/2/votes"]);
}

#[test]
fn a_committee_needs_half_of_its_members() {
    let half = json!({"/expected": 4, "/present": 2, "/absent": null, "/agenda/0/ballots": null});
    assert_eq!(check("ZWH", &half), Checked::default());
    let few = json!({"/present": 2, "/absent": null, "/agenda/0/ballots": null});
    assert_eq!(said(&check("ZWH", &few).warnings), ["Procedure content/present"]);
}

#[test]
fn an_appraisal_grades_the_formal_members_and_no_more_than_a_third_as_excellent() {
    assert_eq!(said(&check("MZPY", &json!({"/qualified": 13})).refusals), ["Arithmetic content/evaluated"]);
    assert_eq!(said(&check("MZPY", &json!({"/formal": 21})).refusals), ["Arithmetic content/evaluated"]);
    let many = check("MZPY", &json!({"/excellent": 8, "/qualified": 13}));
    assert_eq!((many.refusals, said(&many.warnings)), (vec![], vec!["Procedure content/excellent".to_owned()]));
    let graded = check("MZPY", &json!({"/members/1/grade": "qualified"}));
    assert_eq!(said(&graded.warnings), ["Procedure content/members/1/grade"]);
    let unqualified = check("MZPY", &json!({"/basic": 0, "/unqualified": 1}));
    assert_eq!(said(&unqualified.warnings), ["Procedure content/unqualified_handling"]);
    let listed = check("MZPY", &json!({"/excellent": 0, "/qualified": 21}));
    assert_eq!(said(&listed.refusals), ["Arithmetic content/excellent"]);
}

#[test]
fn a_roster_balances() {
    assert_eq!(said(&check("DYMC", &json!({"/formal": 4})).refusals), ["Arithmetic content/total"]);
    assert_eq!(said(&check("DYMC", &json!({"/gained": 2})).refusals), ["Arithmetic content/lost"]);
    let longer = json!({"/total": 5, "/formal": 4, "/gained": 2});
    assert_eq!(said(&check("DYMC", &longer).refusals), ["Arithmetic content/members"]);
    let mut content = example("DYMC", &longer);
    content["members"] = json!([]);
    assert_eq!(form("DYMC").check(TITLE, &content), Checked::default(), "an empty list is no list");
}

#[test]
fn unanimity_without_a_name_is_hinted_at() {
    let hinted = |points: &str| said(&check("ZBDH", &json!({"/agenda/0/points": points})).warnings).len() == 1;
    assert!(hinted("大家一致认为方案可行。"));
    assert!(hinted("会议讨论：大家一致认为方案可行。"));
    assert!(!hinted("陈示一：方案可行。\n沈示六：同意。\n大家一致认为方案可行。"));
    assert!(!hinted("逐条讨论了方案。"));
}

#[test]
fn a_meeting_over_before_it_began_is_hinted_at() {
    assert_eq!(said(&check("ZBDH", &json!({"/end_time": "14:00"})).warnings), ["Procedure content/end_time"]);
}

#[test]
fn absent_persons_are_listed_completely_or_not_at_all() {
    assert_eq!(said(&check("ZBDH", &json!({"/present": 20})).warnings), ["Procedure content/absent"]);
    assert_eq!(check("ZBDH", &json!({"/present": 20, "/absent": null})), Checked::default());
}

#[test]
fn a_state_secret_mark_is_refused_everywhere_and_repeated_nowhere() {
    let secret = "某某事项机密★10年";
    let marked = [
        ("ZBDH", secret, json!({}), "title"),
        ("ZBDH", TITLE, json!({"/agenda/0/points": secret}), "content/agenda/0/points"),
        ("ZBDH", TITLE, json!({"/observers": [secret]}), "content/observers/0"),
        ("GZJH", TITLE, json!({"/goals": "秘 密\n一、……"}), "content/goals"),
        ("GZJH", TITLE, json!({"/机密★": "x"}), "content"),
    ];
    for (code, title, changes, path) in marked {
        let content = example(code, &changes);
        let (draft, checked) = (form(code).check_draft(title, &content), form(code).check(title, &content));
        assert_eq!(said(&draft), [format!("Invalid {path}")]);
        assert_eq!(checked.refusals, draft);
        assert_eq!(checked.warnings, []);
        assert!(draft[0].zh.contains("保密办") && !draft[0].zh.contains("某某") && !draft[0].zh.contains('★'));
    }
    assert_eq!(check("HJXJ", &json!({"/method": "无记名秘密投票。"})), Checked::default());
}

#[test]
fn what_no_database_can_hold_is_refused() {
    let refusals = form("ZBDH").check_draft(TITLE, &json!({"host": "陈\u{0}国平", "place": "a\tb\r\nc"}));
    assert_eq!(said(&refusals), ["Invalid content/host"]);
}

#[test]
fn every_meeting_has_the_same_header() {
    let header = |code: &str| {
        let mut fields = form(code).record_type().form["properties"].as_object().unwrap().clone();
        fields.values_mut().for_each(|field| {
            field.as_object_mut().unwrap().retain(|keyword, _| !matches!(keyword.as_str(), "x-help" | "minItems"));
        });
        fields
    };
    let (general, order) = (header("ZBDH"), form("ZBDH").record_type().form["x-order"].as_array().unwrap());
    let until = order.iter().position(|name| name == "elects").unwrap();
    for code in ["ZWH", "DXZH", "ZZSHH"] {
        let other = header(code);
        for name in order[..until].iter().filter_map(Value::as_str) {
            assert_eq!(other.get(name), general.get(name), "{code} {name}");
        }
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    let names =
        prop_oneof!["[a-z_]{1,9}", Just("agenda".to_owned()), Just("ballots".to_owned()), Just("members".to_owned())];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map(names.clone(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_content_gets_an_answer(content in anything()) {
        for ready in built_in() {
            let checked = ready.check(TITLE, &content);
            let all = checked.refusals.iter().chain(&checked.warnings);
            for problem in all {
                prop_assert!(problem.path.first().is_some_and(|first| first == "content"));
                let unfilled = problem.zh.contains('{') || problem.en.contains('{');
                prop_assert!(!unfilled);
            }
        }
    }

    #[test]
    fn more_present_than_expected_is_always_refused(expected in 1..1000_i64, more in 1..1000_i64) {
        for code in ["ZBDH", "ZWH", "DXZH", "DK", "ZTDR", "ZZSHH", "MZPY", "HJXJ"] {
            let content = example(code, &json!({"/expected": expected, "/present": expected + more}));
            let refused = form(code).check(TITLE, &content).refusals;
            prop_assert!(said(&refused).contains(&"Arithmetic content/present".to_owned()));
        }
    }

    #[test]
    fn what_can_be_submitted_can_be_kept(present in 0..30_i64, votes in 0..30_i64, elects in any::<bool>()) {
        let changes = json!({"/present": present, "/agenda/1/ballots/for": votes, "/elects": elects});
        let content = example("ZBDH", &changes);
        if form("ZBDH").check(TITLE, &content).refusals.is_empty() {
            prop_assert_eq!(form("ZBDH").check_draft(TITLE, &content), []);
        }
    }
}
