use serde_json::json;
use testkit::TestApp;

use super::read::differences;
use crate::flow::desk::{Desk, done};

const COUNTY: &str = "SELECT jsonb_agg(jsonb_build_array(o.code, r.type, r.month, r.state, r.n, r.m1) ORDER BY o.code, r.type, r.month, r.state)
    FROM rollup r JOIN org o ON o.id = r.org_id WHERE r.n <> 0 AND o.code = '330106'";
const MORE: &str =
    "UPDATE rollup SET n = n + 1, m2 = m2 - 3 WHERE type = 'ZBDH' AND month = 202602 AND state = 'in_review'
    AND org_id = (SELECT id FROM org WHERE code = '330106')";
const AWAY: &str =
    "DELETE FROM rollup WHERE type = '*' AND month = 202600 AND org_id = (SELECT id FROM org WHERE code = '33')";
const DELTA: &str = "DELETE FROM rollup_delta";

/// A folded cell changed by hand, one that is missing, a delta that was lost: each is named.
#[tokio::test]
async fn what_does_not_reconcile_is_named() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let first = recorder.send("ZBDH").await;
    recorder.send("ZBDH").await;
    assert_eq!(app.fold().await, 2);
    let county = testkit::scalar::<serde_json::Value>(&app.owner, COUNTY).await;
    let cell = |of_type, month| json!(["330106", of_type, month, "in_review", 2, 46]);
    let cells = json!([cell("*", 202_600), cell("*", 202_602), cell("ZBDH", 202_600), cell("ZBDH", 202_602)]);
    assert_eq!(county, cells);
    assert_eq!(differences(&app).await, json!([]));

    testkit::sql(&app.owner, MORE).await;
    let found = differences(&app).await;
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let cell = &found[0];
    assert_eq!((&cell["type"], &cell["month"], &cell["state"]), (&json!("ZBDH"), &json!(202_602), &json!("in_review")));
    assert_eq!(cell["org_id"], json!(app.org("zj/county").uuid().to_string()));
    assert_eq!(cell["up_id"], json!(app.org("zj/city").uuid().to_string()));
    assert_eq!((&cell["expected"][0], &cell["found"][0]), (&json!(2), &json!(3)));
    assert_eq!((&cell["expected"][2], &cell["found"][2]), (&json!(42), &json!(39)));

    testkit::sql(&app.owner, AWAY).await;
    let found = differences(&app).await;
    let top = json!(app.org("zj/province").uuid().to_string());
    assert!(
        found.as_array().unwrap().iter().any(|cell| cell["org_id"] == top && cell["found"][0] == json!(0)),
        "{found}"
    );

    // A step whose delta is lost before it was folded.
    done(Desk::of(&app, "zj/town/reviewer").give_back(first.receipt, crate::flow::desk::remarks()).await);
    let before = differences(&app).await.as_array().unwrap().len();
    testkit::sql(&app.owner, DELTA).await;
    assert!(differences(&app).await.as_array().unwrap().len() > before);
}
