//! Whoever wrote what nobody above reviews asks the others of his organisation to confirm it.

use app::{Error, record};
use domain::{Code, Outcome, record::RecordState, submission::SubmissionState};
use serde_json::{Value, json};
use testkit::{TestApp, actor::new_key};

use super::desk::{Desk, absent, codes, done, example, refused, remarks, with};

/// How often it was told, traced and handed on that somebody was asked.
const TOLD: &str = "SELECT jsonb_build_array(
    (SELECT count(*) FROM event WHERE step = 'asked'),
    (SELECT count(*) FROM audit WHERE action = 'record.ask_confirmation'),
    (SELECT count(*) FROM outbox WHERE topic = 'record.ask_confirmation'))";

async fn told(app: &TestApp) -> Value {
    testkit::scalar(&app.owner, TOLD).await
}

#[tokio::test]
async fn the_writer_asks_and_another_confirms() {
    let app = TestApp::new().await;
    let [recorder, colleague, secretary] =
        ["zj/village/recorder", "zj/village/recorder2", "zj/village/secretary"].map(|key| Desk::of(&app, key));
    let id = recorder.draft("DK", example("DK")).await;
    assert_eq!(secretary.to_confirm().await, []);
    assert_eq!(done(recorder.ask(id, 1).await).rev, 1, "to ask is no change of the draft");

    let waits = recorder.record(id).await;
    assert_eq!(waits.request.map(|request| request.by), Some(recorder.account));
    assert_eq!(waits.head.state, RecordState::Draft);
    let mut others = record::confirmers(&mut recorder.reader().await, &waits).await.unwrap();
    others.sort_unstable();
    let mut both = [colleague.account, secretary.account];
    both.sort_unstable();
    assert_eq!(others, both);
    assert_eq!(secretary.to_confirm().await, [id]);
    assert_eq!(colleague.to_confirm().await, [id]);
    assert_eq!(recorder.to_confirm().await, [], "nobody confirms his own");
    assert_eq!(refused(recorder.submit(id, 1).await), [Code::OwnSubmission]);

    assert_eq!(done(secretary.submit(id, 1).await).state, SubmissionState::Final);
    for desk in [&recorder, &colleague, &secretary] {
        assert_eq!(desk.to_confirm().await, []);
    }
    let settled = recorder.record(id).await;
    assert_eq!(settled.request, None);
    assert_eq!(record::confirmers(&mut recorder.reader().await, &settled).await.unwrap(), []);
    let steps = record::history(&mut recorder.reader().await, &settled).await.unwrap();
    let steps: Vec<_> = steps.iter().map(|step| (step.step.as_str(), step.who == recorder.account)).collect();
    assert_eq!(steps, [("created", true), ("asked", true), ("submitted", false), ("final", false)]);
}

/// It is asked of a draft as it stands: whatever changes it ends that.
#[tokio::test]
async fn a_change_ends_what_was_asked() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let id = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(id, 1).await);
    let rev = done(recorder.save(id, 1, with(example("DK"), "/place", json!("礼堂"))).await).rev;
    assert_eq!(recorder.record(id).await.request, None);
    assert_eq!(secretary.to_confirm().await, []);
    assert_eq!(refused(recorder.ask(id, 1).await), [Code::StaleRevision]);

    done(recorder.ask(id, rev).await);
    assert_eq!(secretary.to_confirm().await, [id]);
    // Files are a change, too.
    let command = secretary.command("record.files", &rev);
    let arranged = record::arrange_files(&app.app, &secretary.caller, command, id, rev, Vec::new()).await;
    let rev = done(arranged).rev;
    assert_eq!(secretary.to_confirm().await, []);
    // Who has changed it last is its writer now: the other one confirms.
    assert_eq!(refused(recorder.ask(id, rev).await), [Code::WrongState]);
    done(secretary.ask(id, rev).await);
    assert_eq!((secretary.to_confirm().await, recorder.to_confirm().await), (vec![], vec![id]));
    done(secretary.discard(id, rev).await);
    assert_eq!(recorder.to_confirm().await, []);
    assert_eq!(told(&app).await, json!([3, 3, 3]));
}

#[tokio::test]
async fn who_asks_twice_has_asked_once() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("DK", example("DK")).await;
    let mut command = recorder.command("record.ask_confirmation", &id);
    command.key = new_key();
    let ask = async |command| record::ask_confirmation(&app.app, &recorder.caller, command, id, 1).await;
    let first = ask(command.clone()).await;
    assert_eq!(done(ask(command.clone()).await), done(first), "the same key has the same answer");
    let at = recorder.record(id).await.request.unwrap().at;
    app.clock.turn(chrono::TimeDelta::hours(1));
    done(recorder.ask(id, 1).await);
    assert_eq!(recorder.record(id).await.request.unwrap().at, at);
    assert_eq!(told(&app).await, json!([1, 1, 1]));
    command.input = json!("another");
    assert!(matches!(ask(command).await, Err(Error::Conflict)));
}

