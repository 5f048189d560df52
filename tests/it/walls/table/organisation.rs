//! The tree.

use serde_json::json;

use crate::walls::{
    case::{Case, Denial, On},
    people::{ABOVE, COUNTY_ADMIN, FOREIGN, HIGHER_ADMINS, MEMBERS, SIGNED_IN, SYSTEM, TOWN_ADMIN},
};

/// Administrators over the branch.
const OVER: &[&[&str]] = &[TOWN_ADMIN, COUNTY_ADMIN, HIGHER_ADMINS, SYSTEM];
/// Administrators over both towns.
const OVER_BOTH: &[&[&str]] = &[COUNTY_ADMIN, HIGHER_ADMINS, SYSTEM];
const ORG: &str = "org { id name } problems { code severity }";

pub(super) fn rows() -> Vec<Case> {
    let tree = "id name level parent { id } ancestors { id } versions { name } children { nodes { id } } formation";
    let mut rows = vec![
        Case::query(
            "org",
            &format!("query($id: ID!) {{ org(id: $id) {{ {tree} }} }}"),
            |asked| json!({ "id": asked.org("zj/village") }),
        )
        .may(MEMBERS)
        .open(),
        Case::query(
            "org",
            "query($id: ID!) { org(id: $id, asOf: \"2025-01-01\") { id name } }",
            |asked| json!({ "id": asked.org("zj/village") }),
        )
        .may(MEMBERS)
        .open(),
        // How it can be reached: not for everybody. Who of those above, is casbin's.
        Case::query(
            "org",
            "query($id: ID!) { org(id: $id) { contact { telephone } } }",
            |asked| json!({ "id": asked.org("zj/village") }),
        )
        .may(OVER)
        .denied(Denial::Known)
        .first_alone(ABOVE),
        Case::query("orgByCode", "{ orgByCode(code: \"330106109201\") { id name } }", |_| json!({}))
            .may(MEMBERS)
            .open(),
        Case::query("root", "{ root { id name children { nodes { id } } } }", |_| json!({})).may(SIGNED_IN).open(),
        Case::query(
            "searchOrgs",
            "query($within: ID) { searchOrgs(text: \"村\", within: $within) { nodes { id name } } }",
            |asked| json!({ "within": asked.org("zj/town") }),
        )
        .may(MEMBERS)
        .open(),
        Case::query("searchOrgs", "{ searchOrgs(text: \"33\") { nodes { id name } } }", |_| json!({}))
            .may(MEMBERS)
            .denied(Denial::Empty)
            .nothing_for(FOREIGN)
            .open(),
    ];
    rows.extend(changes());
    rows
}

fn changes() -> [Case; 8] {
    [
        Case::mutation("createOrg", ORG, |asked| {
            let code = testkit::actor::new_key();
            json!({ "parent": asked.org("zj/town"), "kind": "BRANCH", "code": code, "name": code })
        })
        .may(OVER),
        Case::mutation("renameOrg", ORG, |asked| json!({ "org": asked.subject.org, "name": "新的名称" }))
            .on(On::Org)
            .may(OVER),
        Case::mutation(
            "moveOrg",
            "org { id } relocation { posts } problems { code severity }",
            |asked| json!({ "org": asked.subject.org, "parent": asked.org("zj/town2") }),
        )
        .on(On::Org)
        .may(OVER_BOTH),
        Case::mutation(
            "moveOrg",
            "org { id } relocation { posts } problems { code severity }",
            |asked| json!({ "org": asked.subject.org, "parent": asked.org("zj/town2"), "preview": true }),
        )
        .on(On::Org)
        .may(OVER_BOTH)
        // It reads what is his own; the way there is closed to him, and casbin says so.
        .first_alone(&[TOWN_ADMIN]),
        Case::mutation("closeOrg", ORG, |asked| json!({ "org": asked.subject.org })).on(On::Org).may(OVER),
        Case::mutation(
            "closeOrg",
            ORG,
            |asked| json!({ "org": asked.subject.org, "successor": asked.org("zj/village3") }),
        )
        .on(On::Org)
        .may(OVER_BOTH),
        Case::mutation(
            "setOrgContact",
            "contact { telephone } problems { code severity }",
            |asked| json!({ "org": asked.subject.org, "telephone": "0571-1234567" }),
        )
        .on(On::Org)
        .may(OVER),
        // Somebody who may found below the one superior only.
        Case::mutation("createOrg", ORG, |asked| {
            let code = testkit::actor::new_key();
            json!({ "parent": asked.org("zj/province"), "kind": "COMMITTEE", "code": code, "name": code })
        })
        .may(&[&["zj/province/org_admin"], SYSTEM]),
    ]
    .map(|case| case.denied(Denial::Known))
}
