//! The shipped policy does what it is meant to.

use domain::Locale;

use super::{PLAIN, TENANT, actor, builtin, id, name, place, tenant};
use crate::{
    Action, Denied, Kind, Levels, Object, Relation, Sealed, act, matrix,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL},
    table::Cell,
};

const BRANCH: &str = "1/2/3/4/5/";
const SIBLING: &str = "1/2/3/4/6/";
const TOWN: &str = "1/2/3/4/";

#[test]
fn contents_are_read_at_home_or_as_received_and_nowhere_else() {
    let policy = tenant(&[], PLAIN);
    let contents = [Kind::Record, Kind::Receipt];
    for builtin in builtin().all() {
        for &action in Action::ALL.iter().filter(|action| contents.contains(&action.kind())) {
            for relation in [Relation::Descendant, Relation::Ancestor, Relation::None] {
                for level in 0..=MAX_LEVEL {
                    let cell = Cell { relation, level, confidentiality: 0 };
                    assert!(!builtin.table.effective(action).has(cell), "{} {action:?} {cell:?}", builtin.role.name);
                }
            }
        }
    }
    let secretary = actor(&[("branch_secretary", BRANCH)]);
    let may = |action, path| policy.decide(&secretary, action, Object::at(&place(path)).confidential(1));
    assert!(may(Action::SubmitRecord, BRANCH));
    assert!(
        !may(Action::ViewRecord, SIBLING) && !may(Action::ViewReceipt, TOWN) && !may(Action::ApproveReceipt, BRANCH)
    );
}

#[test]
fn administrators_see_no_contents_and_the_auditor_changes_nothing() {
    for role in ["org_admin", "system_admin", "security_admin", "audit_admin"] {
        let table = &builtin().role(&name(role)).unwrap().table;
        for &action in Action::ALL.iter().filter(|action| action.kind().is_graded()) {
            assert!(table.effective(action).is_empty(), "{role} {action:?}");
        }
    }
    let auditor = &builtin().role(&name("audit_admin")).unwrap().table;
    for &action in Action::ALL.iter().filter(|action| action.verb() != "view" && **action != Action::ExportAudit) {
        assert!(auditor.effective(action).is_empty(), "{action:?}");
    }
    let system = &builtin().role(&name("system_admin")).unwrap().table;
    assert!(system.effective(Action::GrantPost).is_empty() && system.effective(Action::EditPolicy).is_empty());
}

#[test]
fn without_a_post_one_sees_and_ends_ones_own_sessions_only() {
    let policy = tenant(&[], PLAIN);
    let nobody = actor(&[]);
    let (own, other) = (Object::of(nobody.account), Object::of(id(77)));
    for &action in Action::ALL {
        let session = action.kind() == Kind::Session;
        assert_eq!(policy.decide(&nobody, action, own), session, "{action:?}");
        assert!(!policy.decide(&nobody, action, other) && !policy.decide(&nobody, action, Object::tenant()));
        assert!(!policy.decide(&nobody, action, Object::at(&place(BRANCH))));
    }
    assert!(policy.scope::<act::ViewOrg>(&nobody).is_empty());
    let sessions = policy.scope::<act::ViewSession>(&nobody);
    assert!(sessions.own() && !sessions.whole_tenant());
}

#[test]
fn every_member_reads_names_of_organisations_and_persons_everywhere() {
    let policy = tenant(&[], PLAIN);
    let recorder = actor(&[("branch_recorder", BRANCH)]);
    for path in ["1/", "1/9/", SIBLING, BRANCH, "1/2/3/4/5/7/"] {
        assert!(policy.decide(&recorder, Action::ViewOrg, Object::at(&place(path))));
        assert!(policy.decide(&recorder, Action::ViewAccount, Object::at(&place(path))));
        assert!(!policy.decide(&recorder, Action::ViewOrgContact, Object::at(&place(path))));
        assert!(!policy.decide(&recorder, Action::ViewPost, Object::at(&place(path))));
    }
    assert!(policy.scope::<act::ViewOrg>(&recorder).everywhere());
    assert!(!policy.scope::<act::ViewFigure>(&recorder).everywhere());
    assert!(policy.decide(&recorder, Action::ExplainPolicy, Object::of(recorder.account)));
    assert!(!policy.decide(&recorder, Action::ExplainPolicy, Object::of(id(77))));
}

