//! People: accounts, sessions, posts.

use serde_json::json;

use crate::walls::{
    case::{Case, Denial, Floor, On},
    people::{ABOVE, AUDIT, COUNTY_ADMIN, HIGHER_ADMINS, MEMBERS, SECURITY, SIGNED_IN, SYSTEM, TOWN_ADMIN},
};

const INVITE: &[&[&str]] = &[TOWN_ADMIN, COUNTY_ADMIN, HIGHER_ADMINS, SYSTEM];
const SHUT_OUT: &[&[&str]] = &[TOWN_ADMIN, COUNTY_ADMIN, HIGHER_ADMINS, SYSTEM, SECURITY];
const POSTS: &[&[&str]] = &[TOWN_ADMIN, COUNTY_ADMIN, HIGHER_ADMINS, SECURITY];
const READ_POSTS: &[&[&str]] = &[TOWN_ADMIN, COUNTY_ADMIN, HIGHER_ADMINS, SECURITY, AUDIT];
/// What concerns oneself is tried to the end by one of each tenant.
const TWO: &[&str] = &["zj/village/secretary", "edu/branch/recorder"];
const ACCOUNT: &str = "account { id name } problems { code severity }";
const POST: &str = "post { id role account { id } } problems { code severity }";

pub(super) fn rows() -> Vec<Case> {
    let mut rows = reads();
    rows.extend(accounts());
    rows.extend(oneself());
    rows.extend(posts());
    rows
}

fn reads() -> Vec<Case> {
    let nodes = "{ nodes { id role account { id name } org { id } } }";
    vec![
        Case::query("viewer", "{ viewer { account { id login } posts { id org { id } } sessions { id } } }", |_| {
            json!({})
        })
        .may(SIGNED_IN)
        .floor(Floor::Session),
        Case::query(
            "account",
            "query($id: ID!) { account(id: $id) { id name login org { id } } }",
            |asked| json!({ "id": asked.subject.account }),
        )
        .on(On::Person)
        .may(MEMBERS)
        .open(),
        Case::query(
            "accounts",
            "query($org: ID!) { accounts(org: $org) { nodes { id name } } }",
            |asked| json!({ "org": asked.org("zj/village") }),
        )
        .may(MEMBERS)
        .open(),
        Case::query(
            "sessions",
            "query($account: ID!) { sessions(account: $account) { id label } }",
            |asked| json!({ "account": asked.subject.account }),
        )
        .on(On::Session)
        .may(&[SECURITY])
        .nothing_for(&["edu/university/security"]),
        Case::query(
            "posts",
            &format!("query($org: ID) {{ posts(org: $org) {nodes} }}"),
            |asked| json!({ "org": asked.org("zj/village") }),
        )
        .may(READ_POSTS)
        .first_alone(ABOVE),
        Case::query(
            "posts",
            &format!("query($account: ID) {{ posts(account: $account, endedToo: true) {nodes} }}"),
            |asked| json!({ "account": asked.subject.account }),
        )
        .on(On::Post)
        .may(READ_POSTS)
        .denied(Denial::Empty)
        .first_alone(ABOVE),
    ]
}

fn accounts() -> [Case; 4] {
    [
        Case::mutation("inviteAccount", "account { id } token problems { code severity }", |asked| {
            let login = testkit::actor::new_key();
            json!({ "org": asked.org("zj/village"), "name": "某人", "login": login, "email": "someone@example.cn" })
        })
        .may(INVITE),
        Case::mutation(
            "renewInvitation",
            "account { id } token problems { code severity }",
            |asked| json!({ "account": asked.subject.account, "email": "another@example.cn" }),
        )
        .on(On::Invited)
        .may(INVITE),
        Case::mutation("suspendAccount", ACCOUNT, |asked| json!({ "account": asked.subject.account }))
            .on(On::Person)
            .may(SHUT_OUT),
        Case::mutation("reopenAccount", ACCOUNT, |asked| json!({ "account": asked.subject.account }))
            .on(On::Suspended)
            .may(SHUT_OUT),
    ]
    .map(|case| case.denied(Denial::Known))
}

/// What everybody does for himself.
fn oneself() -> [Case; 6] {
    [
        Case::mutation(
            "setLanguage",
            "account { id locale } problems { code severity }",
            |_| json!({ "locale": "ZH" }),
        ),
        Case::mutation(
            "changePassword",
            "changed problems { code severity }",
            |_| json!({ "currentPassword": testkit::seed::PASSWORD, "newPassword": "一个新的、足够长的口令" }),
        ),
        Case::mutation(
            "createToken",
            "session { id } token problems { code severity }",
            |_| json!({ "label": "脚本", "days": 1 }),
        ),
        Case::mutation("signOutEverywhere", "ended problems { code severity }", |_| json!({})),
        // Somebody else's session is the security administrator's to end; to everybody else it is not there.
        Case::mutation(
            "endSession",
            "session { id } problems { code severity }",
            |asked| json!({ "session": asked.subject.session }),
        )
        .on(On::Session),
        // Nobody shuts himself out; whoever may shut out nobody, not himself either.
        Case::mutation("suspendAccount", ACCOUNT, |asked| json!({ "account": asked.actor.account.to_string() })),
    ]
    .map(|case| match case.field {
        "endSession" => case.may(&[SECURITY]),
        "suspendAccount" => case
            .refused(&[
                TOWN_ADMIN,
                COUNTY_ADMIN,
                HIGHER_ADMINS,
                SYSTEM,
                SECURITY,
                &["zj/town2/org_admin", "edu/university/org_admin", "edu/university/system", "edu/university/security"],
            ])
            .denied(Denial::Own),
        _ => case.may(SIGNED_IN).sample(TWO).floor(Floor::Session),
    })
}

fn posts() -> [Case; 4] {
    [
        Case::mutation("grantPost", POST, |asked| {
            json!({ "account": asked.subject.account, "org": asked.org("zj/village"), "role": "branch_secretary" })
        })
        .on(On::Person)
        .may(POSTS)
        .denied(Denial::Known),
        // To oneself, at the branch: nobody.
        Case::mutation("grantPost", POST, |asked| {
            let account = asked.actor.account.to_string();
            json!({ "account": account, "org": asked.org("zj/village"), "role": "branch_secretary" })
        })
        .refused(POSTS)
        .denied(Denial::Known),
        // More than anybody may hand on: the security administrator's role.
        Case::mutation("grantPost", POST, |asked| {
            json!({ "account": asked.subject.account, "org": asked.org("zj/village"), "role": "security_admin" })
        })
        .on(On::Person)
        .refused(POSTS)
        .denied(Denial::Known),
        Case::mutation("endPost", POST, |asked| json!({ "id": asked.subject.post })).on(On::Post).may(POSTS).known_to(AUDIT),
    ]
}
