//! The objects of the cells: shared ones, to which nothing happens, and new ones for whoever may.

use std::collections::{BTreeMap, BTreeSet};

use domain::record_type::built_in;
use serde_json::{Value, json};
use testkit::{Actor, Setup, TestApp, actor::new_key};

use super::case::{On, State};

/// Stands in the version that a branch writes after a return: nobody above may ever read it.
pub(crate) const LATER: &str = "退回之后的修改稿";

/// What a cell is about, as ids of the public contract; empty where there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject {
    pub(crate) record: String,
    pub(crate) rev: i64,
    /// Receipt at the town, at the county.
    pub(crate) town: String,
    pub(crate) county: String,
    pub(crate) org: String,
    pub(crate) account: String,
    pub(crate) post: String,
    pub(crate) session: String,
    pub(crate) line: String,
}

/// An application with a shared object of every kind.
pub(crate) struct World {
    pub(crate) app: TestApp,
    shared: BTreeMap<On, Subject>,
    /// Ids that nobody of the branch, the town and the county may know of, by kind: of another tenant, and of the own one.
    pub(crate) foreign: BTreeMap<&'static str, String>,
    pub(crate) hidden: BTreeMap<&'static str, String>,
    /// Ids of either tenant, in hex.
    pub(crate) ids: BTreeMap<&'static str, BTreeSet<String>>,
}

impl World {
    pub(crate) async fn new(setup: Setup) -> Self {
        let app = TestApp::with(setup).await;
        let mut world = Self {
            app,
            shared: BTreeMap::new(),
            foreign: BTreeMap::new(),
            hidden: BTreeMap::new(),
            ids: BTreeMap::new(),
        };
        let mut kinds: Vec<On> = State::ALL.into_iter().map(On::Record).collect();
        kinds.extend([On::Nothing, On::TownDraft, On::Invited, On::Person, On::Suspended, On::Line]);
        for on in kinds {
            let subject = match on {
                On::Record(state) => world.record(state, LATER).await,
                _ => world.fresh(on).await,
            };
            world.shared.insert(on, subject);
        }
        let recorder2 = world.app.actor("zj/village/recorder2");
        let village = world.app.org("zj/village").to_string();
        let session = world.session_of(&recorder2).await;
        let contact = json!({ "org": village, "telephone": "0571-7654321" });
        world.app.actor("zj/town/org_admin").mutate("setOrgContact", contact, "contact { telephone }").await;
        let of = |subject: Subject| Subject { org: village.clone(), account: recorder2.account.to_string(), ..subject };
        let (post, org) = (recorder2.post.to_string(), village.clone());
        let shared = [
            (On::Org, of(Subject::default())),
            (On::Post, of(Subject { org, post, ..Subject::default() })),
            (On::Session, of(Subject { session, ..Subject::default() })),
        ];
        world.shared.extend(shared);
        world.strangers().await;
        for tenant in ["zj", "edu"] {
            let ids = world.app.ids_of(tenant).await;
            world.ids.insert(tenant, ids);
        }
        world
    }

    /// The shared object, to which nothing may happen.
    pub(crate) fn shared(&self, on: On) -> &Subject {
        &self.shared[&on]
    }

    /// A new one.
    pub(crate) async fn fresh(&self, on: On) -> Subject {
        let app = &self.app;
        let village = app.org("zj/village").to_string();
        match on {
            On::Nothing => Subject::default(),
            On::Record(state) => self.record(state, "再次修改").await,
            On::TownDraft => {
                let (record, rev) = draft(&app.actor("zj/town/reviewer")).await;
                Subject { record, rev, ..Subject::default() }
            }
            On::Org => {
                let code = new_key();
                let input =
                    json!({ "parent": app.org("zj/town").to_string(), "kind": "BRANCH", "code": code, "name": code });
                let made = app.actor("zj/town/org_admin").mutate("createOrg", input, "org { id }").await;
                Subject { org: text(&made["org"]["id"]), ..Subject::default() }
            }
            On::Invited => Subject { account: self.invite().await, org: village, ..Subject::default() },
            On::Person => {
                let account = self.invite().await;
                app.open(account.parse().unwrap()).await;
                Subject { account, org: village, ..Subject::default() }
            }
            On::Suspended => {
                let account = self.invite().await;
                let input = json!({ "account": account });
                app.actor("zj/town/org_admin").mutate("suspendAccount", input, "account { id }").await;
                Subject { account, org: village, ..Subject::default() }
            }
            On::Post => {
                let account = self.invite().await;
                let input = json!({ "account": account, "org": village, "role": "branch_recorder" });
                let made = app.actor("zj/town/org_admin").mutate("grantPost", input, "post { id }").await;
                Subject { post: text(&made["post"]["id"]), account, org: village, ..Subject::default() }
            }
            On::Session => {
                let person = app.actor("zj/village/recorder2");
                let made = person.mutate("createToken", json!({ "label": "新", "days": 1 }), "session { id }").await;
                let account = person.account.to_string();
                Subject { session: text(&made["session"]["id"]), account, ..Subject::default() }
            }
            On::Line => Subject { line: line(&app.actor("zj/province/security")).await, ..Subject::default() },
        }
    }

