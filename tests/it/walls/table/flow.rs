//! Records, receipts, figures.

use serde_json::{Value, json};

use crate::walls::{
    case::{Asked, Case, Denial, On, State},
    people::{
        ABOVE, AT_COUNTY, AT_TOWN, AT_TOWN_OR_COUNTY, BRANCH, COUNTY, COUNTY_ADMIN, COUNTY_DECIDES, HIGHER, SECURITY,
        SUCCESSOR, TOWN, TOWN_ADMIN, TOWN_DECIDES, WRITERS,
    },
    world::writing,
};

const RECORD: &str = "record { id title } problems { code severity }";
const RECEIPT: &str = "receipt { version content } problems { code severity }";
/// Whoever follows a record of his own organisation upwards, and whoever else holds a post where it is received.
const NEAR_TOWN: &[&[&str]] = &[BRANCH, TOWN, TOWN_ADMIN];
const NEAR_COUNTY: &[&[&str]] = &[BRANCH, COUNTY, COUNTY_ADMIN];
/// Likewise, and who follows what his predecessor has sent.
const FOLLOW_TO_TOWN: &[&[&str]] = &[BRANCH, SUCCESSOR, TOWN, TOWN_ADMIN];
const FOLLOW_TO_COUNTY: &[&[&str]] = &[BRANCH, SUCCESSOR, COUNTY, COUNTY_ADMIN];

/// Who holds a record in this state, so that only casbin keeps him from reading what he has received as if it were his.
const fn holders(state: State) -> &'static [&'static [&'static str]] {
    match state {
        State::Draft | State::Withdrawn | State::Discarded => &[],
        State::AtTown | State::Returned => AT_TOWN,
        State::AtCounty | State::Final => AT_TOWN_OR_COUNTY,
    }
}

fn record(asked: &Asked<'_>) -> Value {
    json!({ "record": asked.subject.record })
}

fn record_at(asked: &Asked<'_>) -> Value {
    json!({ "record": asked.subject.record, "rev": asked.subject.rev })
}

fn town(asked: &Asked<'_>) -> Value {
    json!({ "receipt": asked.subject.town })
}

fn county(asked: &Asked<'_>) -> Value {
    json!({ "receipt": asked.subject.county })
}

pub(super) fn records() -> Vec<Case> {
    let whole = "id title content state author { id } timeline { step who { id } } rounds { hash receipts { state } } check { code } files { n name path thumbnail { path } previews { path } link { path } }";
    let view = format!("query($id: ID!) {{ record(id: $id) {{ {whole} }} }}");
    let list = "query($org: ID!, $state: RecordState!) { records(org: $org, state: $state) { nodes { id title } } }";
    let mut rows = vec![
        Case::mutation("createDraft", RECORD, |_| json!({ "ofType": "ZBDH", "writing": writing("新的记录") }))
            .may(&[WRITERS])
            // Whether the role writes at its own organisation, is casbin's.
            .first_alone(crate::walls::people::SIGNED_IN),
        Case::query("record", &view, |asked| json!({ "id": asked.subject.record }))
            .on(On::TownDraft)
            .may(&[TOWN])
            .first_alone(&[TOWN_ADMIN]),
        Case::query("records", list, |asked| json!({ "org": asked.org("zj/village"), "state": "DRAFT" }))
            .may(&[BRANCH]),
        Case::query("records", list, |asked| json!({ "org": asked.org("zj/village"), "state": "DISCARDED" }))
            .may(&[BRANCH]),
        Case::query("records", list, |asked| json!({ "org": asked.org("zj/village"), "state": "IN_REVIEW" }))
            .may(&[BRANCH])
            .first_alone(AT_TOWN_OR_COUNTY),
        Case::query("records", list, |asked| json!({ "org": asked.org("zj/town"), "state": "DRAFT" }))
            .may(&[TOWN])
            .first_alone(&[TOWN_ADMIN]),
    ];
    rows.extend(confirmation());
    for state in State::ALL {
        let on = On::Record(state);
        rows.push(
            Case::query("record", &view, |asked| json!({ "id": asked.subject.record }))
                .on(on)
                .may(&[BRANCH])
                .first_alone(holders(state)),
        );
        // Watching is reading, again and again.
        let watch = format!("subscription($record: ID!) {{ recordChanged(record: $record) {{ {whole} }} }}");
        rows.push(
            Case::query("recordChanged", &watch, |asked| json!({ "record": asked.subject.record }))
                .on(on)
                .may(&[BRANCH])
                .first_alone(holders(state)),
        );
        rows.push(
            Case::query(
                "explain",
                "query($object: ID) { explain(action: \"record.view\", object: $object) { allowed steps } }",
                |asked| json!({ "object": asked.subject.record }),
            )
            .on(on)
            .may(match state {
                State::Draft | State::Withdrawn | State::Discarded => &[BRANCH, SECURITY],
                State::AtTown | State::Returned => &[BRANCH, TOWN, SECURITY],
                State::AtCounty | State::Final => &[BRANCH, TOWN, COUNTY, SECURITY],
            })
            .first_alone(holders(state)),
        );
        let step = |field, arguments, open: bool| {
            let case = Case::mutation(field, RECORD, arguments).on(on);
            if open { case.may(&[BRANCH]) } else { case.refused(&[BRANCH]) }
        };
        let open = matches!(state, State::Draft | State::Returned | State::Withdrawn);
        let save = |asked: &Asked<'_>| json!({ "record": asked.subject.record, "rev": asked.subject.rev, "writing": writing("改过的记录") });
        rows.push(step("saveDraft", save, open));
        let files =
            |asked: &Asked<'_>| json!({ "record": asked.subject.record, "rev": asked.subject.rev, "files": [] });
        rows.push(step("arrangeFiles", files, open));
        rows.push(step("discardDraft", record_at, state == State::Draft));
        // What was taken back is mended first, then sent again.
        // All of these are reviewed above.
        rows.push(step("askConfirmation", record_at, false));
        rows.push(step("submitRecord", record_at, matches!(state, State::Draft | State::Returned)));
        let recall = Case::mutation("recallRecord", RECORD, record).on(on);
        rows.push(match state {
            State::AtTown => recall.may(&[&["zj/village/recorder"]]).refused(&[&["zj/village/secretary"]]),
            _ => recall.refused(&[BRANCH]),
        });
    }
    rows
}