/// Everything that speaks against sending it speaks against asking, at the same fields.
#[tokio::test]
async fn nobody_is_asked_in_vain() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let mut torn = example("DK");
    torn.content.as_object_mut().unwrap().clear();
    let id = recorder.draft("DK", torn).await;
    let (asked, sent) = (recorder.ask(id, 1).await.unwrap(), secretary.submit(id, 1).await.unwrap());
    let (Outcome::Refused(asked), Outcome::Refused(sent)) = (asked, sent) else { panic!("not refused") };
    assert!(!asked.is_empty() && asked == sent, "{:?}", codes(&asked));

    // Who may confirm it himself has nobody to ask; nor has who writes for a level above.
    let id = recorder.draft("DK", example("DK")).await;
    assert_eq!(refused(secretary.ask(id, 1).await), [Code::WrongState]);
    let above = recorder.draft("ZBDH", example("ZBDH")).await;
    assert_eq!(refused(recorder.ask(above, 1).await), [Code::WrongState]);
    assert_eq!(record::confirmers(&mut recorder.reader().await, &recorder.record(above).await).await.unwrap(), []);
    done(secretary.submit(id, 1).await);
    assert_eq!(refused(recorder.ask(id, 2).await), [Code::WrongState]);
    assert_eq!(told(&app).await, json!([0, 0, 0]));
}

/// Nothing is asked into the void: who is to give somebody a post is said.
#[tokio::test]
async fn where_nobody_else_may_the_administrator_is_named() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    app.end_posts(&["zj/village/recorder2", "zj/village/secretary"].map(|key| app.actor(key))).await;
    let id = recorder.draft("DK", example("DK")).await;
    let Ok(Outcome::Refused(problems)) = recorder.ask(id, 1).await else { panic!("not refused") };
    assert_eq!(codes(&problems), [Code::NobodyElse]);
    assert!(problems[0].zh.contains("组织管理员"), "{}", problems[0].zh);
    assert_eq!(told(&app).await, json!([0, 0, 0]));

    let new = app.actor("zj/village2/secretary");
    let post =
        json!({ "account": new.account.to_string(), "org": recorder.org.to_string(), "role": "branch_secretary" });
    app.actor("zj/town/org_admin").mutate("grantPost", post, "post { id }").await;
    done(recorder.ask(id, 1).await);
    let secretary = Desk { org: recorder.org, ..Desk::of(&app, "zj/village2/secretary") };
    assert_eq!(secretary.to_confirm().await, [id]);
}

#[tokio::test]
async fn strangers_neither_ask_nor_see_what_waits() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(id, 1).await);
    for key in ["zj/village2/secretary", "zj/town/reviewer", "zj/town/org_admin", "edu/branch/secretary"] {
        let stranger = Desk::of(&app, key);
        absent(stranger.ask(id, 1).await);
        absent(stranger.submit(id, 1).await);
        absent(record::to_confirm(&mut stranger.reader().await, recorder.org, None, 9).await);
        if !key.ends_with("org_admin") {
            assert_eq!(stranger.to_confirm().await, [], "{key}");
        }
    }
    assert_eq!(Desk::of(&app, "zj/village/secretary").to_confirm().await, [id]);
}

/// What is internal is listed and counted for whom it is open to.
#[tokio::test]
async fn what_may_not_be_read_is_not_to_be_confirmed() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let mut internal = example("DK");
    internal.confidentiality = 1;
    let id = recorder.draft("DK", internal).await;
    done(recorder.ask(id, 1).await);
    app.clock.turn(chrono::TimeDelta::seconds(1));
    let public = recorder.draft("DK", example("DK")).await;
    done(recorder.ask(public, 1).await);
    assert_eq!(secretary.to_confirm().await, [public, id]);
    let deny = json!({ "role": "branch_secretary", "kind": "record", "action": "submit", "relation": "self", "levelFrom": 1, "levelTo": 12,
                       "ceiling": 1, "effect": "deny" });
    let input = json!({ "add": [deny], "dryRun": false });
    assert_eq!(app.actor("zj/province/security").mutate("editPolicy", input, "applied").await["applied"], true);
    assert_eq!(secretary.to_confirm().await, [public]);
    let others = record::confirmers(&mut recorder.reader().await, &recorder.record(id).await).await.unwrap();
    assert_eq!(others, [Desk::of(&app, "zj/village/recorder2").account]);
}

/// A type that is reviewed above by its route, and comes back: what was returned is confirmed where the route has gone since.
#[tokio::test]
async fn what_came_back_is_asked_for_once_nobody_above_reviews_it() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let sent = recorder.send("ZBDH").await;
    done(Desk::of(&app, "zj/town/reviewer").give_back(sent.receipt, remarks()).await);
    let route = json!({ "type": "ZBDH", "levels": [] });
    app.actor("zj/province/system").mutate("setRoute", route, "route { type }").await;
    let rev = recorder.record(sent.record).await.head.rev;
    assert_eq!(refused(recorder.ask(sent.record, rev).await), [Code::WrongState], "mended first");
    let rev = done(recorder.save(sent.record, rev, with(example("ZBDH"), "/place", json!("礼堂"))).await).rev;
    done(recorder.ask(sent.record, rev).await);
    assert_eq!(secretary.to_confirm().await, [sent.record]);
    assert_eq!(done(secretary.submit(sent.record, rev).await).state, SubmissionState::Final);
}
