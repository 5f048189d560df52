use serde_json::{Value, json};
use testkit::{TestApp, TestPost};

use super::{inbox::kinds, letter::states};
use crate::flow::desk::{Desk, done, example};

const NEWEST: &str = "{ inbox(first: 1) { nodes { kind label title recordId receiptId org { name } } } }";

async fn newest(app: &TestApp, key: &str) -> Value {
    app.actor(key).data(NEWEST, json!({})).await["inbox"]["nodes"][0].take()
}

#[tokio::test]
async fn who_may_confirm_is_told_and_who_wrote_it_hears_that_it_is_done() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(id, 1).await);
    assert!(app.relayed().await > 0);
    done(recorder.ask(id, 1).await);
    app.relayed().await;
    for key in ["zj/village/secretary", "zj/village/recorder2"] {
        assert_eq!(kinds(&app, key).await, ["TO_CONFIRM"], "{key}: once");
        let told = newest(&app, key).await;
        assert_eq!((&told["recordId"], &told["receiptId"]), (&json!(id.to_string()), &json!(null)));
        assert_eq!((&told["title"], &told["label"]), (&json!("DK（测试）"), &json!("待确认")));
        assert_eq!(told["org"]["name"], "三墩镇华联村党支部");
    }
    for key in [
        "zj/village/recorder",
        "zj/village2/secretary",
        "zj/town/reviewer",
        "zj/town/org_admin",
        "zj/county/reviewer",
        "edu/branch/recorder",
        "edu/college/reviewer",
    ] {
        assert_eq!(kinds(&app, key).await, Vec::<String>::new(), "{key}");
    }

    done(Desk::of(&app, "zj/village/secretary").submit(id, 1).await);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/village/recorder").await, ["FINAL"], "it is the writer's work that is done");
    assert_eq!(newest(&app, "zj/village/recorder").await["title"], "DK（测试）");
    assert_eq!(kinds(&app, "zj/village/secretary").await, ["TO_CONFIRM"], "nobody is told of his own doing");
    assert_eq!(kinds(&app, "zj/village/recorder2").await, ["TO_CONFIRM"]);
}

#[tokio::test]
async fn of_a_draft_that_was_changed_nobody_is_told_until_it_is_asked_for_again() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(id, 1).await);
    let rev = done(recorder.save(id, 1, example("DK")).await).rev;
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/village/secretary").await, Vec::<String>::new());
    done(recorder.ask(id, rev).await);
    app.relayed().await;
    let rev = done(recorder.save(id, rev, example("DK")).await).rev;
    done(recorder.ask(id, rev).await);
    app.relayed().await;
    assert_eq!(kinds(&app, "zj/village/secretary").await, ["TO_CONFIRM", "TO_CONFIRM"], "each is a request of its own");
}

#[tokio::test]
async fn a_letter_says_what_is_to_be_confirmed_and_where() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    let address = app.give_address("zj/village/secretary").await;
    let hers = app.give_address("zj/village/recorder").await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(id, 1).await);
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.to, address);
    assert!(letter.subject.starts_with("待确认：三墩镇华联村党支部的"), "{}", letter.subject);
    assert!(letter.text.contains("《DK（测试）》"), "{}", letter.text);
    assert!(letter.text.contains(&format!("https://dangan.example.cn/records/{id}")), "{}", letter.text);

    let wish = json!({ "choices": [{ "kind": "FINAL", "channel": "MAIL", "wish": "AT_ONCE" }], "digestAt": "08:30" });
    app.actor("zj/village/recorder").mutate("updateNoticePreferences", wish, "preferences { digestAt }").await;
    done(Desk::of(&app, "zj/village/secretary").submit(id, 1).await);
    let letters = app.letters(&post).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.to, hers);
    assert!(letter.subject.starts_with("已通过：") && letter.text.contains("另一人确认"), "{}", letter.text);
}

/// What is no more so when the letter goes is not said: changed, confirmed by a colleague, a post that has ended.
#[tokio::test]
async fn a_letter_that_is_late_is_not_sent() {
    let (app, post) = (TestApp::new().await, TestPost::open().await);
    app.give_address("zj/village/secretary").await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = recorder.draft("DK", example("DK")).await;
        done(recorder.ask(id, 1).await);
        ids.push(id);
    }
    app.relayed().await;
    done(recorder.save(ids[0], 1, example("DK")).await);
    done(Desk::of(&app, "zj/village/recorder2").submit(ids[1], 1).await);
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped settled");

    let id = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(id, 1).await);
    app.relayed().await;
    app.end_posts(&[app.actor("zj/village/secretary")]).await;
    assert_eq!(app.letters(&post).await, []);
    assert_eq!(states(&app).await, "dropped no_right, dropped settled");
}
