//! Who may what: a row for every field of the schema. Whoever is not named may not.

mod flow;
mod internal;
mod left;
mod notice;
mod organisation;
mod people;

use serde_json::json;

use super::{
    case::{Case, Denial, Floor},
    people::{AUDIT, MEMBERS, SECURITY, SIGNED_IN, SYSTEM},
};

/// All rows.
pub(crate) fn rows() -> Vec<Case> {
    let mut rows = service();
    rows.extend(organisation::rows());
    rows.extend(people::rows());
    rows.extend(flow::records());
    rows.extend(flow::receipts());
    rows.extend(flow::figures());
    rows.extend(files());
    rows.extend(internal::rows());
    rows.extend(left::rows());
    rows.extend(notice::rows());
    rows.extend(policy());
    rows.extend(trail());
    rows
}

/// The system administrators of both tenants, each of his own; likewise the others.
const SYSTEMS: &[&[&str]] = &[SYSTEM, &["edu/university/system"]];
const SECURITIES: &[&[&str]] = &[SECURITY, &["edu/university/security"]];
const AUDITS: &[&[&str]] = &[AUDIT, &["edu/university/audit"]];
const POLICY_READERS: &[&[&str]] = &[SECURITY, AUDIT, &["edu/university/security", "edu/university/audit"]];

/// What the service and the tenant say of themselves.
fn service() -> Vec<Case> {
    vec![
        Case::query("version", "{ version }", |_| json!({})).may(SIGNED_IN).floor(Floor::Nothing),
        Case::query("tenant", "{ tenant { key name levels { zh } routes { type levels } } }", |_| json!({}))
            .may(SIGNED_IN)
            .floor(Floor::Session),
        Case::query("tenant", "{ tenant { settings { reviewDays } } }", |_| json!({}))
            .may(SYSTEMS)
            .denied(Denial::Plain)
            .first_alone(SIGNED_IN)
            .open(),
        Case::mutation(
            "updateTenantSettings",
            "settings { reviewDays } problems { code severity }",
            |_| json!({ "reviewDays": 9, "lateDays": 9, "timeZone": "Asia/Shanghai" }),
        )
        .may(SYSTEMS)
        .denied(Denial::Plain),
        Case::query("tenant", "{ tenant { settings { files { largest types known { mediaType } } } } }", |_| json!({}))
            .may(SYSTEMS)
            .denied(Denial::Plain)
            .first_alone(SIGNED_IN)
            .open(),
        Case::mutation("updateFileRules", "files { largest } problems { code severity }", |_| {
            json!({ "largest": 9 << 20, "perPerson": 1_i64 << 30, "perOrg": 1_i64 << 32, "unfinishedHours": 9, "types": [],
                    "keepUnscanned": true })
        })
        .may(SYSTEMS)
        .denied(Denial::Plain),
        Case::mutation(
            "setRoute",
            "route { type } problems { code severity }",
            |_| json!({ "type": "GZZJ", "levels": [1] }),
        )
        .may(SYSTEMS)
        .denied(Denial::Plain),
        Case::query("recordTypes", "{ recordTypes { code form } }", |_| json!({})).may(SIGNED_IN).floor(Floor::Session),
        Case::query("recordType", "{ recordType(code: \"ZBDH\") { code routeLevels } }", |_| json!({}))
            .may(SIGNED_IN)
            .floor(Floor::Session),
    ]
}

/// One's own files. Whom the files of a record are open to stands with the record.
fn files() -> Vec<Case> {
    vec![
        Case::query(
            "file",
            "query($id: ID!) { file(id: $id) { id name state thumbnail { path } previews { path } } }",
            |asked| json!({ "id": asked.subject.file }),
        )
        .on(super::case::On::File)
        .may(&[&["zj/village/recorder"]]),
        // Known to the record's organisation, but still being received.
        Case::mutation("arrangeFiles", "record { id title } problems { code severity }", |asked| {
            let files = json!([{ "file": asked.subject.file, "role": "ENCLOSURE" }]);
            json!({ "record": asked.subject.record, "rev": asked.subject.rev, "files": files })
        })
        .on(super::case::On::File)
        .refused(&[super::people::BRANCH]),
        Case::query("openFiles", "{ openFiles { id name } }", |_| json!({}))
            .may(&[&["zj/village/recorder", "edu/branch/recorder"]])
            .denied(Denial::Empty),
    ]
}

