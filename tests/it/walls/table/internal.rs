//! Internal records: the tenant keeps them from its archivists, who read everything else that their committee holds.

use serde_json::json;

use crate::walls::{
    case::{Asked, Case, Denial, On, State},
    people::{
        AT_COUNTY, AT_TOWN, BRANCH, COUNTY, COUNTY_ADMIN, COUNTY_DECIDES, SECURITY, TOWN, TOWN_ADMIN, TOWN_DECIDES,
    },
};

const RECEIPT: &str = "receipt { version content } problems { code severity }";

pub(super) fn rows() -> Vec<Case> {
    State::INTERNAL.into_iter().flat_map(of).collect()
}

fn of(state: State) -> Vec<Case> {
    let on = On::Internal(state);
    let (held, told): (&[&[&str]], &[&[&str]]) = match state {
        State::Draft => (&[], &[BRANCH, SECURITY]),
        State::AtTown => (AT_TOWN, &[BRANCH, TOWN_DECIDES, SECURITY]),
        _ => (&[TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN], &[BRANCH, TOWN_DECIDES, COUNTY_DECIDES, SECURITY]),
    };
    let record = "query($id: ID!) { record(id: $id) { id title content confidentiality rounds { hash } } }";
    let explain = "query($object: ID) { explain(action: \"record.view\", object: $object) { allowed steps } }";
    let mut rows = vec![
        Case::query("record", record, |asked| json!({ "id": asked.subject.record }))
            .on(on)
            .may(&[BRANCH])
            .first_alone(held),
        Case::query("explain", explain, |asked| json!({ "object": asked.subject.record }))
            .on(on)
            .may(told)
            .first_alone(held),
    ];
    let receipt =
        "query($id: ID!) { receipt(id: $id) { receipt { id title origin { id } } content timeline { step } } }";
    let town = |asked: &Asked<'_>| json!({ "receipt": asked.subject.town });
    if state != State::Draft {
        rows.push(
            Case::query("receipt", receipt, |asked| json!({ "id": asked.subject.town }))
                .on(on)
                .may(&[TOWN_DECIDES])
                .first_alone(&[BRANCH, TOWN, TOWN_ADMIN]),
        );
    }
    if state == State::AtTown {
        rows.push(Case::mutation("approveReceipt", RECEIPT, town).on(on).may(&[TOWN_DECIDES]).first_alone(AT_TOWN));
        let many = "items { id approved error problems { code severity } }";
        rows.push(
            Case::mutation("approveReceipts", many, |asked| json!({ "receipts": [asked.subject.town] }))
                .on(on)
                .may(&[TOWN_DECIDES])
                .denied(Denial::Items)
                .first_alone(AT_TOWN),
        );
    }
    if state == State::AtCounty {
        rows.push(
            Case::query("receipt", receipt, |asked| json!({ "id": asked.subject.county }))
                .on(on)
                .may(&[COUNTY_DECIDES])
                .first_alone(&[BRANCH, COUNTY, COUNTY_ADMIN]),
        );
        let county = |asked: &Asked<'_>| json!({ "receipt": asked.subject.county });
        rows.push(
            Case::mutation(
                "returnReceipt",
                RECEIPT,
                |asked| json!({ "receipt": asked.subject.county, "reasons": ["CONTENT"] }),
            )
            .on(on)
            .may(&[COUNTY_DECIDES])
            .first_alone(AT_COUNTY),
        );
        rows.push(
            Case::mutation("recallApproval", RECEIPT, county).on(on).refused(&[COUNTY_DECIDES]).first_alone(AT_COUNTY),
        );
    }
    rows
}
