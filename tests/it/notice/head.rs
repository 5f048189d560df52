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

#[tokio::test]
async fn an_address_outside_gets_one_letter_a_day_and_none_is_lost_with_the_mail_server() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let to = ["above@example.cn", "auditor@example.org"];
    assert_eq!(app.heads_sent(&post, &to).await, 0, "no head was signed yet");
    testkit::write_audit(&app.owner, "zj", 30, 0, true).await;
    app.log_audit().await;
    let away = TestPost::open().await;
    away.close();
    assert_eq!(app.heads_sent(&away, &to).await, 0, "the mail server is away");
    assert_eq!(app.heads_sent(&post, &to).await, 0, "somebody is at it");
    app.clock.turn(TimeDelta::minutes(11));
    assert_eq!(app.heads_sent(&post, &to).await, 2);
    let letters = post.taken();
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), to);
    assert_ne!(letters[0].id, letters[1].id, "each reader has a letter of his own");
    assert!(letters[0].text.contains("/audit/zj\n30\n"), "{}", letters[0].text);
    app.clock.turn(TimeDelta::minutes(11));
    assert_eq!(app.heads_sent(&post, &to).await, 0, "once a day");
    // A worker that is killed between the letter and the word of it sends the same letter.
    testkit::sql(&app.owner, "UPDATE audit_letter SET sent_at = NULL").await;
    assert_eq!(app.heads_sent(&post, &to).await, 2);
    let again = post.taken();
    assert_eq!((&again[0].id, &again[1].id), (&letters[0].id, &letters[1].id));
    app.clock.turn(TimeDelta::days(1));
    testkit::write_audit(&app.owner, "zj", 1, 0, true).await;
    app.log_audit().await;
    assert_eq!(app.heads_sent(&post, &to[..1]).await, 1, "the next day's");
    let kept: String =
        testkit::scalar(&app.owner, "SELECT string_agg(encode(address, 'escape'), ' ') FROM audit_letter").await;
    assert!(!kept.contains("example"), "the database is not told where they go");
}

#[tokio::test]
async fn what_is_wrong_with_the_log_is_told_to_the_audit_administrator_at_once() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    for key in ["zj/province/audit", "zj/province/system", "edu/university/audit"] {
        app.give_address(key).await;
    }
    testkit::write_audit(&app.owner, "zj", 3, 0, true).await;
    testkit::sql(&app.owner, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)").await;
    let log = app.audit_log(&[1], None);
    log.once().await.unwrap();
    log.store.close().await;
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.to, "zj-province-audit@example.cn");
    assert!(letter.subject.contains("审计日志异常"), "{}", letter.subject);
    assert_eq!(kinds(&app, "zj/province/audit").await, ["AUDIT_INCIDENT"]);
    assert_eq!(kinds(&app, "zj/province/system").await, Vec::<String>::new());
    assert_eq!(app.letters(&post).await, [], "once");
}