    /// A record of the branch in a state, written and sent by its recorder, approved or returned by `zj/town/reviewer`.
    async fn record(&self, state: State, later: &str) -> Subject {
        let (recorder, reviewer) = (self.app.actor("zj/village/recorder"), self.app.actor("zj/town/reviewer"));
        let (record, rev) = draft(&recorder).await;
        let org = recorder.org.to_string();
        let mut made = Subject { record, rev, org, ..Subject::default() };
        if state == State::Draft {
            return made;
        }
        made.town = send(&recorder, &made.record, made.rev).await;
        let decided = json!({ "receipt": made.town });
        match state {
            State::Draft | State::AtTown => {}
            State::AtCounty | State::Final => {
                let next = reviewer.mutate("approveReceipt", decided, "next { id }").await;
                made.county = text(&next["next"]["id"]);
                if state == State::Final {
                    let county = self.app.actor("zj/county/reviewer");
                    let done =
                        county.mutate("approveReceipt", json!({ "receipt": made.county }), "receipt { version }");
                    assert_eq!(done.await["receipt"]["version"], 1);
                }
            }
            State::Returned => {
                let decided = json!({ "receipt": made.town, "reasons": ["CONTENT"] });
                reviewer.mutate("returnReceipt", decided, "receipt { version }").await;
                let rev = rev_of(&recorder, &made.record).await;
                let later = json!({ "record": made.record, "rev": rev, "writing": writing(later) });
                recorder.mutate("saveDraft", later, "record { rev }").await;
            }
            State::Withdrawn => {
                recorder.mutate("recallRecord", json!({ "record": made.record }), "record { rev }").await;
            }
        }
        made.rev = rev_of(&recorder, &made.record).await;
        made
    }

    async fn invite(&self) -> String {
        let input = json!({ "org": self.app.org("zj/village").to_string(), "name": "新人", "login": new_key() });
        let made = self.app.actor("zj/town/org_admin").mutate("inviteAccount", input, "account { id }").await;
        text(&made["account"]["id"])
    }

    async fn session_of(&self, person: &Actor<'_>) -> String {
        text(&person.data("{ viewer { sessions { id } } }", json!({})).await["viewer"]["sessions"][0]["id"])
    }

    /// What is hidden from the actors of the table: of the sibling branch, the other town, the other tenant.
    async fn strangers(&mut self) {
        let app = &self.app;
        let (sibling, cousin) = (app.actor("zj/village2/recorder"), app.actor("zj/village3/recorder"));
        let (foreign, beside) = (app.actor("edu/branch/recorder"), app.actor("zj/county2/reviewer"));
        let (theirs, rev) = draft(&cousin).await;
        let receipt = send(&cousin, &theirs, rev).await;
        let (abroad, rev) = draft(&foreign).await;
        let receipt_abroad = send(&foreign, &abroad, rev).await;
        let hidden = [
            ("record", draft(&sibling).await.0),
            ("receipt", receipt),
            ("post", beside.post.to_string()),
            ("session", self.session_of(&beside).await),
        ];
        let foreigners = [
            ("record", abroad),
            ("receipt", receipt_abroad),
            ("org", foreign.org.to_string()),
            ("account", foreign.account.to_string()),
            ("post", foreign.post.to_string()),
            ("session", self.session_of(&foreign).await),
            ("policyline", line(&app.actor("edu/university/security")).await),
        ];
        self.hidden = BTreeMap::from(hidden);
        self.foreign = BTreeMap::from(foreigners);
    }
}

/// What the example of a type writes, under a title.
pub(crate) fn writing(title: &str) -> Value {
    let of_type = built_in().iter().find(|one| one.code.as_str() == "ZBDH").unwrap();
    json!({ "title": title, "occurredOn": "2026-02-26", "content": of_type.example })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(crate) async fn draft(writer: &Actor<'_>) -> (String, i64) {
    let input = json!({ "ofType": "ZBDH", "writing": writing("支部党员大会") });
    let made = writer.mutate("createDraft", input, "record { id rev }").await;
    (text(&made["record"]["id"]), made["record"]["rev"].as_i64().unwrap())
}

pub(crate) async fn send(writer: &Actor<'_>, record: &str, rev: i64) -> String {
    let sent = writer.mutate("submitRecord", json!({ "record": record, "rev": rev }), "receipt { id }").await;
    text(&sent["receipt"]["id"])
}

async fn rev_of(writer: &Actor<'_>, record: &str) -> i64 {
    let read = writer.data("query($id: ID!) { record(id: $id) { rev } }", json!({ "id": record })).await;
    read["record"]["rev"].as_i64().unwrap()
}

/// A line that keeps nobody of the table from anything.
async fn line(security: &Actor<'_>) -> String {
    let deny = json!({ "role": "branch_recorder", "kind": "figure", "action": "view", "relation": "self",
                       "levelFrom": 12, "levelTo": 12, "effect": "deny" });
    let input = json!({ "add": [deny], "dryRun": false });
    assert_eq!(security.mutate("editPolicy", input, "applied").await["applied"], true);
    let lines = security.data("{ policyLines { id } }", json!({})).await;
    text(&lines["policyLines"].as_array().unwrap().last().unwrap()["id"])
}
