//! What was left behind: the people of a successor read it, and nobody else whom it had not reached before.

use serde_json::{Value, json};

use crate::walls::{
    case::{Asked, Case, On, State},
    people::{COUNTY, COUNTY_ADMIN, HIGHER, NEXT_COMMITTEE, SUCCESSOR, TOWN, TOWN_ADMIN},
    world::writing,
};

const RECORD: &str = "record { id title } problems { code severity }";
const RECEIPT: &str = "receipt { version content } problems { code severity }";
/// Whoever holds a post at the successor of the committee.
const AT_NEXT: &[&[&str]] = &[NEXT_COMMITTEE, &["zj/town2/org_admin"]];

pub(super) fn rows() -> Vec<Case> {
    let mut rows: Vec<Case> = State::LEFT.into_iter().flat_map(of_a_branch).collect();
    rows.extend(of_a_committee());
    rows
}

/// Its records: read, but neither sent nor decided any more.
fn of_a_branch(state: State) -> Vec<Case> {
    let on = On::Left(state);
    let held: &[&[&str]] = match state {
        State::Returned => &[TOWN, TOWN_ADMIN],
        State::Final => &[TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN],
        _ => &[],
    };
    let view = "query($id: ID!) { record(id: $id) { id title content state timeline { step } rounds { hash } } }";
    let list = "query($org: ID!, $state: RecordState!) { records(org: $org, state: $state) { nodes { id title } } }";
    let step = |field, arguments: fn(&Asked<'_>) -> Value| {
        Case::mutation(field, RECORD, arguments).on(on).refused(&[SUCCESSOR])
    };
    let at = |asked: &Asked<'_>| json!({ "record": asked.subject.record, "rev": asked.subject.rev });
    let mut rows = vec![
        Case::query("record", view, |asked| json!({ "id": asked.subject.record }))
            .on(on)
            .may(&[SUCCESSOR])
            .first_alone(held),
        step("submitRecord", at),
        step("askConfirmation", at),
        step("discardDraft", at),
        step("recallRecord", |asked| json!({ "record": asked.subject.record })),
        step(
            "saveDraft",
            |asked| json!({ "record": asked.subject.record, "rev": asked.subject.rev, "writing": writing("改过的记录") }),
        ),
    ];
    if state == State::Draft {
        let drafts = |asked: &Asked<'_>| json!({ "org": asked.subject.org, "state": "DRAFT" });
        rows.push(Case::query("records", list, drafts).on(on).may(&[SUCCESSOR]));
    } else {
        // The holder's receipt is what it was.
        let receipt = "query($id: ID!) { receipt(id: $id) { receipt { id title } content } }";
        rows.push(
            Case::query("receipt", receipt, |asked| json!({ "id": asked.subject.town }))
                .on(on)
                .may(&[TOWN])
                .first_alone(&[SUCCESSOR, TOWN, TOWN_ADMIN]),
        );
    }
    if state == State::Final {
        let figures = "query($org: ID!) { figures(input: { org: $org, from: 202601, to: 202612 }) { count } }";
        rows.push(
            Case::query("figures", figures, |asked| json!({ "org": asked.subject.org }))
                .on(on)
                .may(&[SUCCESSOR, TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER])
                .first_alone(super::flow::OVER_TOWN),
        );
    }
    rows
}

/// Its receipts: read and counted; what was decided stays decided.
fn of_a_committee() -> Vec<Case> {
    let view = "query($id: ID!) { receipt(id: $id) { receipt { id title state } content timeline { step } } }";
    let list = "query($org: ID!) { receipts(org: $org, queue: HELD) { nodes { id title } } }";
    let counts = "query($org: ID!) { counts(org: $org) { held } }";
    let on = On::LeftReceipt;
    let town = |asked: &Asked<'_>| json!({ "receipt": asked.subject.town });
    vec![
        Case::query("receipt", view, |asked| json!({ "id": asked.subject.town }))
            .on(on)
            .may(&[NEXT_COMMITTEE])
            .first_alone(AT_NEXT),
        Case::query("receipts", list, |asked| json!({ "org": asked.subject.org }))
            .on(on)
            .may(&[NEXT_COMMITTEE])
            .first_alone(AT_NEXT),
        Case::query("counts", counts, |asked| json!({ "org": asked.subject.org }))
            .on(on)
            .may(&[NEXT_COMMITTEE])
            .first_alone(AT_NEXT),
        Case::mutation("approveReceipt", RECEIPT, town).on(on).refused(&[NEXT_COMMITTEE]).first_alone(AT_NEXT),
        Case::mutation("recallApproval", RECEIPT, town).on(on).refused(&[NEXT_COMMITTEE]).first_alone(AT_NEXT),
    ]
}
