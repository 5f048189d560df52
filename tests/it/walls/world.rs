//! The objects of the cells: shared ones, to which nothing happens, and new ones for whoever may.

use std::collections::{BTreeMap, BTreeSet};

use domain::record_type::built_in;
use serde_json::{Value, json};
use testkit::{Actor, Setup, TestApp, actor::new_key};

use super::case::{On, State};

/// Stands in the version that a branch writes after a return: nobody above may ever read it.
pub(crate) const LATER: &str = "退回之后的修改稿";

/// Stands in every internal record: no archivist may read it, in a list as little as by itself.
pub(crate) const INTERNAL: &str = "内部事项";

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
    pub(crate) file: String,
    pub(crate) webhook: String,
    pub(crate) delivery: String,
}

/// An application with a shared object of every kind.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// Casbin decides.
    pub(crate) first_wall: bool,
    shared: BTreeMap<On, Subject>,
    /// Ids that nobody of the branch, the town and the county may know of, by kind: of another tenant, and of the own one.
    pub(crate) foreign: BTreeMap<&'static str, String>,
    pub(crate) hidden: BTreeMap<&'static str, String>,
    /// Ids of either tenant, in hex.
    pub(crate) ids: BTreeMap<&'static str, BTreeSet<String>>,
}

impl World {
    pub(crate) async fn new(setup: Setup) -> Self {
        let first_wall = setup.first_wall;
        let app = TestApp::with(setup).await;
        let mut world = Self {
            app,
            first_wall,
            shared: BTreeMap::new(),
            foreign: BTreeMap::new(),
            hidden: BTreeMap::new(),
            ids: BTreeMap::new(),
        };
        keep_internal_records_from_archivists(&world.app.actor("zj/province/security")).await;
        let mut kinds: Vec<On> = State::ALL.into_iter().map(On::Record).collect();
        kinds.extend(State::INTERNAL.map(On::Internal));
        kinds.extend(State::LEFT.map(On::Left));
        kinds.extend([
            On::LeftReceipt,
            On::Nothing,
            On::TownDraft,
            On::ToConfirm,
            On::Invited,
            On::Person,
            On::Suspended,
            On::Line,
            On::File,
            On::Webhook,
            On::DeadLetter,
        ]);
        for on in kinds {
            let subject = match on {
                On::Record(state) => world.record(state, &writing("支部党员大会"), LATER).await,
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
        // People are told of all that has happened so far, and of nothing later.
        world.app.relayed().await;
        world.app.log_audit().await;
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
            On::Record(state) => self.record(state, &writing("支部党员大会"), "再次修改").await,
            On::Internal(state) => self.record(state, &internal(), "再次修改").await,
            On::Left(state) => self.left(state).await,
            On::LeftReceipt => self.left_receipt().await,
            On::TownDraft => {
                let (record, rev) = draft(&app.actor("zj/town/reviewer")).await;
                Subject { record, rev, ..Subject::default() }
            }
            On::ToConfirm => {
                let recorder = app.actor("zj/village/recorder");
                let (record, rev) = draft_as(&recorder, "DK", &writing_of("DK", "党课")).await;
                let input = json!({ "record": record, "rev": rev });
                let asked = recorder.mutate("askConfirmation", input, "record { askedAt }").await;
                assert!(asked["record"]["askedAt"].is_string(), "{asked}");
                Subject { record, rev, org: village, ..Subject::default() }
            }
            On::Org => {
                let org = found(&app.actor("zj/town/org_admin"), &app.org("zj/town").to_string(), "BRANCH").await;
                Subject { org, ..Subject::default() }
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
            On::File => {
                let recorder = app.actor("zj/village/recorder");
                let (record, rev) = draft(&recorder).await;
                let file = crate::file::client::announced(app, &recorder).await;
                Subject { record, rev, file, ..Subject::default() }
            }
            On::Webhook => {
                let webhook = webhook(&app.actor("zj/town/org_admin"), &village).await;
                Subject { webhook, org: village, ..Subject::default() }
            }
            On::DeadLetter => Subject { delivery: app.dead_letter("zj/town/reviewer").await, ..Subject::default() },
            On::Line => Subject { line: line(&app.actor("zj/province/security")).await, ..Subject::default() },
        }
    }

    /// A record of the branch in a state, written and sent by its recorder, approved or returned by `zj/town/reviewer`.
    async fn record(&self, state: State, writing: &Value, later: &str) -> Subject {
        let [recorder, town, county] =
            ["zj/village/recorder", "zj/town/reviewer", "zj/county/reviewer"].map(|key| self.app.actor(key));
        Way { writer: &recorder, first: &town, second: &county }.record(state, writing, later).await
    }

    /// A record in a state of a branch that was closed since; `zj/village2` continues it.
    async fn left(&self, state: State) -> Subject {
        let app = &self.app;
        let [admin, town, county] =
            ["zj/town/org_admin", "zj/town/reviewer", "zj/county/reviewer"].map(|key| app.actor(key));
        let branch = found(&admin, &app.org("zj/town").to_string(), "BRANCH").await;
        let writer = posted(&admin, &app.actor("zj/village4/recorder"), &branch, "branch_recorder").await;
        let way = Way { writer: &writer, first: &town, second: &county };
        let made = way.record(state, &writing("支部党员大会"), LATER).await;
        close(&admin, &branch, Some(app.org("zj/village2").to_string())).await;
        made
    }

    /// A receipt, approved to the end, of a committee that was closed since; `zj/town2` continues it.
    async fn left_receipt(&self) -> Subject {
        let app = &self.app;
        let [admin, county] = ["zj/county/org_admin", "zj/county/reviewer"].map(|key| app.actor(key));
        let committee = found(&admin, &app.org("zj/county").to_string(), "COMMITTEE").await;
        let branch = found(&admin, &committee, "BRANCH").await;
        let writer = posted(&admin, &app.actor("zj/village4/recorder"), &branch, "branch_recorder").await;
        let first = posted(&admin, &app.actor("zj/village4/secretary"), &committee, "committee_reviewer").await;
        let way = Way { writer: &writer, first: &first, second: &county };
        let made = way.record(State::Final, &writing("支部党员大会"), LATER).await;
        close(&admin, &branch, None).await;
        close(&admin, &committee, Some(app.org("zj/town2").to_string())).await;
        Subject { org: committee, ..made }
    }

    async fn invite(&self) -> String {
        let input = json!({ "org": self.app.org("zj/village").to_string(), "name": "新人", "login": new_key() });
        let made = self.app.actor("zj/town/org_admin").mutate("inviteAccount", input, "account { id }").await;
        text(&made["account"]["id"])
    }

    async fn session_of(&self, person: &Actor<'_>) -> String {
        text(&person.data("{ viewer { sessions { id } } }", json!({})).await["viewer"]["sessions"][0]["id"])
    }

    /// What is hidden from the actors of the table: of a branch and a town of the other county, of the other tenant.
    async fn strangers(&mut self) {
        let app = &self.app;
        let cousin = app.actor("zj/village4/recorder");
        let (foreign, beside) = (app.actor("edu/branch/recorder"), app.actor("zj/county2/reviewer"));
        let (theirs, rev) = draft(&cousin).await;
        let receipt = send(&cousin, &theirs, rev).await;
        let (abroad, rev) = draft(&foreign).await;
        let receipt_abroad = send(&foreign, &abroad, rev).await;
        let hidden = [
            ("record", draft(&cousin).await.0),
            ("receipt", receipt),
            ("post", beside.post.to_string()),
            ("session", self.session_of(&beside).await),
            ("file", crate::file::client::announced(app, &cousin).await),
            ("webhook", webhook(&app.actor("zj/county2/org_admin"), &beside.org.to_string()).await),
        ];
        let foreigners = [
            ("record", abroad),
            ("receipt", receipt_abroad),
            ("org", foreign.org.to_string()),
            ("account", foreign.account.to_string()),
            ("post", foreign.post.to_string()),
            ("session", self.session_of(&foreign).await),
            ("file", crate::file::client::announced(app, &foreign).await),
            ("webhook", webhook(&app.actor("edu/university/org_admin"), &foreign.org.to_string()).await),
            ("delivery", app.dead_letter("edu/college/reviewer").await),
            ("policyline", line(&app.actor("edu/university/security")).await),
        ];
        self.hidden = BTreeMap::from(hidden);
        self.foreign = BTreeMap::from(foreigners);
    }
}

/// What the example of a type writes, under a title.
pub(crate) fn writing(title: &str) -> Value {
    writing_of("ZBDH", title)
}

fn writing_of(code: &str, title: &str) -> Value {
    let of_type = built_in().iter().find(|one| one.code.as_str() == code).unwrap();
    json!({ "title": title, "occurredOn": "2026-02-26", "content": of_type.example })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The same, internal.
fn internal() -> Value {
    let mut writing = writing(INTERNAL);
    writing["confidentiality"] = "INTERNAL".into();
    writing
}

pub(crate) async fn draft(writer: &Actor<'_>) -> (String, i64) {
    draft_of(writer, &writing("支部党员大会")).await
}

pub(crate) async fn draft_of(writer: &Actor<'_>, writing: &Value) -> (String, i64) {
    draft_as(writer, "ZBDH", writing).await
}

async fn draft_as(writer: &Actor<'_>, of_type: &str, writing: &Value) -> (String, i64) {
    let made =
        writer.mutate("createDraft", json!({ "ofType": of_type, "writing": writing }), "record { id rev }").await;
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

/// A webhook, which leads nowhere.
async fn webhook(admin: &Actor<'_>, org: &str) -> String {
    let input = json!({ "org": org, "name": "工作群", "reader": "DING_TALK", "url": "https://hook.example.cn/robot?token=x",
                        "kinds": ["TO_REVIEW"] });
    text(&admin.mutate("createWebhook", input, "webhook { id }").await["webhook"]["id"])
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

/// Who has to do with a record: its writer, and the reviewers of the two levels.
struct Way<'a> {
    writer: &'a Actor<'a>,
    first: &'a Actor<'a>,
    second: &'a Actor<'a>,
}

impl Way<'_> {
    /// A record in a state; after a return it is mended, under the title `later`.
    async fn record(&self, state: State, written: &Value, later: &str) -> Subject {
        let writer = self.writer;
        let (record, rev) = draft_of(writer, written).await;
        let mut made = Subject { record, rev, org: writer.org.to_string(), ..Subject::default() };
        match state {
            State::Draft => return made,
            State::Discarded => {
                writer
                    .mutate("discardDraft", json!({ "record": made.record, "rev": made.rev }), "record { rev }")
                    .await;
                made.rev = rev_of(writer, &made.record).await;
                return made;
            }
            _ => made.town = send(writer, &made.record, made.rev).await,
        }
        let decided = json!({ "receipt": made.town });
        match state {
            State::Draft | State::Discarded | State::AtTown => {}
            State::AtCounty | State::Final => {
                let next = self.first.mutate("approveReceipt", decided, "next { id }").await;
                made.county = text(&next["next"]["id"]);
                if state == State::Final {
                    let decided = json!({ "receipt": made.county });
                    let done = self.second.mutate("approveReceipt", decided, "receipt { version }").await;
                    assert_eq!(done["receipt"]["version"], 1);
                }
            }
            State::Returned => {
                let decided = json!({ "receipt": made.town, "reasons": ["CONTENT"] });
                self.first.mutate("returnReceipt", decided, "receipt { version }").await;
                let rev = rev_of(writer, &made.record).await;
                let later = json!({ "record": made.record, "rev": rev, "writing": writing(later) });
                writer.mutate("saveDraft", later, "record { rev }").await;
            }
            State::Withdrawn => {
                writer.mutate("recallRecord", json!({ "record": made.record }), "record { rev }").await;
            }
        }
        made.rev = rev_of(writer, &made.record).await;
        made
    }
}

async fn found(admin: &Actor<'_>, parent: &str, kind: &str) -> String {
    let code = new_key();
    let input = json!({ "parent": parent, "kind": kind, "code": code, "name": code });
    text(&admin.mutate("createOrg", input, "org { id }").await["org"]["id"])
}

/// Somebody under a further post.
async fn posted<'a>(admin: &Actor<'_>, person: &Actor<'a>, org: &str, role: &str) -> Actor<'a> {
    let input = json!({ "account": person.account.to_string(), "org": org, "role": role });
    let made = admin.mutate("grantPost", input, "post { id }").await;
    let mut person = person.clone();
    (person.post, person.org) = (text(&made["post"]["id"]).parse().unwrap(), org.parse().unwrap());
    person
}

async fn close(admin: &Actor<'_>, org: &str, successor: Option<String>) {
    let done = admin.mutate("closeOrg", json!({ "org": org, "successor": successor }), "org { state }").await;
    assert_eq!(done["org"]["state"], "CLOSED", "{done}");
}

/// A line of the tenant's own: archivists see what is public only.
async fn keep_internal_records_from_archivists(security: &Actor<'_>) {
    let line = |kind: &str| {
        json!({ "role": "committee_archivist", "kind": kind, "action": "view", "relation": "self", "levelFrom": 1,
                "levelTo": 12, "ceiling": 1, "effect": "deny" })
    };
    let input = json!({ "add": [line("record"), line("receipt")], "dryRun": false });
    assert_eq!(security.mutate("editPolicy", input, "applied").await["applied"], true);
}
