use chrono::TimeDelta;
use domain::audit::Head;
use testkit::{TestApp, TestPost};

use super::{inbox::kinds, letter::states};

#[tokio::test]
async fn the_audit_administrator_gets_one_letter_a_day_with_the_signed_head() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    for key in ["zj/province/audit", "zj/province/system", "zj/province/security", "zj/town/reviewer"] {
        app.give_address(key).await;
    }
    testkit::write_audit(&app.owner, "zj", 30, 0, true).await;
    app.log_audit().await;
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.to, "zj-province-audit@example.cn");
    let note = letter
        .text
        .split("\n\n")
        .skip_while(|part| !part.contains("/audit/zj"))
        .take(2)
        .collect::<Vec<_>>()
        .join("\n\n");
    let head = Head::open_unsigned(&format!("{note}\n")).unwrap_or_else(|error| panic!("{error}: {}", letter.text));
    let signed = "SELECT max(size) FROM audit_head h JOIN tenant t ON t.id = h.tenant_id WHERE t.key = 'zj'";
    assert_eq!(i64::try_from(head.size).unwrap(), testkit::scalar::<i64>(&app.owner, signed).await);
    // Another head of the same day is no other letter; one of the next day is.
    testkit::write_audit(&app.owner, "zj", 7, 0, true).await;
    app.log_audit().await;
    assert_eq!(app.letters(&post).await, []);
    app.clock.turn(TimeDelta::days(1));
    testkit::write_audit(&app.owner, "zj", 7, 0, true).await;
    app.log_audit().await;
    let next = app.letters(&post).await;
    assert_eq!(next.len(), 1);
    assert_ne!(next[0].id, letter.id);
    assert_eq!(kinds(&app, "zj/province/audit").await, Vec::<String>::new(), "the inbox is not for it");
    assert_eq!(states(&app).await, "sent");
}

#[tokio::test]
async fn who_is_no_audit_administrator_any_more_gets_no_head() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/province/audit").await;
    testkit::write_audit(&app.owner, "zj", 30, 0, true).await;
    app.log_audit().await;
    app.relayed().await;
    app.end_posts(&[app.actor("zj/province/audit")]).await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped no_right");
}
