//! Lives a history through the application and through the model, side by side.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use app::{Command, Result, org, receipt, record};
use domain::{
    Outcome,
    measure::{Measure, Measures, extract},
    org::Approval,
    record::Writing,
    record_type::built_in,
    submission::{Remarks, ReturnReason, SubmissionState},
};
use serde_json::{Value, json};
use testkit::TestApp;

use super::{
    model::{Key, Model, ORGS, Sent, TYPES, Written},
    read::{compare, open_branches},
    step::{Content, Crash, Step},
};
use crate::flow::desk::{Desk, code, day, done, example, with};

/// Days that records are about; the last is no late entry.
const DAYS: [&str; 6] = ["2024-12-10", "2025-01-15", "2025-06-30", "2025-12-31", "2026-01-05", "2026-02-26"];
const TAGS: [&[&str]; 4] = [&[], &["DXZH"], &["ZTDR"], &["DXZH", "ZTDR"]];
const TENANT: &str = "SELECT id FROM tenant WHERE key = 'zj'";
/// Steps of the application that are not at their end.
const BUSY: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'fonds_app' AND state <> 'idle'";
const KEYS: &str = "SELECT coalesce(jsonb_agg(key), '[]') FROM idempotency";

pub(crate) struct History<'a> {
    app: &'a TestApp,
    pub(crate) model: Model,
    /// How often each kind of step had an effect.
    pub(crate) effects: std::collections::BTreeMap<&'static str, usize>,
}

