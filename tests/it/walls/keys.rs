//! An idempotency key is its person's: to anybody else it is a new one, and gives nothing of what was answered under it.

use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use super::world::{draft, text, writing};

const KEY: &str = "the-very-same-key";

async fn mutate(actor: &Actor<'_>, field: &str, mut input: Value, selection: &str) -> Value {
    input["idempotencyKey"] = KEY.into();
    actor.try_mutate(field, input, selection).await
}

#[tokio::test]
async fn under_somebody_elses_key_one_begins_ones_own() {
    let app = TestApp::new().await;
    let meeting = || json!({ "ofType": "ZBDH", "writing": writing("党员大会") });
    let mut begun = Vec::new();
    for key in ["zj/village/recorder", "zj/village/recorder2", "zj/village2/recorder", "edu/branch/recorder"] {
        let made = mutate(&app.actor(key), "createDraft", meeting(), "record { id org { id } }").await;
        let record = &made["data"]["createDraft"]["record"];
        assert_eq!(record["org"]["id"], app.actor(key).org.to_string(), "{key}: {made}");
        begun.push(text(&record["id"]));
    }
    let again = mutate(&app.actor("zj/village/recorder"), "createDraft", meeting(), "record { id }").await;
    assert_eq!(again["data"]["createDraft"]["record"]["id"], begun[0].as_str());
    begun.sort();
    begun.dedup();
    assert_eq!(begun.len(), 4, "each has begun a record of his own");
}

#[tokio::test]
async fn under_somebody_elses_key_nothing_is_answered_that_was_answered_to_him() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, rev) = draft(&recorder).await;
    let input = json!({ "record": record, "rev": rev });
    let sent = mutate(&recorder, "submitRecord", input.clone(), "hash receipt { id }").await;
    let hash = text(&sent["data"]["submitRecord"]["hash"]);

    // In the same branch: she may know of it, and learns that it is sent already, as under any key.
    let secretary = app.actor("zj/village/secretary");
    let hers = mutate(&secretary, "submitRecord", input.clone(), "hash receipt { id }").await;
    assert_eq!(hers["data"]["submitRecord"]["problems"][0]["code"], "WRONG_STATE", "{hers}");
    assert_eq!(hers["data"]["submitRecord"]["hash"], json!(null));
    // In his post, which she does not hold; and from anywhere else: as if it were not there.
    let mut borrowed = input.clone();
    borrowed["post"] = recorder.post.to_string().into();
    let absent = json!({ "record": format!("record:{}", "0".repeat(32)), "rev": rev });
    let mut answers = vec![mutate(&secretary, "submitRecord", borrowed, "hash receipt { id }").await];
    for key in ["zj/village2/secretary", "zj/town/reviewer", "zj/county/reviewer", "edu/branch/recorder"] {
        answers.push(mutate(&app.actor(key), "submitRecord", input.clone(), "hash receipt { id }").await);
        answers.push(mutate(&app.actor(key), "submitRecord", absent.clone(), "hash receipt { id }").await);
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
        assert!(!answer.to_string().contains(&hash));
    }
    // Without his post he is answered no more, either.
    app.end_posts(std::slice::from_ref(&recorder)).await;
    assert_eq!(mutate(&recorder, "submitRecord", input, "hash receipt { id }").await, answers[0]);
}

#[tokio::test]
async fn a_decision_is_not_repeated_to_a_colleague_under_the_same_key() {
    let app = TestApp::new().await;
    let (reviewer, colleague) = (app.actor("zj/town/reviewer"), app.actor("zj/town/reviewer2"));
    let writer = app.actor("zj/village/recorder");
    let (record, rev) = draft(&writer).await;
    let receipt = super::world::send(&writer, &record, rev).await;
    let batch = async |actor: &Actor<'_>| {
        let document = "mutation($input: ApproveReceiptsInput!) {
            approveReceipts(input: $input) { items { approved next { id } problems { code } } } }";
        let input = json!({ "post": actor.post.to_string(), "idempotencyKey": KEY, "receipts": [receipt] });
        actor.data(document, json!({ "input": input })).await["approveReceipts"]["items"][0].take()
    };
    let his = batch(&reviewer).await;
    assert_eq!((&his["approved"], his["next"]["id"].is_string()), (&json!(true), true));
    let hers = batch(&colleague).await;
    assert_eq!(hers, json!({ "approved": false, "next": null, "problems": [{ "code": "WRONG_STATE" }] }));
    assert_eq!(batch(&reviewer).await, his);
    // A token is shown to whom it was made, once.
    let token = json!({ "label": "脚本", "days": 1 });
    let [first, second] = [&writer, &colleague].map(|actor| (actor, token.clone()));
    let first = mutate(first.0, "createToken", first.1, "token session { id }").await;
    let second = mutate(second.0, "createToken", second.1, "token session { id }").await;
    let made = [&first, &second].map(|made| text(&made["data"]["createToken"]["token"]));
    assert_ne!(made[0], made[1]);
    let again = mutate(&writer, "createToken", token, "token session { id }").await;
    assert_eq!(again["data"]["createToken"]["token"], json!(null));
}
