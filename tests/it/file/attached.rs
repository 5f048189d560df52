use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::TestApp;

use super::client::{Client, text};

#[tokio::test]
async fn a_committee_opens_the_files_that_it_received_and_never_a_later_set() {
    let app = TestApp::new().await;
    let (recorder, town) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/town/reviewer"));
    let (minutes, photo) = (text(6000), text(3000));
    let first = recorder.keep("会议记录.txt", &minutes).await;
    let second = recorder.keep("签到表.txt", &photo).await;
    let (record, rev) = recorder.draft_with(&[first.clone(), second.clone()]).await;
    let receipt = recorder.submit(&record, rev).await;

    let held = town.held(&receipt).await;
    assert_eq!(held[0]["name"], "会议记录.txt");
    assert_eq!(held.as_array().unwrap().len(), 2);
    let path = held[0]["path"].as_str().unwrap().to_owned();
    let whole = town.get(&path, &[]).await;
    assert_eq!((whole.status, &whole.body[..]), (200, &minutes[..]));
    assert!(whole.header("content-disposition").unwrap().starts_with("attachment; "), "never shown inline");
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    assert!(whole.header("content-security-policy").unwrap().contains("sandbox"));
    let part = town.get(&path, &[("range", "bytes=100-199")]).await;
    assert_eq!((part.status, &part.body[..]), (206, &minutes[100..200]));
    assert_eq!(part.header("content-range"), Some("bytes 100-199/6000"));
    let tag = whole.header("etag").unwrap();
    assert_eq!(town.get(&path, &[("if-none-match", tag)]).await.status, 304);

    // Returned, and sent again with one file: the older receipt still shows what was received then.
    let input = json!({ "receipt": receipt, "reasons": ["INCOMPLETE"], "note": "请补签字页" });
    let returned = town.actor.mutate("returnReceipt", input, "receipt { receipt { state } }").await;
    assert_eq!(returned["receipt"]["receipt"]["state"], "RETURNED", "{returned}");
    let query = "query($id: ID!) { record(id: $id) { rev files { name } } }";
    let rev = recorder.actor.data(query, json!({ "id": record })).await["record"]["rev"].as_i64().unwrap();
    let arranged = recorder.arrange(&record, rev, std::slice::from_ref(&second)).await;
    assert_eq!(arranged["record"]["files"][0]["name"], "签到表.txt", "{arranged}");
    assert_eq!(town.held(&receipt).await.as_array().unwrap().len(), 2);
    let again = recorder.submit(&record, arranged["record"]["rev"].as_i64().unwrap()).await;
    assert_eq!(town.held(&again).await.as_array().unwrap().len(), 1);
    assert_eq!(town.held(&receipt).await.as_array().unwrap().len(), 2);
    assert_eq!(&town.get(&path, &[]).await.body[..], &minutes[..]);
}

#[tokio::test]
async fn whoever_receives_a_file_that_was_not_scanned_is_told_so() {
    let app = TestApp::new().await;
    let (recorder, town) = (Client::of(&app, "zj/village/recorder"), Client::of(&app, "zj/town/reviewer"));
    let (large, small) = (recorder.keep("录像.txt", &text(6000)).await, recorder.keep("签到表.txt", &text(3000)).await);
    // As the worker keeps what is above the scanner's limit, where the tenant takes it.
    testkit::sql(&app.owner, "UPDATE file SET scan = 'unscanned_size' WHERE length = 6000").await;
    let (record, rev) = recorder.draft_with(&[large, small]).await;
    let receipt = recorder.submit(&record, rev).await;
    let query = "query($id: ID!) { receipt(id: $id) { files { unscanned } } }";
    let held = town.actor.data(query, json!({ "id": receipt })).await;
    assert_eq!(held["receipt"]["files"], json!([{ "unscanned": true }, { "unscanned": false }]));
}

#[tokio::test]
async fn what_a_receipt_vouches_for_includes_the_files() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let file = recorder.keep("附件.txt", &text(3000)).await;
    let hash = async |files: &[String]| {
        let (record, rev) = recorder.draft_with(files).await;
        let sent = recorder.actor.mutate("submitRecord", json!({ "record": record, "rev": rev }), "hash").await;
        sent["hash"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned()
    };
    assert_ne!(hash(&[]).await, hash(&[file]).await);
}

