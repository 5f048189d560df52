use app::figure::{Drill, Drilled, drill};
use domain::{
    calendar::{Month, Months},
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
    assert_eq!((all.total, all.held, all.receipts), (3, 2, vec![three_up, one_up]), "the second has not reached it");
    let by_town = drilled(&county, &year("ZBDH", SubmissionState::InReview, Some(town.org))).await;
    assert_eq!((by_town.total, by_town.held, by_town.receipts), (2, 1, vec![one_up]));
    let tag = drilled(&county, &year("DXZH", SubmissionState::InReview, None)).await;
    assert_eq!((tag.total, tag.receipts), (1, vec![one_up]));
    let by_branch = drilled(&town, &year("*", SubmissionState::InReview, Some(recorder.org))).await;
    assert_eq!((by_branch.total, by_branch.receipts), (1, vec![one.receipt]));

    done(town.give_back(two.receipt, remarks()).await);
    let returned = drilled(&town, &year("*", SubmissionState::Returned, None)).await;
    assert_eq!((returned.total, returned.receipts), (1, vec![two.receipt]));
    done(county.approve(three_up).await);
    let last = drilled(&county, &year("*", SubmissionState::Final, None)).await;
    assert_eq!((last.total, last.receipts), (1, vec![three_up]));
    // A city holds none of them: the number alone.
    let city = drilled(&Desk::of(&app, "zj/city/reviewer"), &year("*", SubmissionState::InReview, None)).await;
    assert_eq!((city.total, city.held, city.receipts), (1, 0, vec![]));
}
