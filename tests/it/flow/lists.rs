use app::receipt::{Counts, Queue};
use chrono::TimeDelta;
use domain::{id::ReceiptNo, record::RecordState};
use testkit::TestApp;

use super::desk::{Desk, done, example, remarks};

/// Everything of a list, page by page; `between` happens after each page.
async fn receipts(desk: &Desk<'_>, queue: Queue, size: u32) -> Vec<i64> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let mut reader = desk.reader().await;
        let mut page = app::receipt::list(&mut reader, desk.org, queue, after, size).await.unwrap();
        let more = page.len() > size as usize;
        page.truncate(size as usize);
        all.extend(page.iter().map(|line| line.id.no.0));
        after = all.last().copied().map(ReceiptNo);
        if !more {
            return all;
        }
    }
}

async fn records(desk: &Desk<'_>, state: RecordState) -> usize {
    let mut reader = desk.reader().await;
    app::record::list(&mut reader, desk.org, state, None, 100).await.unwrap().len()
}

async fn counts(desk: &Desk<'_>) -> Counts {
    app::receipt::counts(&mut desk.reader().await, desk.org).await.unwrap()
}

/// The counts over the lists are the lengths of the lists, through all that happens.
#[tokio::test]
async fn counts_equal_their_lists() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    for _ in 0..2 {
        recorder.draft("ZBDH", example("ZBDH")).await;
    }
    let mut sent = Vec::new();
    for _ in 0..6 {
        sent.push(recorder.send("ZBDH").await);
        app.clock.turn(TimeDelta::days(1));
    }
    done(town.give_back(sent[0].receipt, remarks()).await);
    done(town.approve(sent[1].receipt).await);
    done(recorder.recall(sent[2].record).await);

    let branch = counts(&recorder).await;
    assert_eq!((branch.drafts, branch.returned, branch.in_review), (2, 1, 4));
    assert_eq!((branch.to_review, branch.overdue, branch.held), (0, 0, 0));
    assert_eq!(records(&recorder, RecordState::Draft).await, 2);
    assert_eq!(records(&recorder, RecordState::Returned).await, 1);
    assert_eq!(records(&recorder, RecordState::InReview).await, 4);
    assert_eq!(records(&recorder, RecordState::Withdrawn).await, 1);

    // Seven days are allowed. Receipts 4, 5, 6 came on days 3, 4, 5; it is day 6.
    let lists = [(0, vec![]), (5, vec![4]), (6, vec![4, 5]), (30, vec![4, 5, 6])];
    let day_six = app.app.clock.now();
    for (later, overdue) in lists {
        app.clock.set(day_six + TimeDelta::days(later));
        let committee = counts(&town).await;
        assert_eq!(receipts(&town, Queue::Overdue, 2).await, overdue, "{later} days later");
        assert_eq!(committee.overdue, i64::try_from(overdue.len()).unwrap());
        assert_eq!((committee.to_review, committee.held, committee.drafts), (3, 6, 0));
    }
    assert_eq!(receipts(&town, Queue::ToReview, 2).await, [4, 5, 6]);
    assert_eq!(receipts(&town, Queue::Held, 4).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(receipts(&Desk::of(&app, "zj/county/reviewer"), Queue::Held, 10).await, [1]);
}

/// Somebody pages while others send: nothing is shown twice, nothing is left out that was there.
#[tokio::test]
async fn pages_stay_in_place_while_others_send() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    for _ in 0..6 {
        recorder.send("ZZSHH").await;
    }
    let page = async |queue, after: Option<i64>| {
        let after = after.map(ReceiptNo);
        let page = app::receipt::list(&mut town.reader().await, town.org, queue, after, 2).await.unwrap();
        page.iter().take(2).map(|line| line.id.no.0).collect::<Vec<_>>()
    };
    assert_eq!(page(Queue::Held, None).await, [6, 5]);
    recorder.send("ZZSHH").await;
    assert_eq!(page(Queue::Held, Some(5)).await, [4, 3]);
    recorder.send("ZZSHH").await;
    assert_eq!(page(Queue::Held, Some(3)).await, [2, 1]);
    // The queue is worked off from its old end; what is decided meanwhile falls out, nothing else moves.
    assert_eq!(page(Queue::ToReview, None).await, [1, 2]);
    let second = domain::id::ReceiptId { org: town.org, no: ReceiptNo(2) };
    done(town.approve(second).await);
    assert_eq!(page(Queue::ToReview, Some(2)).await, [3, 4]);
    assert_eq!(page(Queue::ToReview, None).await, [1, 3]);

    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(recorder.draft("ZBDH", example("ZBDH")).await);
        app.clock.turn(TimeDelta::seconds(1));
    }
    let mut reader = recorder.reader().await;
    let newest = app::record::list(&mut reader, recorder.org, RecordState::Draft, None, 2).await.unwrap();
    let shown: Vec<_> = newest.iter().take(2).map(|line| line.head.id).collect();
    assert_eq!(shown, [ids[4], ids[3]]);
    drop(reader);
    recorder.draft("ZBDH", example("ZBDH")).await;
    let mut reader = recorder.reader().await;
    let next = app::record::list(&mut reader, recorder.org, RecordState::Draft, Some(ids[3]), 2).await.unwrap();
    assert_eq!(next.iter().map(|line| line.head.id).collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
}
