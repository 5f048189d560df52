use serde_json::{Value, json};
use testkit::TestApp;

use super::{field, problem};
use crate::flow::desk::{Desk, done};

/// A county whose towns have moved away is still on the route of what they had under review: it is not closed over that.
#[tokio::test]
async fn what_is_still_to_come_keeps_an_organisation_open() {
    let app = TestApp::new().await;
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    let system = app.actor("zj/province/system");
    for town in ["zj/town", "zj/town2"] {
        let away = json!({ "org": app.org(town).to_string(), "parent": app.org("zj/county2").to_string() });
        assert_eq!(problem(&system.mutate("moveOrg", away, "org { code }").await), "");
    }
    let close = json!({ "org": app.org("zj/county").to_string() });
    let refused = |payload: &Value, said: &str| {
        assert_eq!(problem(payload), "STILL_OPEN", "{payload}");
        assert!(field(payload).1.contains(said), "{payload}");
    };
    let closed = async || system.mutate("closeOrg", close.clone(), "org { code }").await;
    refused(&closed().await, "0 件待审的收件，另有 1 件在别处审核的报送");
    app.fold().await;
    refused(&closed().await, "另有 1 件在别处审核的报送");
    let english = system.in_english().mutate("closeOrg", close.clone(), "org { code }").await;
    refused(&english, "1 submissions under review elsewhere");
    // Where it does not go, it is in nobody's way.
    let other = json!({ "org": app.org("zj/village2").to_string() });
    assert_eq!(problem(&system.mutate("closeOrg", other, "org { code }").await), "");

    let here = done(Desk::of(&app, "zj/town/reviewer").approve(sent.receipt).await).next.unwrap();
    assert_eq!(here.org, app.org("zj/county"));
    refused(&closed().await, "1 件待审的收件，另有 0 件在别处审核的报送");
    done(Desk::of(&app, "zj/county/reviewer").approve(here).await);
    assert_eq!(problem(&closed().await), "");
}
