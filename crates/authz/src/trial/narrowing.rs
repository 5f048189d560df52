//! A tenant narrows and never widens; a bad load changes nothing.

use std::sync::Arc;

use super::{PLAIN, TENANT, actor, builtin, faults, id, name, place, raw, rows, tenant};
use crate::{
    Action, AskError, Line, LoadError, Object, Policy, Reason, Role, Snapshot, act,
    ask::{Enforcers, MODEL, compile},
    changes, diff,
    table::Cells,
};

const BASE: &[(&str, &str)] = &[("reader", "committee_reviewer")];

#[test]
fn an_own_role_stays_within_its_base() {
    let lines = ["reader,receipt,view,self,1,3,0,allow", "reader,record,view,descendant,1,12,1,allow"];
    assert_eq!(faults(BASE, &lines[..1]), []);
    assert_eq!(faults(BASE, &lines), [Reason::BeyondBase]);
    let policy = tenant(BASE, &lines);
    let reader = actor(&[("reader", "1/2/")]);
    let may = |action, path| policy.decide(&reader, action, Object::at(&place(path)));
    assert!(may(Action::ViewReceipt, "1/2/"));
    assert!(!may(Action::ViewRecord, "1/2/3/"), "masked at load");
    assert!(!may(Action::ApproveReceipt, "1/2/"), "an own role has nothing but its lines");
    assert!(!policy.decide(&reader, Action::ViewReceipt, Object::at(&place("1/2/")).confidential(1)));
    let deep = actor(&[("reader", "1/2/3/4/")]);
    assert!(!policy.decide(&deep, Action::ViewReceipt, Object::at(&place("1/2/3/4/"))), "levels 1 to 3 only");
}

#[test]
fn levels_are_compared_as_numbers() {
    let policy = tenant(BASE, &["reader,figure,view,descendant,9,11,0,allow"]);
    let reader = actor(&[("reader", "7/")]);
    let at = |level: usize| "7/".repeat(level);
    for level in 2..=12 {
        let may = policy.decide(&reader, Action::ViewFigure, Object::at(&place(&at(level))));
        assert_eq!(may, (9..=11).contains(&level), "{level}");
    }
}

#[test]
fn a_builtin_role_can_only_be_narrowed_and_deny_wins_over_another_post() {
    assert_eq!(faults(&[], &["branch_recorder,record,view,self,1,12,1,allow"]), [Reason::WidensBuiltin]);
    let lines = ["branch_recorder,record,submit,self,1,12,0,deny"];
    assert_eq!(faults(&[], &lines), []);
    let (before, after) = (tenant(&[], PLAIN), tenant(&[], &lines));
    let at = place("1/2/");
    let recorder = actor(&[("branch_recorder", "1/2/")]);
    let both = actor(&[("branch_secretary", "1/2/"), ("branch_recorder", "1/2/")]);
    assert!(before.decide(&both, Action::SubmitRecord, Object::at(&at)));
    assert!(!after.decide(&recorder, Action::SubmitRecord, Object::at(&at)));
    assert!(!after.decide(&both, Action::SubmitRecord, Object::at(&at)));
    assert!(after.decide(&both, Action::EditRecord, Object::at(&at)));
    assert!(after.scope::<act::SubmitRecord>(&both).is_empty());
}

#[test]
fn a_deny_line_takes_away_from_its_confidentiality_upwards() {
    let policy = tenant(&[], &["branch_recorder,record,view,self,1,12,1,deny"]);
    let recorder = actor(&[("branch_recorder", "1/2/")]);
    let at = place("1/2/");
    assert!(policy.decide(&recorder, Action::ViewRecord, Object::at(&at)));
    assert!(!policy.decide(&recorder, Action::ViewRecord, Object::at(&at).confidential(1)));
    assert_eq!(policy.scope::<act::ViewRecord>(&recorder).orgs()[0].ceiling, 0);
}

#[test]
fn the_three_administrators_cannot_shut_each_other_out() {
    for line in [
        "audit_admin,audit,view,none,0,0,0,deny",
        "branch_recorder,audit,view,none,0,0,0,deny",
        "security_admin,policy,edit,none,0,0,0,deny",
    ] {
        assert_eq!(faults(&[], &[line]), [Reason::LocksOut], "{line}");
        let auditor = actor(&[("audit_admin", "1/"), ("branch_recorder", "1/2/")]);
        assert!(tenant(&[], &[line]).decide(&auditor, Action::ViewAudit, Object::tenant()), "without effect at load");
    }
}

#[test]
fn lines_that_say_nothing_known_are_refused_with_their_number() {
    let bad = [
        ("unheard,record,view,self,1,12,0,deny", Reason::UnknownRole),
        ("everyone,session,end,self,0,0,0,deny", Reason::UnknownRole),
        ("branch_recorder,record,approve,self,1,12,0,deny", Reason::UnknownAction),
        ("branch_recorder,thing,view,self,1,12,0,deny", Reason::UnknownAction),
        ("branch_recorder,record,view,sideways,1,12,0,deny", Reason::UnknownRelation),
        ("branch_recorder,record,view,self,3,2,0,deny", Reason::BadLevels),
        ("branch_recorder,record,view,self,0,2,0,deny", Reason::BadLevels),
        ("branch_recorder,record,view,self,1,13,0,deny", Reason::BadLevels),
        ("branch_recorder,record,view,self,-1,2,0,deny", Reason::BadLevels),
        ("branch_recorder,record,view,self,1,12,2,deny", Reason::BadCeiling),
        ("branch_recorder,figure,view,self,1,12,1,deny", Reason::BadCeiling),
        ("branch_recorder,record,view,self,1,12,0,maybe", Reason::UnknownEffect),
    ];
    for (line, reason) in bad {
        assert_eq!(faults(&[], &[line]), [reason], "{line}");
        let policy = Policy::builtin().unwrap();
        let Err(LoadError::Faulty(found)) = policy.load(TENANT, 1, &rows(&[]), &[raw(line)]) else { panic!("{line}") };
        assert_eq!((found[0].at, found[0].what.as_str()), (1, line));
        assert_eq!(found[0].problem().path, ["lines", "1"]);
    }
}

