use domain::record::Writing;
use serde_json::json;
use testkit::TestApp;

use super::read::differences;
use crate::flow::desk::{Desk, code, day, done, example};

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

const FOREIGN: &str = "INSERT INTO rollup SELECT tenant_id, org_id, up_id, 'JY', month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12
    FROM rollup WHERE type = 'DXZH' AND month = 202602 AND org_id = (SELECT id FROM org WHERE code = '33')";
const UP: &str = "UPDATE rollup SET up_id = (SELECT id FROM org WHERE code = '330110')
    WHERE type = '*' AND month = 202600 AND org_id = (SELECT id FROM org WHERE code = '330106')";

/// What is summed before it is compared is compared cell by cell all the same: branches of one county, months of one year,
/// tags, steps that are pending, a cell that nothing stands behind, a cell under another superior.
#[tokio::test]
async fn differences_are_named_cell_by_cell() {
    let app = TestApp::new().await;
    for (village, tags, on) in [
        ("zj/village/recorder", &["DXZH", "ZTDR"][..], "2026-02-26"),
        ("zj/village2/recorder", &["DXZH"][..], "2026-02-26"),
        ("zj/village3/recorder", &[][..], "2026-01-15"),
        ("zj/village4/recorder", &["DXZH"][..], "2025-12-31"),
    ] {
        let desk = Desk::of(&app, village);
        let tags = tags.iter().map(|tag| code(tag)).collect();
        let id = desk.draft("ZBDH", Writing { tags, occurred_on: day(on), ..example("ZBDH") }).await;
        done(desk.submit(id, 1).await);
    }
    assert_eq!(differences(&app).await, json!([]), "pending");
    assert_eq!(app.fold().await, 4);
    assert_eq!(differences(&app).await, json!([]), "folded");
    Desk::of(&app, "zj/village/recorder").send("JY").await;
    assert_eq!(differences(&app).await, json!([]), "partly");

    testkit::sql(&app.owner, FOREIGN).await;
    let found = differences(&app).await;
    let [cell] = &found.as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!((&cell["type"], &cell["month"]), (&json!("JY"), &json!(202_602)));
    // One more, pending, is expected there; the folded two of the tag stand behind nothing.
    assert_eq!((&cell["expected"][0], &cell["found"][0]), (&json!(1), &json!(3)));

    testkit::sql(&app.owner, UP).await;
    let found = differences(&app).await;
    let moved: Vec<_> = found.as_array().unwrap().iter().filter(|cell| cell["type"] == "*").collect();
    let numbers: Vec<_> = moved.iter().map(|cell| (&cell["up_id"], &cell["expected"][0], &cell["found"][0])).collect();
    let (city, county2) =
        (json!(app.org("zj/city").uuid().to_string()), json!(app.org("zj/county2").uuid().to_string()));
    let mut expected = [(&city, &json!(4), &json!(1)), (&county2, &json!(0), &json!(3))];
    expected.sort_by_key(|cell| cell.0.to_string());
    let mut numbers = numbers;
    numbers.sort_by_key(|cell| cell.0.to_string());
    assert_eq!(numbers, expected);
}