/// What nobody above reviews: its writer asks, another person of the organisation confirms.
fn confirmation() -> Vec<Case> {
    let list = "query($org: ID!) { recordsToConfirm(org: $org) { nodes { id title askedAt askedBy { id } } } }";
    let view = "query($id: ID!) { record(id: $id) { id title askedAt askedBy { id } confirmers { id name } } }";
    let writer: &[&[&str]] = &[&["zj/village/recorder"]];
    let confirms: &[&[&str]] = &[&["zj/village/secretary"]];
    vec![
        Case::query("recordsToConfirm", list, |asked| json!({ "org": asked.org("zj/village") }))
            .on(On::ToConfirm)
            .may(confirms)
            // He is asked for nothing: it is his own.
            .nothing_for(&["zj/village/recorder"]),
        // Nobody at the town has asked for anything.
        Case::query("recordsToConfirm", list, |asked| json!({ "org": asked.org("zj/town") })).nothing_for(&[
            "zj/town/reviewer",
            "zj/town/reviewer2",
            "zj/town/archivist",
        ]),
        Case::query("record", view, |asked| json!({ "id": asked.subject.record })).on(On::ToConfirm).may(&[BRANCH]),
        Case::mutation("askConfirmation", RECORD, record_at).on(On::ToConfirm).may(writer).refused(confirms),
        Case::mutation("submitRecord", RECORD, record_at).on(On::ToConfirm).may(confirms).refused(writer),
    ]
}

