use app::org::{Effect, Relocation, relocate};
use domain::{org::Approval, submission::SubmissionState};
use testkit::TestApp;

use super::desk::{Desk, absent, done, warned};

async fn relocated(app: &TestApp, org: &str, below: &str) {
    let admin = Desk::of(app, "zj/province/org_admin");
    let effect = Effect { on: None, approval: Approval::default() };
    let new = Relocation { org: app.org(org), parent: app.org(below), level: None, effect };
    done(relocate(&app.app, &admin.caller, admin.command("org.move", &(org, below)), new).await);
}

/// What was on its way when its branch moved finishes on the way that was frozen; the next report takes the new one.
#[tokio::test]
async fn what_is_under_way_finishes_where_it_was_sent() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let (old, new) = (Desk::of(&app, "zj/town/reviewer"), Desk::of(&app, "zj/town3/reviewer"));
    let sent = recorder.send("ZBDH").await;
    relocated(&app, "zj/village", "zj/town3").await;

    assert_eq!(old.held(sent.receipt).await.line.origin, recorder.org);
    let next = done(old.approve(sent.receipt).await).next.unwrap();
    assert_eq!(next.org, app.org("zj/county"));
    assert_eq!(done(Desk::of(&app, "zj/county/reviewer").approve(next).await).state, SubmissionState::Final);
    // The new superior has received nothing, and holds nothing.
    let held = app::receipt::list(&mut new.reader().await, new.org, app::receipt::Queue::Held, None, 10).await.unwrap();
    assert_eq!(held, []);

    let again = recorder.send("ZBDH").await;
    assert_eq!((again.receipt.org, again.receipt.no.0), (new.org, 1));
    absent(app::receipt::view(&mut old.reader().await, again.receipt).await);
    let next = done(new.approve(again.receipt).await).next.unwrap();
    assert_eq!(next.org, app.org("zj/county2"));
}

/// A branch directly below the county has no town: what its type asks of that level is skipped, and said so.
#[tokio::test]
async fn a_branch_below_the_county_skips_the_town() {
    let app = TestApp::new().await;
    relocated(&app, "zj/village", "zj/county").await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let id = recorder.draft("ZBDH", super::desk::example("ZBDH")).await;
    let (sent, warnings) = warned(recorder.submit(id, 1).await);
    assert_eq!(super::desk::codes(&warnings), [domain::Code::LevelSkipped]);
    assert!(warnings[0].zh.contains("乡镇"), "{warnings:?}");
    assert_eq!(sent.receipt.org, app.org("zj/county"));
    let county = Desk::of(&app, "zj/county/reviewer");
    assert_eq!(done(county.approve(sent.receipt).await).state, SubmissionState::Final);
}