/// The future, dropped after so many turns.
async fn abandoned<F: Future>(future: F, after: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = after;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

fn writing(of_type: &str, tags: usize, content: Content) -> Writing {
    let mut writing = example(of_type);
    if writing.content.get("present").is_some() {
        writing = with(writing, "/present", json!(content.present));
        // A vote needs its voters; without them there is nothing that the numbers could contradict.
        for field in ["with_vote_expected", "with_vote_present", "absent"] {
            writing.content.as_object_mut().unwrap().remove(field);
        }
        if let Some(item) = writing.content.pointer_mut("/agenda/1") {
            item.as_object_mut().unwrap().remove("ballots");
        }
    }
    let tags = TAGS[tags].iter().map(|tag| code(tag)).collect();
    Writing { tags, occurred_on: day(DAYS[content.day]), ..writing }
}

fn people(org: Key) -> [&'static str; 2] {
    if org.starts_with("zj/village") { ["recorder", "secretary"] } else { ["reviewer", "reviewer2"] }
}

impl<'a> History<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self { app, model: Model::new(), effects: std::collections::BTreeMap::new() }
    }

    fn desk(&self, org: Key, role: &str) -> Desk<'a> {
        Desk::of(self.app, &format!("{org}/{role}"))
    }

    fn key(&self, org: domain::Id<domain::id::noun::Org>) -> Key {
        ORGS.into_iter().find(|key| self.app.org(key) == org).unwrap()
    }

    /// Runs a mutation that may be cut off. None: it has not happened.
    async fn attempt<T, F: Future<Output = Result<Outcome<T>>>>(
        &self,
        crash: Option<Crash>,
        command: &Command,
        run: impl Fn(Command) -> F,
    ) -> Option<Result<Outcome<T>>> {
        let Some(crash) = crash else { return Some(run(command.clone()).await) };
        if let Some(answer) = abandoned(run(command.clone()), crash.after).await {
            return Some(answer);
        }
        if !crash.again {
            while testkit::scalar::<i64>(&self.app.owner, BUSY).await > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let keys: Value = testkit::scalar(&self.app.owner, KEYS).await;
            if !keys.as_array().unwrap().contains(&json!(command.key)) {
                return None;
            }
        }
        Some(run(command.clone()).await)
    }

    /// Lives it, comparing now and then, and everything at the end.
    pub(crate) async fn live(&mut self, steps: &[(Step, Option<Crash>)]) {
        for (turn, (step, crash)) in steps.iter().enumerate() {
            self.step(step, *crash).await;
            if turn % 7 == 6 {
                compare(self.app, &self.model, turn / 7, false).await;
            }
        }
        compare(self.app, &self.model, 0, true).await;
        open_branches(self.app, &self.model).await;
    }

    async fn step(&mut self, step: &Step, crash: Option<Crash>) {
        let done = match *step {
            Step::Send { org, of_type, tags, content } => {
                self.send(ORGS[org % ORGS.len()], TYPES[of_type].0, tags, content, crash).await
            }
            Step::Resend { which, tags, content } => self.resend(which, tags, content, crash).await,
            Step::Decide { which, back, second } => self.decide(which, back, second, crash).await,
            Step::Recall { which } => self.recall(which, crash).await,
            Step::Unapprove { which } => self.unapprove(which, crash).await,
            Step::Move { org, below } => self.relocate(ORGS[org % ORGS.len()], ORGS[below % 7], crash).await,
            Step::Close { org, successor } => {
                let successor = successor.map(|at| ORGS[at % ORGS.len()]);
                self.close(ORGS[org % ORGS.len()], successor, crash).await
            }
            Step::Fold { limit } => {
                let tenant = domain::tenant::TenantId(testkit::scalar(&self.app.owner, TENANT).await);
                let store = self.app.worker_store();
                let folded = store.fold(tenant, limit).await.unwrap();
                store.close().await;
                folded > 0
            }
        };
        if done {
            let text = format!("{step:?}");
            let name = ["Send", "Decide", "Recall", "Unapprove", "Resend", "Move", "Close", "Fold"];
            let name = name.into_iter().find(|name| text.starts_with(name)).unwrap();
            *self.effects.entry(name).or_default() += 1;
        }
    }

    /// The figures that the domain takes out of a content, for a round as the tree is now.
    fn round(&self, org: Key, of_type: &'static str, writing: &Writing) -> Sent {
        let kind = built_in().iter().find(|kind| kind.code.as_str() == of_type).unwrap();
        // More than thirty days before 2 March 2026.
        let late = writing.occurred_on < day("2026-01-31");
        let measures: Measures = extract(kind, &writing.content, late);
        assert_eq!(measures.get(Measure::Late), i64::from(late));
        let route = self.model.route(org, of_type);
        let tags = ["DXZH", "ZTDR"].into_iter().filter(|tag| writing.tags.contains(&code(tag))).collect();
        Sent {
            chain: self.model.chain(org),
            position: usize::from(!route.is_empty()),
            state: if route.is_empty() { SubmissionState::Final } else { SubmissionState::InReview },
            route,
            of_type,
            tags,
            month: domain::calendar::Month::of(writing.occurred_on).number(),
            measures,
        }
    }

    async fn send(
        &mut self,
        org: Key,
        of_type: &'static str,
        tags: usize,
        content: Content,
        crash: Option<Crash>,
    ) -> bool {
        if !self.model.is_open(org) {
            return false;
        }
        let writing = writing(of_type, tags, content);
        let [author, other] = people(org);
        let id = self.desk(org, author).draft(of_type, writing.clone()).await;
        let round = self.round(org, of_type, &writing);
        let sender = if round.route.is_empty() || content.present % 2 == 0 { other } else { author };
        let Some(pending) = self.submit(id, 1, org, sender, &round, crash).await else { return false };
        let record = Written { id, org, rounds: vec![round], sender, pending, approved: None };
        self.model.records.push(record);
        true
    }

    /// None: it has not happened.
    async fn submit(
        &self,
        id: domain::Id<domain::id::noun::Record>,
        rev: i32,
        org: Key,
        sender: &str,
        round: &Sent,
        crash: Option<Crash>,
    ) -> Option<Option<domain::id::ReceiptId>> {
        let desk = self.desk(org, sender);
        let command = desk.command("record.submit", &id);
        let run = |command| record::submit(&self.app.app, &desk.caller, command, id, rev);
        let (sent, _) = crate::flow::desk::warned(self.attempt(crash, &command, run).await?);
        assert_eq!(sent.state, round.state);
        let at = round.route.first().copied().unwrap_or(org);
        assert_eq!(self.key(sent.receipt.org), at);
        Some((sent.state == SubmissionState::InReview).then_some(sent.receipt))
    }

    fn choose(&self, which: usize, fits: impl Fn(&Written) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.model.records.len()).filter(|at| fits(&self.model.records[*at])).collect();
        (!fitting.is_empty()).then(|| fitting[which % fitting.len()])
    }

    async fn resend(&mut self, which: usize, tags: usize, content: Content, crash: Option<Crash>) -> bool {
        let back = |record: &Written| {
            let state = record.rounds.last().map(|round| round.state);
            let back = matches!(state, Some(SubmissionState::Returned | SubmissionState::Withdrawn));
            back && self.model.is_open(record.org)
        };
        let Some(at) = self.choose(which, back) else { return false };
        let Written { id, org, ref rounds, .. } = self.model.records[at];
        let of_type = rounds[0].of_type;
        let writing = writing(of_type, tags, content);
        let [author, other] = people(org);
        let desk = self.desk(org, author);
        let rev = desk.record(id).await.head.rev;
        let rev = done(desk.save(id, rev, writing.clone()).await).rev;
        let round = self.round(org, of_type, &writing);
        let sender = if round.route.is_empty() { other } else { author };
        let Some(pending) = self.submit(id, rev, org, sender, &round, crash).await else { return false };
        let record = &mut self.model.records[at];
        record.rounds.push(round);
        record.sender = sender;
        (record.pending, record.approved) = (pending, None);
        true
    }

    async fn decide(&mut self, which: usize, back: bool, second: bool, crash: Option<Crash>) -> bool {
        let open = |record: &Written| record.pending.is_some_and(|receipt| self.model.is_open(self.key(receipt.org)));
        let Some(at) = self.choose(which, open) else { return false };
        let receipt = self.model.records[at].pending.unwrap();
        let who = if second { "reviewer2" } else { "reviewer" };
        let desk = self.desk(self.key(receipt.org), who);
        let command = desk.command("receipt.decide", &(receipt.to_string(), back));
        let answer = if back {
            let remarks = Remarks { reasons: vec![ReturnReason::Content], ..Remarks::default() };
            let run = |command| receipt::give_back(&self.app.app, &desk.caller, command, receipt, remarks.clone());
            self.attempt(crash, &command, run).await
        } else {
            let run = |command| receipt::approve(&self.app.app, &desk.caller, command, receipt, Remarks::default());
            self.attempt(crash, &command, run).await
        };
        let Some(answer) = answer else { return false };
        let decided = done(answer);
        let record = &mut self.model.records[at];
        let round = record.rounds.last_mut().unwrap();
        (round.state, record.pending, record.approved) = if back {
            (SubmissionState::Returned, None, None)
        } else if round.position == round.route.len() {
            (SubmissionState::Final, None, None)
        } else {
            round.position += 1;
            (SubmissionState::InReview, decided.next, Some((who, receipt)))
        };
        let (state, pending) = (round.state, record.pending);
        assert_eq!((decided.state, decided.next), (state, pending));
        true
    }

    async fn recall(&mut self, which: usize, crash: Option<Crash>) -> bool {
        let fresh = |record: &Written| {
            let round = record.rounds.last().unwrap();
            round.state == SubmissionState::InReview && round.position == 1 && self.model.is_open(record.org)
        };
        let Some(at) = self.choose(which, fresh) else { return false };
        let Written { id, org, sender, .. } = self.model.records[at];
        let desk = self.desk(org, sender);
        let command = desk.command("record.recall", &id);
        let run = |command| record::recall(&self.app.app, &desk.caller, command, id);
        let Some(answer) = self.attempt(crash, &command, run).await else { return false };
        assert_eq!(done(answer).state, SubmissionState::Withdrawn);
        let record = &mut self.model.records[at];
        record.rounds.last_mut().unwrap().state = SubmissionState::Withdrawn;
        record.pending = None;
        true
    }

    async fn unapprove(&mut self, which: usize, crash: Option<Crash>) -> bool {
        let approved =
            |record: &Written| record.approved.is_some_and(|(_, receipt)| self.model.is_open(self.key(receipt.org)));
        let Some(at) = self.choose(which, approved) else { return false };
        let (who, receipt) = self.model.records[at].approved.unwrap();
        let desk = self.desk(self.key(receipt.org), who);
        let command = desk.command("receipt.recall", &receipt.to_string());
        let run = |command| record::recall_approval(&self.app.app, &desk.caller, command, receipt);
        let Some(answer) = self.attempt(crash, &command, run).await else { return false };
        let back = done(answer);
        assert_eq!(back.state, SubmissionState::InReview);
        let record = &mut self.model.records[at];
        record.rounds.last_mut().unwrap().position -= 1;
        (record.pending, record.approved) = (back.receipt, None);
        true
    }

    /// What the rules of the tree refuse does not happen; the model follows what was done.
    async fn relocate(&mut self, org: Key, below: Key, crash: Option<Crash>) -> bool {
        let desk = self.desk("zj/province", "org_admin");
        let effect = org::Effect { on: None, approval: Approval::default() };
        let new = org::Relocation { org: self.app.org(org), parent: self.app.org(below), level: None, effect };
        let command = desk.command("org.move", &(org, below));
        let run = |command| org::relocate(&self.app.app, &desk.caller, command, new.clone());
        let Some(Ok(Outcome::Done(way, _))) = self.attempt(crash, &command, run).await else { return false };
        self.model.relocate(org, below);
        assert_eq!(way.level.0, self.model.levels[org]);
        true
    }

    async fn close(&mut self, org: Key, successor: Option<Key>, crash: Option<Crash>) -> bool {
        let desk = self.desk("zj/province", "org_admin");
        let effect = org::Effect { on: None, approval: Approval::default() };
        let new = org::Closing { org: self.app.org(org), successor: successor.map(|key| self.app.org(key)), effect };
        let command = desk.command("org.close", &(org, successor));
        let run = |command| org::close(&self.app.app, &desk.caller, command, new.clone());
        let Some(Ok(Outcome::Done(..))) = self.attempt(crash, &command, run).await else { return false };
        self.model.closed.insert(org);
        true
    }
}
