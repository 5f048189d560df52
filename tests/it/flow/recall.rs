use domain::{
    Code, Outcome,
    submission::{ReceiptState, SubmissionState},
};
use testkit::TestApp;

use super::desk::{Desk, absent, done, refused, remarks};

#[tokio::test]
async fn only_the_submitter_recalls_and_only_while_nobody_has_decided() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let secretary = Desk::of(&app, "zj/village/secretary");
    let town = Desk::of(&app, "zj/town/reviewer");
    let draft = recorder.draft("ZBDH", super::desk::example("ZBDH")).await;
    assert_eq!(refused(recorder.recall(draft).await), [Code::WrongState], "never sent");

    let sent = recorder.send("ZBDH").await;
    assert_eq!(refused(secretary.recall(sent.record).await), [Code::WrongState]);
    absent(town.recall(sent.record).await);
    done(recorder.recall(sent.record).await);
    assert_eq!(refused(recorder.recall(sent.record).await), [Code::TooLate], "taken back already");

    let approved = recorder.send("ZBDH").await;
    done(town.approve(approved.receipt).await);
    assert_eq!(refused(recorder.recall(approved.record).await), [Code::TooLate]);
    let returned = recorder.send("ZBDH").await;
    done(town.give_back(returned.receipt, remarks()).await);
    assert_eq!(refused(recorder.recall(returned.record).await), [Code::TooLate]);

    // Returned by the county: the sentence says so, not that somebody might still return it.
    let county = Desk::of(&app, "zj/county/reviewer");
    let far = recorder.send("ZBDH").await;
    let at_county = done(town.approve(far.receipt).await).next.unwrap();
    done(county.give_back(at_county, remarks()).await);
    let Ok(Outcome::Refused(problems)) = recorder.recall(far.record).await else { panic!("it was returned") };
    assert!(problems[0].zh.contains("已退回"), "{problems:?}");
}

/// Un-approving: the town receives anew, the county's receipt shows nothing any more.
#[tokio::test]
async fn an_approval_is_recalled_by_whoever_gave_it() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let (town, colleague) = (Desk::of(&app, "zj/town/reviewer"), Desk::of(&app, "zj/town/reviewer2"));
    let county = Desk::of(&app, "zj/county/reviewer");
    let sent = recorder.send("ZBDH").await;
    assert_eq!(refused(town.recall_approval(sent.receipt).await), [Code::TooLate], "nothing is approved yet");
    let at_county = done(town.approve(sent.receipt).await).next.unwrap();
    assert_eq!(refused(colleague.recall_approval(sent.receipt).await), [Code::TooLate]);
    absent(county.recall_approval(sent.receipt).await);

    let back = done(town.recall_approval(sent.receipt).await);
    let anew = back.receipt.unwrap();
    assert_eq!((back.state, anew.org, anew.no.0), (SubmissionState::InReview, town.org, 2));
    let (old, new) = (town.held(sent.receipt).await, town.held(anew).await);
    assert_eq!((old.line.state, new.line.state), (ReceiptState::Recalled, ReceiptState::Pending));
    assert_eq!((&old.line.hash, &old.line.title, &old.writing), (&new.line.hash, &new.line.title, &new.writing));
    let emptied = county.held(at_county).await;
    assert_eq!((emptied.line.state, emptied.line.title, emptied.writing), (ReceiptState::Withdrawn, None, None));
    assert!(!matches!(county.approve(at_county).await, Ok(domain::Outcome::Done(..))));

    // On it goes: the county receives under a new number; then it is too late.
    let Ok(Outcome::Refused(problems)) = town.approve(sent.receipt).await else { panic!("it waits under number 2") };
    assert_eq!((problems[0].code, problems[0].zh.contains("第 2 号")), (Code::WrongState, true), "{problems:?}");
    let again = done(town.approve(anew).await).next.unwrap();
    assert_eq!((again.org, again.no.0), (county.org, 2));
    assert_eq!(refused(town.recall_approval(sent.receipt).await), [Code::TooLate], "of the older receipt");
    done(county.approve(again).await);
    assert_eq!(refused(town.recall_approval(anew).await), [Code::TooLate]);
    assert_eq!(refused(county.recall_approval(again).await), [Code::TooLate], "final is final");

    let record = recorder.record(sent.record).await;
    let steps = app::record::history(&mut recorder.reader().await, &record).await.unwrap();
    let steps: Vec<_> = steps.iter().map(|step| (step.step.as_str(), step.at_org)).collect();
    let expected = [
        ("created", recorder.org),
        ("submitted", recorder.org),
        ("approved", town.org),
        ("recalled", town.org),
        ("approved", town.org),
        ("approved", county.org),
        ("final", county.org),
    ];
    assert_eq!(steps, expected);
}

/// After an approval was recalled the submission is where it was before: the submitter may take it back again.
#[tokio::test]
async fn a_recalled_approval_can_be_followed_by_a_recall_or_a_return() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let sent = recorder.send("ZBDH").await;
    done(town.approve(sent.receipt).await);
    let anew = done(town.recall_approval(sent.receipt).await).receipt.unwrap();
    let back = done(recorder.recall(sent.record).await);
    assert_eq!(back.state, SubmissionState::Withdrawn);
    assert_eq!(town.held(anew).await.writing, None);

    let other = recorder.send("ZBDH").await;
    done(town.approve(other.receipt).await);
    let anew = done(town.recall_approval(other.receipt).await).receipt.unwrap();
    assert_eq!(done(town.give_back(anew, remarks()).await).state, SubmissionState::Returned);
}

/// Taken back, a version is not sent again as it is; the sentence speaks of the recall, and saving it makes a new one.
#[tokio::test]
async fn what_was_recalled_is_saved_before_it_is_sent_again() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let unchanged = async |id| {
        let rev = recorder.record(id).await.head.rev;
        let Ok(Outcome::Refused(problems)) = recorder.submit(id, rev).await else { panic!("sent twice") };
        assert_eq!(super::desk::codes(&problems), [Code::WrongState]);
        (rev, problems[0].zh.clone(), problems[0].en.clone())
    };
    let sent = recorder.send("ZBDH").await;
    done(recorder.recall(sent.record).await);
    let (rev, zh, en) = unchanged(sent.record).await;
    assert!(zh.contains("撤回后内容没有修改") && zh.contains("重新保存") && !zh.contains("退回"), "{zh}");
    assert!(en.contains("since it was recalled") && en.contains("save it once more"), "{en}");
    let saved = done(recorder.save(sent.record, rev, super::desk::example("ZBDH")).await);
    done(recorder.submit(sent.record, saved.rev).await);

    let other = recorder.send("ZBDH").await;
    done(Desk::of(&app, "zj/town/reviewer").give_back(other.receipt, remarks()).await);
    let (_, zh, en) = unchanged(other.record).await;
    assert!(zh.contains("按退回意见修改") && en.contains("since it was returned"), "{zh} {en}");
}