#[test]
fn a_mutation_counts_the_acting_post_only() {
    let policy = tenant(&[], PLAIN);
    let mut both = actor(&[("branch_secretary", BRANCH), ("committee_reviewer", TOWN)]);
    let sealed = || Sealed::<domain::Id<domain::id::noun::Record>>::at(id(5), place(BRANCH), 1);
    let may = policy.permit::<act::SubmitRecord>(&both, sealed()).unwrap();
    assert_eq!((may.who(), may.post(), may.org()), (id(9), Some(id(0)), Some(place(BRANCH).org)));
    assert_eq!((*may.of(), may.role().unwrap().as_str()), (id(5), "branch_secretary"));
    both.acting = Some(id(1));
    let refused = policy.permit::<act::SubmitRecord>(&both, sealed()).unwrap_err();
    assert_eq!(refused, Denied::to(Action::SubmitRecord));
    both.acting = Some(id(44));
    assert_eq!(both.acting_posts().count(), 0);
    assert!(policy.permit::<act::SubmitRecord>(&both, sealed()).is_err());
}

#[test]
fn what_is_outside_every_range_is_refused() {
    let policy = tenant(&[], PLAIN);
    let mut reviewer = actor(&[("committee_reviewer", TOWN)]);
    let mut nowhere = place(TOWN);
    assert!(policy.decide(&reviewer, Action::ViewReceipt, Object::at(&nowhere).confidential(MAX_CONFIDENTIALITY)));
    assert!(!policy.decide(&reviewer, Action::ViewReceipt, Object::at(&nowhere).confidential(2)));
    for level in [-1, 0, 13, i16::MAX] {
        nowhere.level.0 = level;
        assert!(!policy.decide(&reviewer, Action::ViewReceipt, Object::at(&nowhere)), "{level}");
    }
    // A place without a path holds nothing, although every text begins with the empty one.
    reviewer.posts[0].org.path.clear();
    assert!(!policy.decide(&reviewer, Action::ViewFigure, Object::at(&place(BRANCH))));
    reviewer.posts[0].org = place(TOWN);
    assert!(policy.decide(&reviewer, Action::ViewFigure, Object::at(&place(BRANCH))));
    assert!(!policy.decide(&reviewer, Action::ViewFigure, Object::at(&place("1/2/3/44/5/"))));
    // Another tenant's policy decides nothing.
    reviewer.tenant.0 = TENANT.0 + 1;
    assert!(!policy.decide(&reviewer, Action::ViewFigure, Object::at(&place(BRANCH))));
    assert!(policy.scope::<act::ViewFigure>(&reviewer).is_empty());
}

#[test]
fn a_scope_names_own_organisations_and_subtrees() {
    let policy = tenant(&[], PLAIN);
    let reviewer = actor(&[("committee_reviewer", TOWN), ("branch_recorder", "1/9/")]);
    let receipts = policy.scope::<act::ViewReceipt>(&reviewer);
    assert_eq!(receipts.org_ids(), [place(TOWN).org, place("1/9/").org]);
    assert!(receipts.roots().is_empty() && receipts.orgs().iter().all(|org| org.ceiling == 1));
    assert!(receipts.within(&place(BRANCH)).is_none());

    let figures = policy.scope::<act::ViewFigure>(&reviewer);
    assert_eq!(figures.roots().len(), 1);
    assert!(
        figures.holds(&place(BRANCH), 0) && !figures.holds(&place(BRANCH), 1) && !figures.holds(&place("1/9/1/"), 0)
    );
    let narrowed = figures.within(&place(BRANCH)).unwrap();
    assert_eq!(narrowed.org_ids(), [place(BRANCH).org]);
    assert_eq!(narrowed.roots()[0].place, place(BRANCH));
    assert!(narrowed.within(&place(TOWN)).is_none());
    assert_eq!(Levels::ALL.iter().count(), usize::from(MAX_LEVEL));
}

