//! Two requests about one upload at once, and requests that are mistaken.

use std::time::Duration;

use bytes::Bytes;
use testkit::TestApp;

use super::{
    client::{Client, text},
    limits::line,
};

const MOMENT: Duration = Duration::from_millis(400);

#[tokio::test]
async fn an_end_that_is_told_twice_at_once_is_whole_for_both() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 9000).await;
    let (sender, request) = line(&recorder, &at);
    let meanwhile = async {
        sender.send(Ok(Bytes::from(text(3000)))).await.unwrap();
        tokio::time::sleep(MOMENT).await;
        // Another request tells the end in the same moment, and is a little faster.
        let told = testkit::held(&app.owner, "UPDATE file SET state = 'examining', received_at = created_at").await;
        sender.send(Ok(Bytes::from(text(6000)))).await.unwrap();
        drop(sender);
        tokio::time::sleep(MOMENT).await;
        told.commit().await;
    };
    let (answer, ()) = tokio::join!(app.send(request), meanwhile);
    assert_eq!((answer.status, answer.header("upload-offset")), (204, Some("9000")), "{}", answer.text());
    assert_eq!(recorder.offset(&at).await, 9000);
}

#[tokio::test]
async fn who_asks_while_an_upload_ends_hears_how_it_ended() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let given_up = recorder.begin("a.txt", 9000).await;
    let ending = testkit::held(&app.owner, "UPDATE file SET state = 'expired', settled_at = created_at").await;
    let (asked, ()) = tokio::join!(recorder.send("HEAD", &given_up, &[], Vec::new()), async {
        tokio::time::sleep(MOMENT).await;
        ending.commit().await;
    });
    assert_eq!((asked.status, asked.header("upload-offset")), (404, None), "given up is gone, not whole");

    let whole = recorder.begin("b.txt", 9000).await;
    let ending =
        testkit::held(&app.owner, "UPDATE file SET state = 'examining', received_at = created_at WHERE name = 'b.txt'");
    let ending = ending.await;
    let (asked, ()) = tokio::join!(recorder.send("HEAD", &whole, &[], Vec::new()), async {
        tokio::time::sleep(MOMENT).await;
        ending.commit().await;
    });
    assert_eq!((asked.status, asked.header("upload-offset")), (200, Some("9000")));
    assert_eq!(asked.header("upload-expires"), None, "nothing of it expires any more");
}

#[tokio::test]
async fn who_has_lost_the_last_answer_learns_that_the_file_is_there_whatever_became_of_it() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let (kept, refused) = (recorder.begin("a.txt", 9000).await, recorder.begin("b.txt", 36).await);
    recorder.patch(&kept, 0, &text(9000)).await;
    recorder.patch(&refused, 0, "关于某事的报告\n机密★10年".as_bytes()).await;
    assert_eq!(app.examine().await, 2);
    for (at, length) in [(&kept, 9000), (&refused, 36)] {
        assert_eq!(recorder.offset(at).await, length);
        let stranger = Client::of(&app, "zj/village2/recorder");
        assert_eq!(stranger.send("HEAD", at, &[], Vec::new()).await.status, 404, "another's is not there");
    }
}

#[tokio::test]
async fn a_request_with_a_wrong_offset_does_not_break_off_the_one_at_work() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 9000).await;
    let (sender, request) = line(&recorder, &at);
    let meanwhile = async {
        sender.send(Ok(Bytes::from(text(3000)))).await.unwrap();
        tokio::time::sleep(MOMENT).await;
        assert_eq!(recorder.patch(&at, 600, &text(8400)).await.status, 409, "mistaken");
        assert_eq!(recorder.patch(&at, 0, &text(9000)).await.status, 423, "late: more has come");
        sender.send(Ok(Bytes::from(text(6000)))).await.unwrap();
        drop(sender);
    };
    let (answer, ()) = tokio::join!(app.send(request), meanwhile);
    assert_eq!((answer.status, answer.header("upload-offset")), (204, Some("9000")), "{}", answer.text());

    // Whoever asks first takes over from a line that hangs.
    let at = recorder.begin("会议记录.txt", 9000).await;
    let (sender, request) = line(&recorder, &at);
    let resumed = async {
        sender.send(Ok(Bytes::from(text(3000)))).await.unwrap();
        tokio::time::sleep(MOMENT).await;
        let offset = recorder.offset(&at).await;
        assert_eq!(offset, 3000);
        assert_eq!(recorder.patch(&at, offset, &text(6000)).await.status, 204);
    };
    let (hung, ()) = tokio::join!(app.send(request), resumed);
    assert_eq!(hung.status, 423, "{}", hung.text());
    drop(sender);
}

#[tokio::test]
async fn who_asks_while_the_bytes_move_to_their_place_hears_that_they_are_there() {
    let app = TestApp::new().await;
    let recorder = Client::of(&app, "zj/village/recorder");
    let at = recorder.begin("会议记录.txt", 9000).await;
    recorder.patch(&at, 0, &text(3000)).await;
    let staged = app.files.folder.path().join("staging").join(at.strip_prefix("/uploads/").unwrap());
    // Between the two looks of a request, at the row and at the bytes, another one ends the upload, and it is moved on.
    testkit::sql(
        &app.owner,
        "CREATE FUNCTION moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
           UPDATE file SET state = 'examining', received_at = created_at WHERE id = NEW.id; RETURN NULL; END $$;
         CREATE TRIGGER moves AFTER UPDATE OF fence ON file FOR EACH ROW EXECUTE FUNCTION moves()",
    )
    .await;
    std::fs::remove_dir_all(&staged).unwrap();
    let asked = recorder.send("HEAD", &at, &[], Vec::new()).await;
    assert_eq!((asked.status, asked.header("upload-offset")), (200, Some("9000")));
    testkit::sql(&app.owner, "UPDATE file SET state = 'receiving', received_at = NULL").await;
    let brought = recorder.patch(&at, 3000, &text(6000)).await;
    assert_eq!(brought.status, 409, "there is nothing to add, and a HEAD says so: {}", brought.text());
}