/// Roles, lines, explanations.
fn policy() -> Vec<Case> {
    let edit = |dry_run: bool| {
        let arguments: fn(&super::case::Asked<'_>) -> serde_json::Value = if dry_run {
            |_| json!({ "add": [deny()], "dryRun": true })
        } else {
            |_| json!({ "add": [deny()], "dryRun": false })
        };
        let selection =
            "applied version roles { role } changes { role account { id } } posts lookedAt problems { code severity }";
        Case::mutation("editPolicy", selection, arguments).may(SECURITIES).denied(Denial::Plain)
    };
    let explain = "query($account: ID, $action: String!, $object: ID) {
                     explain(account: $account, action: $action, object: $object) { allowed steps } }";
    vec![
        Case::query("roles", "{ roles { name label lines } }", |_| json!({}))
            .may(SIGNED_IN)
            .denied(Denial::Plain)
            .open(),
        Case::query("actions", "{ actions { name label } }", |_| json!({})).may(SIGNED_IN).denied(Denial::Plain).open(),
        Case::query("policyLines", "{ policyLines { id role words } }", |_| json!({}))
            .may(POLICY_READERS)
            .denied(Denial::Plain)
            .first_alone(SIGNED_IN)
            .open(),
        edit(true),
        edit(false),
        // Removing: a line of the tenant's own.
        Case::mutation(
            "editPolicy",
            "applied version problems { code severity }",
            |asked| json!({ "remove": [asked.subject.line], "dryRun": false }),
        )
        .on(super::case::On::Line)
        .may(&[SECURITY])
        .refused(&[&["edu/university/security"]])
        .denied(Denial::Plain),
        Case::mutation("defineRole", "role problems { code severity }", |_| {
            let name = testkit::actor::new_key().replace('-', "_");
            json!({ "name": name, "base": "branch_recorder", "zh": "助理", "en": "assistant" })
        })
        .may(SECURITIES)
        .denied(Denial::Plain),
        // About others, only the security administrator may ask; in which posts they are, no other wall keeps from a member
        // who may do everything.
        Case::query(
            "explain",
            explain,
            |asked| json!({ "account": asked.subject.account, "action": "org.view", "object": asked.subject.org }),
        )
        .on(super::case::On::Post)
        .may(&[SECURITY])
        .first_alone(MEMBERS)
        .open(),
        // About oneself everybody, on what he may know of.
        Case::query("explain", explain, |asked| json!({ "action": "org.rename", "object": asked.org("zj/village") }))
            .may(MEMBERS)
            .open(),
        Case::query("explain", explain, |_| json!({ "action": "session.view" })).may(SIGNED_IN).floor(Floor::Session),
    ]
}

/// What was done, to what, and the log that proves it.
fn trail() -> Vec<Case> {
    vec![
        Case::query("audit", "{ audit { nodes { no action label objectId account { id } } } }", |_| json!({}))
            .may(AUDITS)
            .denied(Denial::Plain),
        // In words: where it stands, whose it is, and the title of what is public and was sent.
        Case::query(
            "audit",
            "query($object: ID) { audit(object: $object) { nodes {
                 no org { id } object { id kind name what org { id } account { id } receipt { id no org { id } } } } } }",
            |asked| json!({ "object": asked.subject.record }),
        )
        .on(super::case::On::Record(super::case::State::AtTown))
        .may(&[AUDIT])
        .denied(Denial::Plain)
        .nothing_for(&["edu/university/audit"]),
        Case::query("auditActions", "{ auditActions { name label } }", |_| json!({}))
            .may(AUDITS)
            .denied(Denial::Plain)
            .first_alone(SIGNED_IN)
            .open(),
        Case::query(
            "auditObjects",
            "query($text: String!) { auditObjects(text: $text) { id kind name what org { id } receipt { id } } }",
            |asked| json!({ "text": asked.subject.town }),
        )
        .on(super::case::On::Record(super::case::State::AtTown))
        .may(&[AUDIT])
        .denied(Denial::Plain)
        .nothing_for(&["edu/university/audit"]),
        Case::query(
            "auditObjects",
            "query($text: String!, $org: ID) { auditObjects(text: $text, org: $org) { id name org { id } } }",
            |asked| {
                let no = asked.subject.town.rsplit('.').next().unwrap_or_default();
                json!({ "text": no, "org": asked.org("zj/town") })
            },
        )
        .on(super::case::On::Record(super::case::State::AtTown))
        .may(&[AUDIT])
        .denied(Denial::Plain)
        .nothing_for(&["edu/university/audit"]),
        Case::query(
            "audit",
            "query($account: ID, $object: ID) { audit(account: $account, object: $object) { nodes { no action } } }",
            |asked| {
                json!({ "account": asked.app.actor("zj/village/recorder").account.to_string(), "object": asked.subject.record })
            },
        )
        .on(super::case::On::Record(super::case::State::Draft))
        .may(&[AUDIT])
        .denied(Denial::Plain)
        .nothing_for(&["edu/university/audit"]),
        Case::query("auditHead", "{ auditHead { size root note } }", |_| json!({})).may(AUDITS).denied(Denial::Plain),
        Case::query("auditHeads", "{ auditHeads { nodes { size at } } }", |_| json!({})).may(AUDITS).denied(Denial::Plain),
        Case::query("auditConsistency", "{ auditConsistency { from { size } to { size } path } }", |_| json!({})).may(AUDITS),
        // The first entry of all is of the first tenant.
        Case::query("auditProof", "{ auditProof(no: 1) { index size file fault } }", |_| json!({})).may(&[AUDIT]),
        Case::query("receiptProof", "query($receipt: ID!) { receiptProof(receipt: $receipt) { index file } }", |asked| {
            json!({ "receipt": asked.subject.town })
        })
        .on(super::case::On::Record(super::case::State::AtTown))
        .may(&[AUDIT]),
    ]
}

/// A line that keeps nobody of the table from anything.
fn deny() -> serde_json::Value {
    json!({ "role": "branch_secretary", "kind": "figure", "action": "view", "relation": "self",
            "levelFrom": 12, "levelTo": 12, "effect": "deny" })
}
