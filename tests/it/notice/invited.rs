use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Answer, Letter, TestApp, TestPost};

use super::letter::states;

const NEW: &str = "new.person@example.cn";

async fn invite(app: &TestApp, email: Option<&str>) -> Value {
    let input = json!({ "org": app.org("zj/village").to_string(), "name": "陈新一", "login": "xinyi", "email": email });
    app.actor("zj/town/org_admin").mutate("inviteAccount", input, "account { id } token problems { path }").await
}

async fn renew(app: &TestApp, made: &Value, email: Option<&str>) -> Value {
    let input = json!({ "account": made["account"]["id"], "email": email });
    app.actor("zj/town/org_admin").mutate("renewInvitation", input, "token problems { code path }").await
}

async fn accept(app: &TestApp, token: &str) -> Answer {
    app.post("/auth/accept", &json!({ "token": token, "password": "一个新的、足够长的口令" })).await
}

fn token(letter: &Letter) -> String {
    let (_, rest) =
        letter.text.split_once("https://dangan.example.cn/accept#").unwrap_or_else(|| panic!("{}", letter.text));
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn the_invited_gets_a_letter_whose_link_opens_the_account() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some(NEW)).await;
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), (NEW, "邀请：三墩镇华联村党支部为您开通了账号"));
    assert!(letter.text.contains("2026年3月9日09:00前"), "{}", letter.text);
    let secret = token(letter);
    assert_ne!(secret, made["token"].as_str().unwrap(), "the letter has a secret of its own");
    // Neither of them stands anywhere.
    for secret in [secret.as_str(), made["token"].as_str().unwrap()] {
        let (_, bare) = secret.split_once('.').unwrap();
        let tables = "SELECT string_agg(x::text, '') FROM (SELECT d::text FROM delivery d UNION ALL SELECT o::text FROM outbox o UNION ALL
            SELECT a::text FROM audit a UNION ALL SELECT n::text FROM notice n UNION ALL SELECT i::text FROM idempotency i UNION ALL
            SELECT v::text FROM invitation v UNION ALL SELECT c::text FROM account_contact c) AS x";
        assert!(!testkit::scalar::<String>(&app.owner, tables).await.contains(bare));
    }
    assert_eq!(accept(&app, &secret).await.status, 200);
    for used in [secret.as_str(), made["token"].as_str().unwrap()] {
        assert_eq!(accept(&app, used).await.status, 404, "the account is open: no invitation opens it again");
    }
    assert_eq!(app.letters(&post).await, []);
}

#[tokio::test]
async fn what_the_administrator_hands_over_still_opens_and_then_no_letter_goes() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some(NEW)).await;
    app.relayed().await;
    assert_eq!(accept(&app, made["token"].as_str().unwrap()).await.status, 200);
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped settled");
}

#[tokio::test]
async fn without_an_address_there_is_no_letter_and_a_wrong_one_is_said() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let refused = invite(&app, Some("nobody")).await;
    assert_eq!(
        (refused["problems"][0]["path"][0].as_str(), refused["token"].as_str()),
        (Some("email"), None),
        "{refused}"
    );
    assert!(invite(&app, None).await["token"].is_string());
    assert_eq!(app.letters(&post).await, []);
}

#[tokio::test]
async fn a_letter_that_went_twice_leaves_both_secrets_good() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    invite(&app, Some(NEW)).await;
    app.relayed().await;
    let lost = "CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
                CREATE TRIGGER lost BEFORE UPDATE ON delivery FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION lost()";
    testkit::sql(&app.owner, lost).await;
    let first = app.letters(&post).await.remove(0);
    testkit::sql(&app.owner, "DROP TRIGGER lost ON delivery").await;
    app.clock.turn(TimeDelta::minutes(3));
    let second = app.letters(&post).await.remove(0);
    assert_eq!(first.id, second.id);
    assert_ne!(token(&first), token(&second));
    assert_eq!(accept(&app, &token(&first)).await.status, 200, "whichever the reader opens");
}

#[tokio::test]
async fn a_renewed_invitation_is_another_letter_and_those_before_open_nothing() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some(NEW)).await;
    let first = app.letters(&post).await.remove(0);
    renew(&app, &made, Some(NEW)).await;
    let second = app.letters(&post).await.remove(0);
    assert_ne!(second.id, first.id);
    for lost in [token(&first), made["token"].as_str().unwrap().to_owned()] {
        assert_eq!(accept(&app, &lost).await.status, 404, "whoever has found the first one");
    }
    assert_eq!(accept(&app, &token(&second)).await.status, 200);
}