#[test]
fn an_own_role_carries_the_duty_of_its_base_and_no_taken_name() {
    let policy = Policy::builtin().unwrap();
    let with = |change: fn(&mut Role)| {
        let mut roles = rows(&[("overseer", "security_admin")]);
        change(roles.last_mut().unwrap());
        policy.load(TENANT, 1, &roles, &[])
    };
    assert!(with(|_| ()).is_ok());
    assert!(matches!(with(|role| role.duty = None), Err(LoadError::Faulty(_))));
    assert!(matches!(with(|role| role.base = name("overseer")), Err(LoadError::Faulty(_))));
    assert!(matches!(with(|role| role.name = name("member")), Err(LoadError::Faulty(_))));
}

#[test]
fn a_bad_load_keeps_the_old_snapshot_and_turns_health_off() {
    let policy = Policy::builtin().unwrap();
    assert!(policy.tenant(TENANT, 1).is_none() && policy.healthy());
    let deny = [raw("branch_recorder,record,submit,self,1,12,0,deny")];
    let first = policy.load(TENANT, 1, &rows(&[]), &deny).unwrap();
    for (roles, lines) in
        [(Vec::new(), &deny[..]), (rows(&[]).split_off(1), &[]), (rows(&[]), &[raw("x,x,x,x,1,1,0,x")])]
    {
        assert!(policy.load(TENANT, 2, &roles, lines).is_err());
        assert!(!policy.healthy() && policy.tenant(TENANT, 2).is_none());
        assert!(Arc::ptr_eq(&policy.kept(TENANT).unwrap(), &first));
    }
    let third = policy.load(TENANT, 3, &rows(&[]), &[]).unwrap();
    assert!(policy.healthy() && Arc::ptr_eq(&policy.tenant(TENANT, 3).unwrap(), &third));
    let late = policy.load(TENANT, 2, &rows(&[]), &deny).unwrap();
    assert_eq!((late.version(), policy.kept(TENANT).unwrap().version()), (2, 3), "an older version is not kept");
    policy.failed(TENANT);
    assert!(!policy.healthy());
}

#[test]
fn an_empty_set_of_lines_is_refused_by_files_and_by_enforcers() {
    assert!(matches!(Enforcers::over(&[]), Err(AskError::Empty)));
    let roles = "name,zh,en,duty,grants\nbranch_recorder,记,r,,\n";
    assert!(matches!(Snapshot::read(roles, "role,kind\n"), Err(LoadError::Empty)));
    assert!(matches!(
        Snapshot::read(roles, "h\nother_role,record,view,self,1,12,0,allow\n"),
        Err(LoadError::Faulty(_))
    ));
    assert!(Snapshot::read(roles, "h\nbranch_recorder,record,view,self,1,12,0,allow\n").is_ok());
}

#[tokio::test]
async fn casbin_without_lines_allows_nothing_by_our_model() {
    use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter};
    let model = DefaultModel::from_str(MODEL).await.unwrap();
    let bare = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
    // The empty request is the one that would meet the empty values that casbin makes up.
    assert!(!bare.enforce(("", "", "", "", "", "")).unwrap());
}

#[test]
fn a_dry_run_says_who_gains_and_who_loses() {
    let before = tenant(BASE, &["reader,receipt,view,self,1,3,0,allow"]);
    let lines = ["reader,receipt,view,self,2,4,0,allow", "org_admin,org,close,descendant,5,5,0,deny"];
    let after = tenant(BASE, &lines);
    assert!(changes(&before, &before).is_empty());
    let roles = changes(&before, &after);
    assert_eq!(roles.len(), 3, "{roles:#?}");
    let posts = [
        (id(1), name("reader"), place("1/")),
        (id(2), name("reader"), place("1/2/")),
        (id(3), name("reader"), place("1/2/3/4/")),
        (id(4), name("org_admin"), place("1/2/3/4/")),
        (id(5), name("org_admin"), place("1/2/3/4/5/")),
        (id(6), name("branch_recorder"), place("1/")),
    ];
    let found: Vec<_> =
        diff(&before, &after, posts.into_iter()).map(|change| (change.account, change.action, change.gained)).collect();
    assert_eq!(
        found,
        [(id(1), Action::ViewReceipt, false), (id(3), Action::ViewReceipt, true), (id(4), Action::CloseOrg, false)]
    );
}

#[test]
fn a_line_reads_back_and_its_cells_are_those_of_casbin() {
    for text in ["branch_recorder,record,view,self,2,10,0,allow", "branch_recorder,record,view,self,10,12,1,deny"] {
        let line = Line::parse(&raw(text)).unwrap();
        assert_eq!(line.to_string(), text);
        let table = compile(&name("branch_recorder"), std::slice::from_ref(&line)).unwrap();
        let at = Action::ViewRecord.index();
        assert_eq!(table.allow[at].or(table.deny[at]), line.cells());
        assert_eq!(table.allow[at].and(table.deny[at]), Cells::NONE);
    }
    assert!(builtin().lines().len() > 80);
}
