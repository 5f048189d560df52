//! Somebody at work: the use cases as one person under one post, without the interface before them.

use app::{
    Caller, Command, Entry, Error, Reader, Result,
    receipt::{self, Decided, Held},
    record::{self, Drafted, Recalled, Record, SavedDraft, Submitted},
};
use chrono::NaiveDate;
use domain::{
    Code, Id, Outcome, Problem,
    id::{ReceiptId, noun},
    record::Writing,
    record_type::{TypeCode, built_in},
    submission::{Comment, Remarks, ReturnReason},
};
use serde_json::Value;
use testkit::{TestApp, actor::new_key};

/// A person under one post.
#[derive(Debug, Clone)]
pub(crate) struct Desk<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) caller: Caller,
    pub(crate) post: Id<noun::Post>,
    pub(crate) org: Id<noun::Org>,
    pub(crate) account: Id<noun::Account>,
}

impl<'a> Desk<'a> {
    /// Somebody by `tenant/organisation/role`.
    pub(crate) fn of(app: &'a TestApp, key: &str) -> Self {
        let actor = app.actor(key);
        let caller = Caller { entry: Entry::of_token(&actor.token).unwrap(), locale: None, origin: None };
        Self { app, caller, post: actor.post, org: actor.org, account: actor.account }
    }

    /// A command under a key that nobody has used.
    pub(crate) fn command(&self, operation: &'static str, input: &impl std::fmt::Debug) -> Command {
        Command::new(operation, &new_key(), self.post, &format!("{input:?}"))
    }

    pub(crate) async fn create(&self, of_type: &str, writing: Writing) -> Result<Outcome<Drafted>> {
        let command = self.command("record.create", &writing);
        record::create(&self.app.app, &self.caller, command, code(of_type), writing).await
    }

    /// A draft that nothing speaks against.
    pub(crate) async fn draft(&self, of_type: &str, writing: Writing) -> Id<noun::Record> {
        done(self.create(of_type, writing).await).record
    }

    pub(crate) async fn save(&self, id: Id<noun::Record>, rev: i32, writing: Writing) -> Result<Outcome<SavedDraft>> {
        let command = self.command("record.save", &(id, rev, &writing));
        record::save(&self.app.app, &self.caller, command, id, rev, writing).await
    }

    pub(crate) async fn discard(&self, id: Id<noun::Record>, rev: i32) -> Result<Outcome<SavedDraft>> {
        record::discard(&self.app.app, &self.caller, self.command("record.discard", &(id, rev)), id, rev).await
    }

    pub(crate) async fn ask(&self, id: Id<noun::Record>, rev: i32) -> Result<Outcome<SavedDraft>> {
        let command = self.command("record.ask_confirmation", &(id, rev));
        record::ask_confirmation(&self.app.app, &self.caller, command, id, rev).await
    }

    /// What waits for him to be confirmed; the number over it is as long.
    pub(crate) async fn to_confirm(&self) -> Vec<Id<noun::Record>> {
        let mut reader = self.reader().await;
        let lines = record::to_confirm(&mut reader, self.org, None, 100).await.unwrap();
        let counted = receipt::counts(&mut reader, self.org).await.unwrap().to_confirm;
        assert_eq!(usize::try_from(counted).unwrap(), lines.len());
        lines.into_iter().map(|line| line.head.id).collect()
    }

    pub(crate) async fn submit(&self, id: Id<noun::Record>, rev: i32) -> Result<Outcome<Submitted>> {
        record::submit(&self.app.app, &self.caller, self.command("record.submit", &(id, rev)), id, rev).await
    }

    /// Writes the example of a type and sends it.
    pub(crate) async fn send(&self, of_type: &str) -> Submitted {
        let id = self.draft(of_type, example(of_type)).await;
        done(self.submit(id, 1).await)
    }

