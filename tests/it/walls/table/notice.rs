//! The inbox and the wishes are one's own; webhooks are whoever administers the organisation; what could not be delivered is
//! the system administrator's.

use serde_json::json;

use crate::walls::{
    case::{Case, Denial, Floor, On, State},
    people::{BRANCH, COUNTY_ADMIN, COUNTY_DECIDES, HIGHER_ADMINS, SIGNED_IN, SYSTEM, TOWN_ADMIN, TOWN_DECIDES},
};

/// Who has been told of something: see `World::new`.
const TOLD: &[&[&str]] = &[BRANCH, TOWN_DECIDES, COUNTY_DECIDES, &["edu/college/reviewer"]];
/// None of the people: a record made for a cell has no notices yet. Whoever is told and marks stands in `notice::inbox`.
const TOLD_LATER: &[&str] = &["nobody yet"];
/// Administrators over the branch.
const OVER: &[&[&str]] = &[TOWN_ADMIN, COUNTY_ADMIN, HIGHER_ADMINS, SYSTEM];

pub(super) fn rows() -> Vec<Case> {
    let mut rows = oneself();
    rows.extend(webhooks());
    rows.extend(undelivered());
    rows
}

fn oneself() -> Vec<Case> {
    let inbox = "{ inbox { nodes { no kind title receiptId recordId org { id name } } } unreadNotices }";
    vec![
        Case::query(
            "inbox",
            "subscription { inbox { unread notices { no kind title receiptId recordId org { id } } } }",
            |_| json!({}),
        )
        .may(TOLD)
        .denied(Denial::Empty)
        .floor(Floor::Session),
        Case::query("inbox", inbox, |_| json!({})).may(TOLD).denied(Denial::Empty).floor(Floor::Session),
        Case::query("unreadNotices", "{ unreadNotices }", |_| json!({}))
            .may(TOLD)
            .denied(Denial::Empty)
            .floor(Floor::Session),
        Case::query(
            "noticePreferences",
            "{ noticePreferences { digestAt email wishes { kind wish } } }",
            |_| json!({}),
        )
        .may(SIGNED_IN)
        .floor(Floor::Session),
        Case::mutation("markNoticesRead", "marked problems { code severity }", |_| json!({ "upTo": 1 }))
            .may(SIGNED_IN)
            .sample(&["zj/village/secretary", "edu/college/reviewer"])
            .floor(Floor::Session),
        Case::mutation(
            "markNoticesRead",
            "marked problems { code severity }",
            |asked| json!({ "about": [asked.subject.town] }),
        )
        .on(On::Record(State::AtTown))
        .may(SIGNED_IN)
        .sample(TOLD_LATER)
        .floor(Floor::Session),
        Case::mutation(
            "updateNoticePreferences",
            "preferences { digestAt email } problems { code severity }",
            // The address asks for the password, which another row has changed by then: its own tests are in `people`.
            |_| json!({ "digestAt": "17:00" }),
        )
        .may(SIGNED_IN)
        .sample(&["zj/village/secretary", "edu/branch/recorder"])
        .floor(Floor::Session),
    ]
}

fn webhooks() -> Vec<Case> {
    let list = "query($org: ID!) { webhooks(org: $org) { nodes { id name host kinds createdBy { id } } } }";
    vec![
        Case::query("webhooks", list, |asked| json!({ "org": asked.org("zj/village") })).may(OVER),
        Case::mutation("createWebhook", "webhook { id name } secret problems { code severity }", |asked| {
            json!({ "org": asked.org("zj/village"), "name": "工作群", "reader": "PROGRAM", "url": "https://hook.example.cn/",
                    "kinds": ["RETURNED"] })
        })
        .may(OVER),
        Case::mutation("testWebhook", "done problems { code severity }", |asked| json!({ "webhook": asked.subject.webhook }))
            .on(On::Webhook)
            .may(OVER),
        Case::mutation(
            "removeWebhook",
            "done problems { code severity }",
            |asked| json!({ "webhook": asked.subject.webhook }),
        )
        .on(On::Webhook)
        .may(OVER),
    ]
}

fn undelivered() -> Vec<Case> {
    let list = "{ deadLetters { nodes { id kind reason account { id name } } } }";
    vec![
        Case::query("deadLetters", list, |_| json!({}))
            .on(On::DeadLetter)
            .may(&[SYSTEM, &["edu/university/system"]])
            .denied(Denial::Plain),
        Case::mutation(
            "redriveDeliveries",
            "redriven problems { code severity }",
            |asked| json!({ "deliveries": [asked.subject.delivery] }),
        )
        .on(On::DeadLetter)
        .may(&[SYSTEM])
        // Not among his own: as if it were nowhere.
        .refused(&[&["edu/university/system"]])
        .denied(Denial::Plain),
    ]
}
