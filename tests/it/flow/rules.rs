use domain::{Code, Outcome};
use serde_json::json;
use testkit::TestApp;

use super::desk::{Desk, codes, done, example, refused, warned, with};

/// What cannot be true refuses; a rule of procedure warns and names the article.
#[tokio::test]
async fn arithmetic_refuses_and_a_quorum_warns() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let impossible = with(example("ZBDH"), "/present", json!(99));
    let id = recorder.draft("ZBDH", impossible).await;
    let Ok(Outcome::Refused(problems)) = recorder.submit(id, 1).await else { panic!("99 of 23 are present") };
    assert!(problems.iter().all(|problem| problem.code == Code::Arithmetic), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.path == ["content", "present"]), "{problems:?}");
    let ballots = with(example("ZBDH"), "/agenda/1/ballots/for", json!(25));
    done(recorder.save(id, 1, ballots).await);
    assert!(refused(recorder.submit(id, 2).await).contains(&Code::Arithmetic));

    let few = [("/with_vote_present", 10), ("/agenda/1/ballots/for", 9), ("/agenda/1/ballots/total", 10)];
    let few = few.into_iter().fold(example("ZBDH"), |writing, (at, n)| with(writing, at, json!(n)));
    done(recorder.save(id, 2, few).await);
    let (_, warnings) = warned(recorder.submit(id, 3).await);
    assert!(!warnings.is_empty() && codes(&warnings).iter().all(|code| *code == Code::Procedure), "{warnings:?}");
    assert!(warnings.iter().any(|warning| warning.zh.contains("第十一条")), "{warnings:?}");
}

/// The same activity twice is said, not refused: there may have been two.
#[tokio::test]
async fn a_second_report_of_the_same_day_is_warned_of() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let first = recorder.draft("ZBDH", example("ZBDH")).await;
    assert_eq!(warned(recorder.submit(first, 1).await).1, []);
    let other_type = recorder.draft("ZWH", example("ZWH")).await;
    assert!(!codes(&warned(recorder.submit(other_type, 1).await).1).contains(&Code::Taken));
    let second = recorder.draft("ZBDH", example("ZBDH")).await;
    let record = recorder.record(second).await;
    let (_, foretold) = app::record::check(&app.app, &mut recorder.reader().await, &record).await.unwrap();
    assert_eq!(codes(&foretold), [Code::Taken]);
    let (_, warnings) = warned(recorder.submit(second, 1).await);
    assert_eq!(codes(&warnings), [Code::Taken]);
    assert!(warnings[0].zh.contains("2026-02-26"), "{warnings:?}");
    done(recorder.recall(second).await);
    done(recorder.recall(first).await);
    let third = recorder.draft("ZBDH", example("ZBDH")).await;
    assert_eq!(warned(recorder.submit(third, 1).await).1, [], "what was taken back does not count");
}

/// Who sends is told before where it goes, and it goes there.
#[tokio::test]
async fn the_route_is_foretold() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let draft = recorder.draft("ZBDH", example("ZBDH")).await;
    let record = recorder.record(draft).await;
    let foretold = app::record::route(&mut recorder.reader().await, &record).await.unwrap();
    assert!(foretold.len() > 1, "town and county");
    warned(recorder.submit(draft, 1).await);
    let rounds = app::record::rounds(&mut recorder.reader().await, &record).await.unwrap();
    assert_eq!(rounds[0].route, foretold);
}

/// A comment that nobody would find is refused where it stands.
#[tokio::test]
async fn a_comment_at_a_field_that_is_none_is_refused() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let sent = recorder.send("ZBDH").await;
    let at = |path: &str| {
        let mut said = super::desk::remarks();
        said.comments[0].path = path.to_owned();
        said
    };
    for path in ["/presents", "/agenda/1/nothing", "/agenda/first", "/agenda/1/ballots/for/1"] {
        let Ok(Outcome::Refused(problems)) = town.give_back(sent.receipt, at(path)).await else { panic!("{path}") };
        assert_eq!(
            (problems[0].code, problems[0].path.join(".")),
            (Code::Invalid, "comments.0.path".to_owned()),
            "{path}"
        );
    }
    done(town.give_back(sent.receipt, at("/agenda/1/ballots/for")).await);
}

/// What is refused leaves nothing behind, not even its key.
#[tokio::test]
async fn a_refused_submission_leaves_nothing_behind() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("ZBDH", with(example("ZBDH"), "/present", json!(99))).await;
    let command = recorder.command("record.submit", &id);
    let submit = || app::record::submit(&app.app, &recorder.caller, command.clone(), id, 1);
    assert!(matches!(submit().await, Ok(Outcome::Refused(_))));
    let left = "SELECT count(*) FROM (SELECT FROM submission UNION ALL SELECT FROM receipt UNION ALL SELECT FROM counter
        UNION ALL SELECT FROM rollup_delta UNION ALL SELECT FROM outbox UNION ALL SELECT FROM event WHERE step <> 'created') x";
    assert_eq!(testkit::scalar::<i64>(&app.owner, left).await, 0);
    // Mended at the same revision by nobody, the same key is asked again and refused again, not answered from memory.
    assert!(matches!(submit().await, Ok(Outcome::Refused(_))));
}

/// A branch that hangs below the county has no town: that level is skipped, and said so.
#[tokio::test]
async fn a_level_that_is_not_there_is_skipped_and_said_so() {
    let app = TestApp::new().await;
    let college = Desk::of(&app, "edu/college/reviewer");
    // The tenant's minutes go to levels 2 and 1; the college itself stands on level 2.
    let id = college.draft("ZBDH", example("ZBDH")).await;
    let (sent, warnings) = warned(college.submit(id, 1).await);
    assert_eq!(sent.receipt.org, app.org("edu/university"));
    assert_eq!(codes(&warnings), [Code::LevelSkipped]);
    assert!(warnings[0].zh.contains("学院") && warnings[0].en.contains("college"), "{warnings:?}");
    let record = college.record(id).await;
    let rounds = app::record::rounds(&mut college.reader().await, &record).await.unwrap();
    assert_eq!(rounds[0].skipped, [domain::tenant::Level(2)]);
    assert_eq!(rounds[0].route, [app.org("edu/university")]);
}
