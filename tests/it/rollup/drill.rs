use app::figure::{Drill, Drilled, drill};
use domain::{
    calendar::{Month, Months},
    id::ReceiptId,
    submission::SubmissionState,
};
use testkit::TestApp;

use crate::flow::desk::{Desk, code, done, example, remarks};

fn year(of_type: &str, state: SubmissionState, child: Option<domain::Id<domain::id::noun::Org>>) -> Drill {
    let months = Months::new(Month::try_from(202_601).unwrap(), Month::try_from(202_612).unwrap()).unwrap();
    Drill { months, of_type: of_type.to_owned(), state, child }
}

async fn drilled(desk: &Desk<'_>, of: &Drill) -> Drilled {
    drill(&mut desk.reader().await, desk.org, of, None, 10).await.unwrap()
}

fn receipts(drilled: &Drilled) -> Vec<ReceiptId> {
    drilled.lines.iter().map(|line| line.receipt.unwrap()).collect()
}

/// A number leads to the receipts that stand behind it, by child and by tag; what is elsewhere is counted.
#[tokio::test]
async fn a_number_leads_to_its_records() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let (town, county) = (Desk::of(&app, "zj/town/reviewer"), Desk::of(&app, "zj/county/reviewer"));
    let tagged = domain::record::Writing { tags: vec![code("DXZH")], ..example("ZBDH") };
    let id = recorder.draft("ZBDH", tagged).await;
    let one = done(recorder.submit(id, 1).await);
    let two = Desk::of(&app, "zj/village2/recorder").send("ZBDH").await;
    let three = Desk::of(&app, "zj/village3/recorder").send("ZBDH").await;
    let one_up = done(town.approve(one.receipt).await).next.unwrap();
    let three_up = done(Desk::of(&app, "zj/town2/reviewer").approve(three.receipt).await).next.unwrap();
    app.fold().await;

    let all = drilled(&county, &year("*", SubmissionState::InReview, None)).await;
    assert_eq!((all.total, all.held, all.elsewhere), (3, 2, Some(1)), "the second has not reached it");
    assert_eq!(receipts(&all), [three_up, one_up]);
    let by_town = drilled(&county, &year("ZBDH", SubmissionState::InReview, Some(town.org))).await;
    assert_eq!((by_town.total, by_town.held, receipts(&by_town)), (2, 1, vec![one_up]));
    let tag = drilled(&county, &year("DXZH", SubmissionState::InReview, None)).await;
    assert_eq!((tag.total, receipts(&tag)), (1, vec![one_up]));
    let by_branch = drilled(&town, &year("*", SubmissionState::InReview, Some(recorder.org))).await;
    assert_eq!((by_branch.total, receipts(&by_branch)), (1, vec![one.receipt]));
    assert_eq!((by_branch.lines[0].record, by_branch.lines[0].origin), (one.record, recorder.org));

    done(town.give_back(two.receipt, remarks()).await);
    let returned = drilled(&town, &year("*", SubmissionState::Returned, None)).await;
    assert_eq!((returned.total, receipts(&returned)), (1, vec![two.receipt]));
    done(county.approve(three_up).await);
    let last = drilled(&county, &year("*", SubmissionState::Final, None)).await;
    assert_eq!((last.total, receipts(&last)), (1, vec![three_up]));
    // A city holds none of them: the number alone.
    let city = drilled(&Desk::of(&app, "zj/city/reviewer"), &year("*", SubmissionState::InReview, None)).await;
    assert_eq!((city.total, city.held, receipts(&city)), (1, 0, vec![]));
}