#[test]
fn who_may_grant_what() {
    let policy = tenant(&[("deputy", "committee_reviewer")], PLAIN);
    let permit = |role| {
        let admin = actor(&[(role, "1/2/")]);
        policy.permit::<act::GrantPost>(&admin, Sealed::at(place(TOWN).org, place(TOWN), 0)).unwrap()
    };
    let may = |holder, given: &str| policy.may_grant(&permit(holder), id(3), &name(given));
    assert!(may("org_admin", "org_admin") && may("org_admin", "branch_secretary") && may("org_admin", "deputy"));
    assert!(!may("org_admin", "system_admin") && !may("org_admin", "audit_admin") && !may("org_admin", "unheard_of"));
    assert!(may("security_admin", "audit_admin") && may("security_admin", "system_admin"));
    assert!(!may("security_admin", "security_admin"));
    assert!(!policy.may_grant(&permit("org_admin"), id(9), &name("branch_recorder")), "nobody gives himself anything");
    for role in builtin().roles() {
        assert!(!builtin().grants(&name("system_admin")).contains(&role.name));
    }
}

#[test]
fn the_matrix_is_short_sorted_and_says_what_casbin_says() {
    let text = matrix(builtin());
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!((50..3_000).contains(&lines.len()), "{}", lines.len());
    assert!(lines.is_sorted());
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    assert!(words.contains(&vec!["committee_reviewer", "receipt.approve", "self", "1-12", "internal"]));
    assert!(words.iter().all(|line| line.len() == 5));
    for line in words {
        let action = Action::ALL.iter().find(|action| action.as_str() == line[1]).unwrap();
        let level = line[3].split('-').next().unwrap().parse().unwrap();
        let ceiling = u8::from(line[4] == "internal");
        assert!(builtin().ask(line[0], *action, Relation::parse(line[2]).unwrap(), level, ceiling).unwrap());
    }
}

#[test]
fn an_explanation_names_post_relation_and_line() {
    let policy = tenant(&[], PLAIN);
    let reviewer = actor(&[("committee_reviewer", TOWN)]);
    let called = |org| (org == place(TOWN).org).then(|| "某镇党委".to_owned());
    let at = place(TOWN);
    let why = policy.explain(&reviewer, Action::ApproveReceipt, Object::at(&at), Locale::Zh, &called);
    assert!(why.allowed);
    assert_eq!(
        why.steps,
        [
            "问：能否审核通过（receipt.approve）？对象属于“某镇党委”（层级 4），密级：公开。",
            "职务：“某镇党委”（层级 4）的审核员；对象就在该组织。",
            "内置策略——审核员：允许审核通过：本组织或本人，各层级，密级至内部。[committee_reviewer,receipt,approve,self,1,12,1,allow]",
            "结论：允许。",
        ]
    );
    let below = place(BRANCH);
    let why = policy.explain(&reviewer, Action::ViewReceipt, Object::at(&below), Locale::En, &called);
    assert!(!why.allowed);
    assert!(why.steps[2].starts_with("The committee reviewer may view a received record, but not in this relation."));
    let why = policy.explain(&reviewer, Action::EditPolicy, Object::tenant(), Locale::Zh, &called);
    assert_eq!(why.steps[2], "审核员没有“修改权限策略”这项权限。");
    let why = policy.explain(&actor(&[]), Action::EditPolicy, Object::tenant(), Locale::Zh, &called);
    assert_eq!(why.steps[1], "此人目前没有相应的在任职务。");
}
