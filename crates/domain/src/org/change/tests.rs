use super::*;
use crate::{
    Id,
    id::noun,
    org::{Approval, Contact, Description, OrgKind},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(n: u128) -> Id<noun::Org> {
    Id::of(uuid::Uuid::from_u128(n))
}

fn standing(n: u128, parent: Option<u128>, path: &str) -> Standing {
    let level = Level(i16::try_from(path.matches('/').count()).unwrap());
    let org = Org {
        id: id(n),
        parent: parent.map(id),
        code: format!("c{n}"),
        name: format!("第{n}党支部"),
        short_name: None,
        kind: OrgKind::Branch,
        level,
        state: OrgState::Active,
        established_on: None,
        closed_on: None,
    };
    let place = Place { org: id(n), path: path.to_owned(), level };
    Standing { org, place, since: day("2020-01-01"), last_change: day("2024-03-01") }
}

fn idle() -> OpenWork {
    OpenWork {
        orgs: 1,
        children: 0,
        posts: 0,
        in_review: 0,
        pending: 0,
        awaited: 0,
        drafts: 0,
        deepest: Level(3),
        child_until: None,
    }
}

fn codes(problems: &[Problem]) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}

const TODAY: &str = "2026-07-30";

#[test]
fn a_change_is_in_force_and_not_before_the_last_one() {
    let (today, last) = (day(TODAY), Some(day("2024-03-01")));
    assert!(check_day(today, today, last).is_ok());
    assert!(check_day(day("2024-03-01"), today, last).is_ok());
    let future = check_day(day("2026-07-31"), today, last).unwrap_err();
    assert!(future.zh.contains("2026-07-31") && future.zh.contains(TODAY));
    let early = check_day(day("2024-02-29"), today, last).unwrap_err();
    assert!(early.zh.contains("2024-03-01") && early.en.contains("2024-03-01"));
}

#[test]
fn nothing_is_founded_below_a_closed_a_late_or_the_last_level() {
    let (parent, today) = (standing(1, None, "1/"), day(TODAY));
    assert!(found(&parent, None, (today, today), 2).is_empty());
    assert_eq!(codes(&found(&parent, None, (today, today), 1)), [Code::Invalid]);
    assert_eq!(codes(&found(&parent, None, (day("2019-12-31"), today), 2)), [Code::BadDate]);
    let at = |level| codes(&found(&parent, Some(Level(level)), (today, today), 3));
    assert_eq!((at(2), at(3)), (vec![], vec![]));
    assert_eq!((at(1), at(4)), (vec![Code::Invalid], vec![Code::Invalid]));
    let mut closed = parent;
    closed.org.state = OrgState::Closed;
    assert_eq!(codes(&found(&closed, None, (today, today), 2)), [Code::Closed]);
}

#[test]
fn a_move_makes_no_cycle_and_fits_the_levels() {
    let today = day(TODAY);
    let (me, below, other) =
        (standing(2, Some(1), "1/2/"), standing(3, Some(2), "1/2/3/"), standing(4, Some(1), "1/4/"));
    let ask = |me: &Standing, superior: &Standing, deepest, levels| {
        let level = level_below(&me.org, &superior.org);
        codes(&relocate(me, Target { superior, level, deepest: Level(deepest) }, (today, today), levels))
    };
    let try_it = |superior: &Standing, deepest, levels| ask(&me, superior, deepest, levels);
    assert_eq!(try_it(&other, 3, 4), []);
    assert_eq!(try_it(&other, 3, 3), [Code::Invalid]);
    let far = standing(5, Some(3), "1/2/3/5/");
    assert_eq!(level_below(&far.org, &other.org), Level(4));
    assert_eq!(level_below(&me.org, &other.org), Level(3));
    assert_eq!(ask(&far, &other, 4, 4), []);
    assert_eq!(try_it(&below, 3, 9), [Code::Cycle]);
    assert_eq!(try_it(&me, 3, 9), [Code::Cycle]);
    let flat = Target { superior: &other, level: Level(2), deepest: Level(3) };
    assert_eq!(codes(&relocate(&me, flat, (today, today), 9)), [Code::Invalid]);
    let top = standing(1, None, "1/");
    assert_eq!(try_it(&top, 3, 9), [Code::Invalid]);
    assert_eq!(ask(&top, &other, 3, 9), [Code::WrongState]);
}

#[test]
fn closing_waits_for_what_is_open_and_says_how_much() {
    let (me, today) = (standing(2, Some(1), "1/2/"), day(TODAY));
    assert!(close(&me, &idle(), today, today).is_empty());
    let busy = OpenWork { children: 3, in_review: 5, pending: 7, ..idle() };
    let problems = close(&me, &busy, today, today);
    assert_eq!(codes(&problems), [Code::StillOpen]);
    assert!(["3", "5", "7"].iter().all(|count| problems[0].zh.contains(count) && problems[0].en.contains(count)));
    let awaited = close(&me, &OpenWork { awaited: 9, ..idle() }, today, today);
    assert_eq!(codes(&awaited), [Code::StillOpen]);
    assert!(
        awaited[0].zh.contains("9 件在别处审核的报送")
            && awaited[0].en.contains("9 submissions under review elsewhere")
    );
    let left = OpenWork { child_until: Some(day("2026-07-01")), ..idle() };
    assert_eq!(codes(&close(&me, &left, day("2026-06-30"), today)), [Code::BadDate]);
    assert!(close(&me, &left, day("2026-07-01"), today).is_empty());
    assert_eq!(codes(&close(&standing(1, None, "1/"), &idle(), today, today)), [Code::WrongState]);
}

#[test]
fn texts_are_trimmed_bounded_and_named() {
    let described =
        Description { unit_name: Some("  村委会 ".into()), formation: Some("  ".into()), ..Description::default() };
    let described = described.parse().unwrap();
    assert_eq!((described.unit_name.as_deref(), described.formation), (Some("村委会"), None));
    let wrong = Description { unit_code: Some("1".repeat(41)), term_years: Some(0), ..Description::default() };
    let fields: Vec<_> = wrong.parse().unwrap_err().into_iter().map(|problem| problem.path.concat()).collect();
    assert_eq!(fields, ["unitCode", "termYears"]);
    assert!(Contact { telephone: Some("0571\n".repeat(2)), ..Contact::default() }.parse().is_err());
    let long = Approval { document_no: Some("号".repeat(81)), reason: Some("因".repeat(501)), document_date: None };
    assert_eq!(long.parse().unwrap_err().len(), 2);
    let term = Description { term_start: Some(day("2024-02-29")), term_years: Some(5), ..Description::default() };
    assert_eq!(term.term_end(), Some(day("2029-02-28")));
}