    pub(crate) async fn recall(&self, id: Id<noun::Record>) -> Result<Outcome<Recalled>> {
        record::recall(&self.app.app, &self.caller, self.command("record.recall", &id), id).await
    }

    pub(crate) async fn recall_approval(&self, id: ReceiptId) -> Result<Outcome<Recalled>> {
        record::recall_approval(&self.app.app, &self.caller, self.command("receipt.recall", &id.to_string()), id).await
    }

    pub(crate) async fn approve(&self, id: ReceiptId) -> Result<Outcome<Decided>> {
        let command = self.command("receipt.approve", &id.to_string());
        receipt::approve(&self.app.app, &self.caller, command, id, Remarks::default()).await
    }

    pub(crate) async fn give_back(&self, id: ReceiptId, remarks: Remarks) -> Result<Outcome<Decided>> {
        let command = self.command("receipt.return", &id.to_string());
        receipt::give_back(&self.app.app, &self.caller, command, id, remarks).await
    }

    pub(crate) async fn reader(&self) -> Reader {
        self.app.app.read(&self.caller).await.unwrap()
    }

    /// An own record.
    pub(crate) async fn record(&self, id: Id<noun::Record>) -> Record {
        record::view(&mut self.reader().await, id).await.unwrap()
    }

    /// A receipt that is held.
    pub(crate) async fn held(&self, id: ReceiptId) -> Held {
        receipt::view(&mut self.reader().await, id).await.unwrap()
    }
}

/// What must have been done, without a warning but that of a second report: the tests send one example again and again.
#[track_caller]
pub(crate) fn done<T>(answer: Result<Outcome<T>>) -> T {
    let (value, mut warnings) = warned(answer);
    warnings.retain(|warning| warning.code != Code::Taken);
    assert_eq!(codes(&warnings), [], "{warnings:?}");
    value
}

/// What must have been done, with its warnings.
#[track_caller]
pub(crate) fn warned<T>(answer: Result<Outcome<T>>) -> (T, Vec<Problem>) {
    match answer {
        Ok(Outcome::Done(value, warnings)) => (value, warnings),
        Ok(Outcome::Refused(problems)) => panic!("refused: {problems:?}"),
        Err(error) => panic!("failed: {error:?}"),
    }
}

/// The rules that must have refused it.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<Outcome<T>>) -> Vec<Code> {
    match answer {
        Ok(Outcome::Refused(problems)) => codes(&problems),
        other => panic!("not refused: {other:?}"),
    }
}

/// It must be as if it were not there.
#[track_caller]
pub(crate) fn absent<T: std::fmt::Debug>(answer: Result<T>) {
    match answer {
        Err(Error::NotFound) => {}
        other => panic!("not absent: {other:?}"),
    }
}

pub(crate) fn codes(problems: &[Problem]) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}

pub(crate) fn code(of_type: &str) -> TypeCode {
    TypeCode::parse(of_type).unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The example that a type brings along, held on 26 February 2026.
pub(crate) fn example(of_type: &str) -> Writing {
    let of_type = built_in().iter().find(|one| one.code.as_str() == of_type).unwrap();
    Writing {
        title: format!("{}（测试）", of_type.code.as_str()),
        occurred_on: day("2026-02-26"),
        tags: Vec::new(),
        confidentiality: 0,
        content: of_type.example.clone(),
    }
}

/// The same with another value in its content.
pub(crate) fn with(mut writing: Writing, pointer: &str, value: Value) -> Writing {
    let (above, field) = pointer.rsplit_once('/').unwrap();
    writing.content.pointer_mut(above).unwrap()[field] = value;
    writing
}

/// Why something comes back.
pub(crate) fn remarks() -> Remarks {
    Remarks {
        reasons: vec![ReturnReason::Content, ReturnReason::Incomplete],
        comments: vec![Comment { path: "/present".to_owned(), text: "与签到表不符".to_owned() }],
        note: Some("请核对人数".to_owned()),
    }
}
