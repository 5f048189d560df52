//! Random policies, posts and objects: table, casbin, explanation, scope and a second reading of the lines agree.

use domain::{Locale, org::Place};
use proptest::{prelude::*, sample::select};

use super::{actor, builtin, id, place, tenant};
use crate::{
    Action, Actor, EVERYONE, Effect, Line, MEMBER, Object, Relation, Stand, TenantPolicy, act, ask::Enforcers,
    table::Cell,
};

const OWN: &[(&str, &str)] = &[("deputy", "committee_reviewer"), ("registrar", "org_admin")];
/// Few of each, so that lines, posts and questions meet often.
const ROLES: &[&str] = &["deputy", "registrar", "committee_reviewer", "org_admin"];
const ACTIONS: &[Action] = &[
    Action::ViewRecord,
    Action::ApproveReceipt,
    Action::ViewFigure,
    Action::ViewOrg,
    Action::CreateOrg,
    Action::ExplainPolicy,
];
const PLACES: &[&str] = &["1/", "1/2/", "1/2/3/", "1/2/3/4/", "1/2/5/", "1/6/", "1/6/7/", "1/2/3/4/8/"];

fn line() -> impl Strategy<Value = String> {
    let relation = select(&["self", "self", "descendant", "ancestor", "none"][..]);
    let effect = select(&["allow", "deny"][..]);
    let levels = prop_oneof![(1_u8..=6, 1_u8..=6), Just((1, 12)), Just((0, 0))];
    (select(ROLES), select(ACTIONS), relation, levels, 0_u8..=1, effect).prop_map(
        |(role, action, relation, (a, b), ceiling, effect)| {
            let (kind, verb) = (action.kind().as_str(), action.verb());
            let (from, to) = (a.min(b), a.max(b));
            let ceiling = if action.kind().is_graded() { ceiling } else { 0 };
            format!("{role},{kind},{verb},{relation},{from},{to},{ceiling},{effect}")
        },
    )
}

fn actors() -> impl Strategy<Value = Actor> {
    prop::collection::vec((select(ROLES), select(PLACES)), 0..4).prop_map(|posts| actor(&posts))
}

/// Where an object stands: a place's path, the actor, somebody else, or the tenant.
fn stands() -> impl Strategy<Value = Option<Result<Place, u128>>> {
    prop_oneof![
        6 => select(PLACES).prop_map(|path| Some(Ok(place(path)))),
        1 => Just(Some(Err(9))),
        1 => Just(Some(Err(77))),
        1 => Just(None),
    ]
}

fn object(stand: Option<&Result<Place, u128>>, confidentiality: u8) -> Object<'_> {
    let stand = match stand {
        Some(Ok(place)) => Stand::At(place),
        Some(Err(owner)) => Stand::Of(id(*owner)),
        None => Stand::Tenant,
    };
    Object { stand, confidentiality }
}

/// A second reading, of the text of the lines alone.
struct Reading<'a> {
    policy: &'a TenantPolicy,
    lines: &'a [String],
}

impl Reading<'_> {
    fn decides(&self, actor: &Actor, action: Action, object: Object<'_>) -> bool {
        let mut held: Vec<(&str, &str)> = vec![(EVERYONE, Self::relation(actor, None, object))];
        for post in &actor.posts {
            let relation = Self::relation(actor, Some(&post.org), object);
            held.extend([(post.role.as_str(), relation), (MEMBER, relation)]);
        }
        let level = if let Stand::At(place) = object.stand { place.level.0 } else { 0 };
        let mut answer = (false, false);
        for (role, relation) in held {
            let base = OWN.iter().find(|(own, _)| *own == role).map_or(role, |(_, base)| base);
            let asked = (action, relation, level, object.confidentiality);
            let bounded =
                self.policy.builtin().lines().iter().any(|line| Self::says(&line.to_string(), base, asked, "allow"));
            let own = |effect| self.lines.iter().any(|line| Self::says(line, role, asked, effect));
            answer.0 |= bounded && (base == role || own("allow"));
            answer.1 |= own("deny");
        }
        answer == (true, false)
    }

    fn relation(actor: &Actor, post: Option<&Place>, object: Object<'_>) -> &'static str {
        match (object.stand, post) {
            (Stand::At(place), Some(post)) if place.path == post.path => "self",
            (Stand::At(place), Some(post)) if place.path.starts_with(&post.path) => "descendant",
            (Stand::At(place), Some(post)) if post.path.starts_with(&place.path) => "ancestor",
            (Stand::Of(owner), _) if owner == actor.account => "self",
            _ => "none",
        }
    }

    fn says(line: &str, role: &str, asked: (Action, &str, i16, u8), effect: &str) -> bool {
        let columns: Vec<&str> = line.split(',').collect();
        let (action, relation, level, grade) = asked;
        let number = |at: usize| columns[at].parse::<i16>().unwrap();
        let grade = i16::from(grade);
        columns[0] == role
            && format!("{}.{}", columns[1], columns[2]) == action.as_str()
            && columns[3] == relation
            && number(4) <= level
            && level <= number(5)
            && (if effect == "deny" { grade >= number(6) } else { grade <= number(6) })
            && columns[7] == effect
    }
}