#[tokio::test]
async fn only_a_kept_file_of_the_own_organisation_is_attached_and_a_sent_set_is_frozen() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let sibling = Client::of(&app, "zj/village2/recorder");
    let foreign = sibling.keep("b.txt", &text(3000)).await;
    let waiting = recorder.upload("a.txt", &text(3000)).await;
    let (record, rev) = recorder.draft_with(&[]).await;
    let problem = recorder.arrange(&record, rev, std::slice::from_ref(&waiting)).await["problems"][0].clone();
    assert_eq!(
        (&problem["code"], &problem["path"]),
        (&json!("WRONG_STATE"), &json!(["files", "0", "file"])),
        "{problem}"
    );
    let absent = "file:00000000000000000000000000000009".to_owned();
    let (one, other) = (
        recorder.arrange(&record, rev, &[foreign]).await["problems"].clone(),
        recorder.arrange(&record, rev, &[absent]).await["problems"].clone(),
    );
    assert_eq!(one, other, "another's file is like none");

    app.examine().await;
    let rev = recorder.arrange(&record, rev, std::slice::from_ref(&waiting)).await["record"]["rev"].as_i64().unwrap();
    recorder.submit(&record, rev).await;
    let late = recorder.arrange(&record, rev + 1, &[]).await;
    assert_eq!(late["problems"][0]["code"], "WRONG_STATE", "{late}");
}

#[tokio::test]
async fn a_file_whose_name_is_none_any_more_is_kept_under_a_safe_one() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let file = recorder.keep("会议记录.txt", &text(3000)).await;
    let (record, rev) = recorder.draft_with(&[]).await;
    let arranged = recorder.arrange(&record, rev, &[file]).await;
    let path = arranged["record"]["files"][0]["path"].as_str().unwrap().to_owned();
    // As older rules had taken it.
    testkit::sql(&app.owner, "UPDATE attachment SET name = E'../\\u202egpj.exe'").await;
    let read = recorder.get(&path, &[]).await;
    assert_eq!(read.status, 200);
    let said = "attachment; filename=\"__.txt\"; filename*=UTF-8''%E6%96%87%E4%BB%B6.txt";
    assert_eq!(read.header("content-disposition"), Some(said));
}

/// Names are personal data: the trail has their digests, by which whoever has one can check it.
#[tokio::test]
async fn the_trail_says_which_files_a_draft_had_and_has_and_names_none() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let (minutes, list) = (text(6000), text(3000));
    let (one, other) = (recorder.keep("会议记录.txt", &minutes).await, recorder.keep("签到表.txt", &list).await);
    let (record, rev) = recorder.draft_with(std::slice::from_ref(&one)).await;
    let after = recorder.arrange(&record, rev, &[other.clone(), one.clone()]).await;
    let saved = after["record"]["rev"].as_i64().unwrap();
    let auditor = app.actor("zj/province/audit");
    let trail = auditor
        .data("query($id: ID!) { audit(object: $id) { nodes { action before after } } }", json!({ "id": record }));
    let trail = trail.await["audit"]["nodes"].clone();
    let entries: Vec<_> = trail.as_array().unwrap().iter().filter(|entry| entry["action"] == "record.files").collect();
    let [newest, first] = entries.as_slice() else { panic!("{trail}") };
    let told = |file: &str, name: &str, bytes: &[u8]| json!({ "file": file, "role": "enclosure", "name": hex::encode(Sha256::digest(name)), "sha256": hex::encode(Sha256::digest(bytes)) });
    let (minutes, list) = (told(&one, "会议记录.txt", &minutes), told(&other, "签到表.txt", &list));
    let set = |rev: i64, files: &[&Value]| json!({ "rev": rev, "version": 1, "files": files });
    assert_eq!((&first["before"], &first["after"]), (&set(1, &[]), &set(rev, &[&minutes])));
    assert_eq!((&newest["before"], &newest["after"]), (&set(rev, &[&minutes]), &set(saved, &[&list, &minutes])));
    assert!(!trail.to_string().contains("会议记录.txt") && !trail.to_string().contains("签到表"), "{trail}");
    // What is refused leaves no entry.
    recorder.arrange(&record, rev, &[]).await;
    let count = "SELECT count(*) FROM audit WHERE action = 'record.files'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, count).await, 2);
}
