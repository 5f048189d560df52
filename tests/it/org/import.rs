use std::sync::Arc;

use app::org::{Input, Options, Owner, Report, import};
use domain::{clock::Clock, org::Approval, tenant::TenantKey};
use secrecy::SecretString;
use serde_json::json;
use testkit::{SeededChance, TestApp};

use super::codes;

async fn bring(app: &TestApp, file: &[u8], day: &str, dry_run: bool) -> Report {
    let owner = Owner::connect(&SecretString::from(app.database.admin_url.clone())).await.unwrap();
    let tenant = TenantKey::parse("zj").unwrap();
    let clock: Arc<dyn Clock> = app.clock.clone();
    let chance = SeededChance::new(file.len() as u64);
    let input = Input { owner: &owner, tenant: &tenant, clock: &*clock, chance: &chance };
    let options = Options { dry_run, day: day.parse().unwrap(), approval: Approval::default() };
    let report = import(input, file, &options).await.unwrap();
    owner.close().await;
    report
}

fn counts(report: &Report) -> (i64, i64, i64, bool, usize) {
    (report.created, report.changed, report.unchanged, report.written, report.faults.len())
}

const HEAD: &str = "党组织代码,上级代码,党组织名称,简称,类别,层级,所在单位名称,所在单位代码,成立日期\n";
const TREE: &str = "330111001201,330111001,新乡一村党支部,一村,党支部,,一村村委会,54330111,2020/1/31
330111001,330111,新乡党委,,committee,4,,,2021-05-01
330111,3301,富阳区委,富阳,党委,,,,
";

#[tokio::test]
async fn a_file_in_any_order_comes_in_once() {
    let app = TestApp::new().await;
    let file = format!("{HEAD}{TREE}");
    assert_eq!(counts(&bring(&app, file.as_bytes(), "2026-03-01", true).await), (3, 0, 0, false, 0));
    assert_eq!(counts(&bring(&app, file.as_bytes(), "2026-03-01", false).await), (3, 0, 0, true, 0));
    let (gb, _, _) = encoding_rs::GB18030.encode(&file);
    assert_eq!(counts(&bring(&app, &gb, "2026-03-02", false).await), (0, 0, 3, true, 0));
    let marked = [b"\xEF\xBB\xBF", file.as_bytes()].concat();
    assert_eq!(counts(&bring(&app, &marked, "2026-03-02", false).await), (0, 0, 3, true, 0));

    let reader = app.actor("zj/village/recorder");
    let query = "query($code: String!, $day: NaiveDate) { orgByCode(code: $code, asOf: $day) { level unitName establishedOn ancestors { code } } }";
    let data = reader.data(query, json!({ "code": "330111001201" })).await;
    let org = &data["orgByCode"];
    assert_eq!(codes(&org["ancestors"]), ["33", "3301", "330111", "330111001"]);
    assert_eq!(
        (&org["level"], &org["unitName"], &org["establishedOn"]),
        (&json!(5), &json!("一村村委会"), &json!("2020-01-31"))
    );
    // Nothing hangs in the air: it stands in the tree from the day on which its superiors do.
    let before = reader.query(query, json!({ "code": "330111001201", "day": "2026-02-28" })).await;
    assert_eq!(before["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn changes_are_dated_and_carry_what_is_below() {
    let app = TestApp::new().await;
    let change = "党组织代码,上级代码,党组织名称,类别\n330106109,330110,中共三墩镇委员会,党委\n330106013,330106,蒋村街道党工委,党工委\n";
    let report = bring(&app, change.as_bytes(), "2026-02-20", false).await;
    assert_eq!(counts(&report), (0, 2, 0, true, 0), "{report:?}");
    let reader = app.actor("zj/village/recorder");
    let query =
        "query($code: String!, $day: NaiveDate) { orgByCode(code: $code, asOf: $day) { name ancestors { code } } }";
    let line = async |day: Option<&str>| {
        let data = reader.data(query, json!({ "code": "330106109201", "day": day })).await;
        codes(&data["orgByCode"]["ancestors"]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line(None).await, ["33", "3301", "330110", "330106109"]);
    assert_eq!(line(Some("2026-02-19")).await, ["33", "3301", "330106", "330106109"]);
    let data = reader.data(query, json!({ "code": "330106013", "day": "2026-02-19" })).await;
    assert_eq!(data["orgByCode"]["name"], "中共蒋村街道工作委员会");
    // Columns that are not in the file stay as they are, and paths follow the tree.
    let wrong: i64 = testkit::scalar(
        &app.owner,
        "SELECT count(*) FROM org o JOIN org p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
          WHERE o.path <> p.path || to_hex(o.label) || '/' OR o.level <= p.level",
    )
    .await;
    assert_eq!(wrong, 0);
    let early = bring(
        &app,
        "党组织代码,上级代码,党组织名称,类别\n330106109,330106,中共三墩镇委员会,党委\n".as_bytes(),
        "2026-02-19",
        false,
    )
    .await;
    assert!(early.faults[0].zh.contains("2026-02-20"), "{early:?}");
}

#[tokio::test]
async fn with_any_fault_nothing_is_written_and_every_row_is_named() {
    let app = TestApp::new().await;
    let rows = "330199,3301,,,党委,,,,
330198,3301,甲,,党会,9,,,2020-13-01
330197,99,乙,,党委,,,,
330196,330195,丙,,党委,,,,
330195,330196,丁,,党委,,,,
330194,3301,戊,,党委,2,,,
330194,3301,己,,党委,,,,
bad code,3301,庚,,党委,,,,
330193,,辛,,党委,,,,
330192,3301,壬
33,3301,中共浙江省委员会,,党委,,,,
330106109201001,330106109201,癸,,党小组,,,,
";
    let report = bring(&app, format!("{HEAD}{rows}").as_bytes(), "2026-03-02", false).await;
    let found: Vec<_> = report.faults.iter().map(|fault| (fault.row.unwrap(), fault.column.as_str())).collect();
    let expected = [
        (2, "党组织名称"),
        (3, "类别"),
        (3, "层级"),
        (3, "成立日期"),
        (4, "上级代码"),
        (5, "上级代码"),
        (6, "上级代码"),
        (7, "层级"),
        (8, "党组织代码"),
        (9, "党组织代码"),
        (10, "上级代码"),
        (11, ""),
        (11, "类别"),
        (12, "上级代码"),
        (13, "上级代码"),
    ];
    assert_eq!(found, expected, "{:#?}", report.faults);
    assert!(!report.written && report.faults.iter().all(|fault| !fault.zh.is_empty() && !fault.en.is_empty()));
    let orgs: i64 = testkit::scalar(&app.owner, "SELECT count(*) FROM org WHERE code LIKE '33019%'").await;
    assert_eq!(orgs, 0);

    let unknown = bring(&app, "党组织代码,上级代码,党组织名称,类别,颜色\n".as_bytes(), "2026-03-02", false).await;
    assert_eq!((unknown.faults.len(), unknown.faults[0].row, unknown.faults[0].column.as_str()), (1, Some(1), "颜色"));
    let bytes = [HEAD.as_bytes(), b"330199,3301,\xFF,,x,,,,\n"].concat();
    assert!(bring(&app, &bytes, "2026-03-02", false).await.faults[0].zh.contains("UTF-8"));
}
