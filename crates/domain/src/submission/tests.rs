//! Random histories of one submission: it ends where its route ends, nobody decides his own, a recall undoes one step.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn account(n: u128) -> Id<noun::Account> {
    Id::of(Uuid::from_u128(n))
}

fn org(n: u128) -> Id<noun::Org> {
    Id::of(Uuid::from_u128(1_000 + n))
}

fn sent(levels: u128) -> Submission {
    Submission {
        record: Id::of(Uuid::from_u128(7)),
        round: 1,
        state: SubmissionState::InReview,
        chain: Vec::new(),
        route: (0..levels).map(org).collect(),
        position: 1,
        submitted_by: account(1),
        author: account(2),
        approved_by: None,
    }
}

#[test]
fn a_level_that_does_not_exist_is_skipped_and_said() {
    let stop = |n, level, kind| Stop { place: Place { org: org(n), path: format!("{n}/"), level: Level(level) }, kind };
    let chain = [stop(0, 5, OrgKind::Branch), stop(1, 4, OrgKind::WorkCommittee), stop(2, 2, OrgKind::Committee)];
    let asked = Route { levels: vec![4, 3], kinds: vec![] };
    assert_eq!(route(&chain, &asked), Routed { stops: vec![org(1)], skipped: vec![Level(3)] });
    let kinds = Route { levels: vec![], kinds: vec![OrgKind::Committee] };
    assert_eq!(route(&chain, &kinds).stops, [org(2)]);
}

#[test]
fn nobody_decides_his_own_submission() {
    assert_eq!(sent(1).decide(org(0), Verdict::Approve, account(1)).unwrap_err().code, Code::OwnSubmission);
    assert_eq!(sent(1).decide(org(0), Verdict::Return, account(2)).unwrap_err().code, Code::OwnSubmission);
    assert_eq!(sent(1).decide(org(1), Verdict::Approve, account(2)).unwrap_err().code, Code::WrongState);
}

#[test]
fn who_may_not_confirm_his_own_asks_another() {
    let (own, above) = (Routed { stops: vec![], skipped: vec![] }, Routed { stops: vec![org(1)], skipped: vec![] });
    let (writer, other) = (account(1), account(2));
    assert_eq!(check_confirmation(&own, writer, writer).unwrap_err().code, Code::OwnSubmission);
    assert_eq!(check_request(&own, writer, writer), Ok(()));
    for (routed, who) in [(&own, other), (&above, writer), (&above, other)] {
        assert_eq!(check_confirmation(routed, writer, who), Ok(()));
        assert_eq!(check_request(routed, writer, who).unwrap_err().code, Code::WrongState);
    }
}

proptest! {
    #[test]
    fn every_history_keeps_the_rules(levels in 1u128..5, steps in proptest::collection::vec((0u8..3, 1u128..5), 0..20)) {
        let mut now = sent(levels);
        for (what, who) in steps {
            let who = account(who);
            let before = now.clone();
            let outcome = match what {
                0 | 1 => {
                    let at = before.pending_at().unwrap_or_else(|| org(0));
                    let verdict = if what == 0 { Verdict::Approve } else { Verdict::Return };
                    let outcome = before.clone().decide(at, verdict, who);
                    if outcome.is_ok() {
                        prop_assert_ne!(who, before.submitted_by, "somebody decided his own submission");
                    }
                    outcome
                }
                _ => before.clone().recall(who),
            };
            if let Ok((after, next)) = outcome {
                prop_assert_eq!(before.state, SubmissionState::InReview, "something happened after the end");
                match next {
                    Next::Receives(org) => prop_assert_eq!(after.pending_at(), Some(org)),
                    Next::Final => prop_assert_eq!(before.position, before.route.len()),
                    Next::Back => prop_assert!(after.pending_at().is_none()),
                }
                now = after;
            }
        }
    }
}

#[test]
fn a_remark_with_a_state_secret_mark_is_refused_with_a_return_and_with_an_approval_and_repeated_nowhere() {
    let mark = "见附件（机密★10年）";
    let comment = |text: &str| Comment { path: "/present".to_owned(), text: text.to_owned() };
    let reasons = vec![ReturnReason::Content];
    for verdict in [Verdict::Return, Verdict::Approve] {
        let noted = Remarks { reasons: reasons.clone(), comments: Vec::new(), note: Some(mark.to_owned()) };
        let commented = Remarks { reasons: reasons.clone(), comments: vec![comment(mark)], note: None };
        for (remarks, path) in [(noted, vec!["note"]), (commented, vec!["comments", "0"])] {
            let problems = remarks.check(verdict);
            let [problem] = problems.as_slice() else { panic!("{problems:?}") };
            assert_eq!(problem.path, path);
            assert!(problem.zh.contains("保密办") && !problem.zh.contains("机密") && !problem.en.contains("机密"));
        }
        let plain = Remarks {
            reasons: reasons.clone(),
            comments: vec![comment("秘密投票")],
            note: Some("请注意机密性".to_owned()),
        };
        assert_eq!(plain.check(verdict), []);
    }
}