pub(super) fn receipts() -> Vec<Case> {
    let whole = "receipt { id title state hash origin { id } decidedBy { id } } content timeline { step } submittedBy { id } files { n name path thumbnail { path } previews { path } link { path } }";
    let view = format!("query($id: ID!) {{ receipt(id: $id) {{ {whole} }} }}");
    let list = "query($org: ID!, $queue: ReceiptQueue!) { receipts(org: $org, queue: $queue) { nodes { id title } } }";
    let counts = "query($org: ID!) { counts(org: $org) { drafts returned inReview toConfirm toReview overdue held } }";
    let mut rows = vec![
        Case::query("receipts", list, |asked| json!({ "org": asked.org("zj/town"), "queue": "HELD" }))
            .may(&[TOWN])
            .first_alone(FOLLOW_TO_TOWN),
        Case::query("receipts", list, |asked| json!({ "org": asked.org("zj/town"), "queue": "TO_REVIEW" }))
            .may(&[TOWN])
            .first_alone(NEAR_TOWN),
        Case::query("receipts", list, |asked| json!({ "org": asked.org("zj/county"), "queue": "HELD" }))
            .may(&[COUNTY])
            .first_alone(FOLLOW_TO_COUNTY),
        Case::query("counts", counts, |asked| json!({ "org": asked.org("zj/village") }))
            .may(&[BRANCH])
            .first_alone(AT_TOWN_OR_COUNTY),
        Case::query("counts", counts, |asked| json!({ "org": asked.org("zj/town") }))
            .may(&[TOWN])
            .first_alone(FOLLOW_TO_TOWN),
    ];
    for state in State::ALL.into_iter().filter(|state| !matches!(state, State::Draft | State::Discarded)) {
        let on = On::Record(state);
        rows.push(
            Case::query("receipt", &view, |asked| json!({ "id": asked.subject.town }))
                .on(on)
                .may(&[TOWN])
                .first_alone(NEAR_TOWN),
        );
        let decide = |field, arguments| {
            let case = Case::mutation(field, RECEIPT, arguments).on(on).first_alone(AT_TOWN);
            if state == State::AtTown { case.may(&[TOWN_DECIDES]) } else { case.refused(&[TOWN_DECIDES]) }
        };
        rows.push(decide("approveReceipt", town));
        let back = |asked: &Asked<'_>| json!({ "receipt": asked.subject.town, "reasons": ["CONTENT"] });
        rows.push(decide("returnReceipt", back));
        let many = Case::mutation(
            "approveReceipts",
            "items { id approved error problems { code severity } }",
            |asked| json!({ "receipts": [asked.subject.town] }),
        );
        let many = many.on(on).denied(Denial::Items).first_alone(AT_TOWN);
        rows.push(if state == State::AtTown { many.may(&[TOWN_DECIDES]) } else { many.refused(&[TOWN_DECIDES]) });
        let recall = Case::mutation("recallApproval", RECEIPT, town).on(on).first_alone(AT_TOWN);
        rows.push(match state {
            State::AtCounty => recall.may(&[&["zj/town/reviewer"]]).refused(&[&["zj/town/reviewer2"]]),
            _ => recall.refused(&[TOWN_DECIDES]),
        });
    }
    for state in [State::AtCounty, State::Final] {
        let on = On::Record(state);
        rows.push(
            Case::query("receipt", &view, |asked| json!({ "id": asked.subject.county }))
                .on(on)
                .may(&[COUNTY])
                .first_alone(NEAR_COUNTY),
        );
        let decide = Case::mutation("approveReceipt", RECEIPT, county).on(on).first_alone(AT_COUNTY);
        rows.push(if state == State::AtCounty {
            decide.may(&[COUNTY_DECIDES])
        } else {
            decide.refused(&[COUNTY_DECIDES])
        });
    }
    rows
}

pub(super) fn figures() -> Vec<Case> {
    let figures =
        "query($org: ID!) { figures(input: { org: $org, from: 202601, to: 202612, byChild: true }) { count childId } }";
    let drill = "query($org: ID!, $child: ID) {
                   drill(input: { org: $org, from: 202601, to: 202612, state: IN_REVIEW, child: $child }) {
                     total held elsewhere submissions { nodes { recordId title receipt { id } } } } }";
    let watch = "subscription($org: ID!) {
                   rollupChanged(input: { org: $org, from: 202601, to: 202612, byChild: true }) { count childId } }";
    vec![
        Case::query("rollupChanged", watch, |asked| json!({ "org": asked.org("zj/village") }))
            .may(&[BRANCH, TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER])
            .first_alone(ABOVE),
        Case::query("rollupChanged", watch, |asked| json!({ "org": asked.org("zj/county") }))
            .may(&[COUNTY, COUNTY_ADMIN, HIGHER])
            .first_alone(OVER_COUNTY),
        Case::query("figures", figures, |asked| json!({ "org": asked.org("zj/village") }))
            .may(&[BRANCH, TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER])
            .first_alone(ABOVE),
        Case::query("figures", figures, |asked| json!({ "org": asked.org("zj/town") }))
            .may(&[TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER])
            .first_alone(OVER_TOWN),
        Case::query("figures", figures, |asked| json!({ "org": asked.org("zj/county") }))
            .may(&[COUNTY, COUNTY_ADMIN, HIGHER])
            .first_alone(OVER_COUNTY),
        // The number is everybody's above; the records behind it are its holder's. A branch follows its own ones.
        Case::query("drill", drill, |asked| json!({ "org": asked.org("zj/town"), "child": asked.org("zj/village") }))
            .may(&[TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER])
            .first_alone(ABOVE),
    ]
}

pub(super) const OVER_TOWN: &[&[&str]] =
    &[crate::walls::people::SYSTEM, crate::walls::people::SECURITY, crate::walls::people::AUDIT];
const OVER_COUNTY: &[&[&str]] = OVER_TOWN;