/// What casbin says of one role of the tenant, over the merged lines.
fn casbin(policy: &TenantPolicy, role: &str, action: Action, cell: Cell) -> bool {
    let own: Vec<Line> = policy.lines().iter().filter(|line| line.role().as_str() == role).cloned().collect();
    let ask = |lines: Vec<Line>, role: &str| {
        !lines.is_empty() && Enforcers::over(&lines).unwrap().allows(role, action, cell).unwrap()
    };
    if let Some((_, base)) = OWN.iter().find(|(name, _)| *name == role) {
        return ask(own, role) && ask(builtin().lines().to_vec(), base);
    }
    let denies = own.into_iter().filter(|line| line.effect() == Effect::Deny);
    ask(builtin().lines().iter().cloned().chain(denies).collect(), role)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn tables_are_casbins(
        lines in prop::collection::vec(line(), 0..10),
        cells in prop::collection::vec(
            (select(ROLES), select(ACTIONS), select(&Relation::ALL[..]), 0_u8..=7, 0_u8..=1), 6),
    ) {
        let policy = tenant(OWN, &lines);
        for (role, action, relation, level, confidentiality) in cells {
            let cell = Cell { relation, level, confidentiality };
            let table = policy.table(&super::name(role)).unwrap();
            prop_assert_eq!(table.effective(action).has(cell), casbin(&policy, role, action, cell), "{} {:?}", role, cell);
        }
    }

    #[test]
    fn the_builtin_tables_are_casbins(
        role in select(&["branch_recorder", "committee_reviewer", "org_admin", "audit_admin", MEMBER, EVERYONE][..]),
        action in select(Action::ALL),
        cell in (select(&Relation::ALL[..]), 0_u8..=12, 0_u8..=1),
    ) {
        let (relation, level, confidentiality) = cell;
        let cell = Cell { relation, level, confidentiality };
        let held = builtin().all().find(|held| held.role.name.as_str() == role).unwrap();
        let asked = builtin().ask(role, action, relation, level, confidentiality).unwrap();
        prop_assert_eq!(held.table.effective(action).has(cell), asked);
    }

    #[test]
    fn decision_explanation_and_second_reading_agree(
        lines in prop::collection::vec(line(), 0..14),
        actor in actors(),
        asked in prop::collection::vec((select(ACTIONS), stands(), 0_u8..=2), 40),
    ) {
        let policy = tenant(OWN, &lines);
        let reading = Reading { policy: &policy, lines: &lines };
        for (action, stand, confidentiality) in asked {
            let confidentiality = if action.kind().is_graded() { confidentiality } else { 0 };
            let object = object(stand.as_ref(), confidentiality);
            let decided = policy.decide(&actor, action, object);
            let explained = policy.explain(&actor, action, object, Locale::Zh, &|_| None);
            prop_assert_eq!(decided, explained.allowed, "{:?}", explained);
            prop_assert_eq!(decided, confidentiality < 2 && reading.decides(&actor, action, object), "{:?}", explained);
            prop_assert!(explained.steps.len() >= 2);
        }
    }

    #[test]
    fn a_scope_never_holds_more_than_the_decision(
        lines in prop::collection::vec(line(), 0..14),
        actor in actors(),
    ) {
        let policy = tenant(OWN, &lines);
        macro_rules! check {
            ($($act:ident)*) => {$({
                let scope = policy.scope::<act::$act>(&actor);
                let open = policy.lines().iter().all(|line| line.effect() == Effect::Allow);
                for path in PLACES {
                    let at = place(path);
                    for grade in 0..=1 {
                        let decided = policy.decide(&actor, Action::$act, Object::at(&at).confidential(grade));
                        prop_assert!(!scope.holds(&at, grade) || decided, "{} {}", path, grade);
                        prop_assert_eq!(scope.within(&at).is_some_and(|one| one.holds(&at, grade)), scope.holds(&at, grade));
                        // Without denials nothing public is left out.
                        if open && decided && grade == 0 {
                            prop_assert!(scope.holds(&at, 0), "{}", path);
                        }
                    }
                }
                let decided = policy.decide(&actor, Action::$act, Object::tenant());
                prop_assert_eq!(scope.whole_tenant(), decided);
            })*};
        }
        check!(ViewRecord ApproveReceipt ViewFigure ViewOrg CreateOrg GrantPost ViewSession);
    }
}