#[tokio::test]
async fn an_invitation_that_is_over_or_taken_back_is_not_sent() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some(NEW)).await;
    app.relayed().await;
    let account = json!({ "account": made["account"]["id"] });
    app.actor("zj/county/org_admin").mutate("suspendAccount", account, "account { id }").await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped settled");
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    invite(&app, Some(NEW)).await;
    app.relayed().await;
    app.clock.turn(TimeDelta::days(7));
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped settled");
}

/// The first letter went to a stranger: the second one must not.
#[tokio::test]
async fn an_address_that_was_mistyped_is_put_right_and_the_stranger_gets_no_second_key() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some("somebody.else@example.cn")).await;
    let strange = app.letters(&post).await.remove(0);
    assert_eq!(strange.to, "somebody.else@example.cn");
    let wrong = renew(&app, &made, Some("nobody")).await;
    assert_eq!((wrong["problems"][0]["path"][0].as_str(), wrong["token"].as_str()), (Some("email"), None), "{wrong}");
    renew(&app, &made, Some(NEW)).await;
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.to, NEW);
    let trail = "SELECT string_agg(a::text, '') || (SELECT string_agg(i::text, '') FROM idempotency i) FROM audit a";
    let trail = testkit::scalar::<String>(&app.owner, trail).await;
    assert!(trail.contains("account.readdress_invitation") && !trail.contains("example.cn"), "no address in the trail");
    assert_eq!(accept(&app, &token(&strange)).await.status, 404);
    assert_eq!(accept(&app, &token(letter)).await.status, 200);
    let late = renew(&app, &made, Some("later@example.cn")).await;
    assert_eq!(late["problems"][0]["code"], "WRONG_STATE");
    let kept = testkit::scalar::<String>(&app.owner, "SELECT string_agg(email, ' ') FROM account_contact").await;
    assert!(kept.contains(NEW) && !kept.contains("later@"), "whoever is in is readdressed by nobody else: {kept}");
}

#[tokio::test]
async fn without_an_address_the_link_is_handed_over_and_no_letter_goes_to_the_one_on_file() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some("somebody.else@example.cn")).await;
    app.letters(&post).await;
    let handed = renew(&app, &made, None).await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(accept(&app, handed["token"].as_str().unwrap()).await.status, 200);
}

/// The mail server was away, the person was invited again meanwhile: the letter of before carries no key of now.
#[tokio::test]
async fn a_letter_that_is_still_on_its_way_when_somebody_is_invited_again_goes_no_more() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let made = invite(&app, Some("somebody.else@example.cn")).await;
    app.relayed().await;
    app.clock.turn(TimeDelta::minutes(1));
    let handed = renew(&app, &made, None).await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped settled");
    assert_eq!(accept(&app, handed["token"].as_str().unwrap()).await.status, 200);
}

/// An answer of before would say that the letter goes where it does not.
#[tokio::test]
async fn the_same_key_with_another_address_is_another_request() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let new = |email: &str| {
        json!({ "org": app.org("zj/village").to_string(), "name": "陈新一", "login": "xinyi", "email": email,
                "idempotencyKey": "invite-once" })
    };
    let made = admin.mutate("inviteAccount", new(NEW), "account { id }").await;
    assert_eq!(admin.mutate("inviteAccount", new(NEW), "account { id }").await, made);
    let other = admin.try_mutate("inviteAccount", new("other@example.cn"), "account { id }").await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "CONFLICT", "{other}");
    let once_more = |email: Option<&str>| json!({ "account": made["account"]["id"], "email": email, "idempotencyKey": "renew-once" });
    let renewed = admin.mutate("renewInvitation", once_more(Some(NEW)), "expiresAt").await;
    assert_eq!(admin.mutate("renewInvitation", once_more(Some(NEW)), "expiresAt").await, renewed);
    for another in [Some("other@example.cn"), None] {
        let other = admin.try_mutate("renewInvitation", once_more(another), "expiresAt").await;
        assert_eq!(other["errors"][0]["extensions"]["code"], "CONFLICT", "{other}");
    }
    let kept = testkit::scalar::<String>(&app.owner, "SELECT string_agg(i::text, '') FROM idempotency i").await;
    assert!(!kept.contains("example.cn"), "the digest alone");
}
