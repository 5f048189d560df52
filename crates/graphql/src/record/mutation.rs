//! Writing, sending and taking back.

use app::Command;
use async_graphql::{Context, ID, InputObject, Json, Object, SimpleObject};
use chrono::NaiveDate;
use domain::{record::Writing, record_type::TypeCode};
use serde::Serialize;

use super::{Confidentiality, Record};
use crate::{
    error::Result as Answered,
    flow::ReceiptRef,
    id::parse,
    problem::{Problem, split},
    request::{Answer, Refuse as _, Request, answer},
};

/// What is written: title, day, content.
#[derive(Debug, InputObject, Serialize)]
pub struct WritingInput {
    /// Title, 1 to 200 characters.
    title: String,
    /// Day of the activity, not in the future.
    occurred_on: NaiveDate,
    /// Further types that the same meeting counts for, each once; at most five.
    #[graphql(default)]
    tags: Vec<String>,
    /// Public or internal; state secrets do not belong here.
    #[graphql(default_with = "Confidentiality::Public")]
    confidentiality: Confidentiality,
    /// The form's content; a draft may be incomplete.
    content: Json<serde_json::Value>,
}

impl WritingInput {
    fn writing(self) -> Result<Writing, Vec<domain::Problem>> {
        let read =
            |(at, tag): (usize, &String)| TypeCode::parse(tag).ok_or_else(|| no_type(&["tags", &at.to_string()], tag));
        let tags = self.tags.iter().enumerate().map(read).collect::<Result<_, _>>().map_err(|problem| vec![problem])?;
        let confidentiality = self.confidentiality.grade();
        Ok(Writing { title: self.title, occurred_on: self.occurred_on, tags, confidentiality, content: self.content.0 })
    }
}

macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, InputObject, Serialize)]
        pub struct $name {
            /// One for each operation, 8 to 128 characters: repeating it repeats the answer, not the effect.
            #[serde(skip)]
            idempotency_key: String,
            /// The post in whose name it is done.
            post: ID,
            $($(#[$fdoc])* $field: $type,)*
        }
        impl $name {
            fn command(&self, operation: &'static str) -> app::Result<Command> {
                Ok(Command::new(operation, &self.idempotency_key, parse(&self.post)?, self))
            }
        }
    )*};
}
pub(crate) use inputs;

inputs! {
    /// A new draft at the organisation of the post.
    CreateDraftInput {
        /// Code of the record type, e.g. ZBDH.
        of_type: String,
        /// What is written.
        writing: WritingInput,
    }
    /// Save a draft.
    SaveDraftInput {
        /// Which record.
        record: ID,
        /// The revision that you have read.
        rev: i32,
        /// What is written.
        writing: WritingInput,
    }
    /// Put a draft aside that was never sent.
    DiscardDraftInput {
        /// Which record.
        record: ID,
        /// The revision that you have read.
        rev: i32,
    }
    /// Ask the others of the organisation to confirm a draft.
    AskConfirmationInput {
        /// Which record.
        record: ID,
        /// The revision that you have read.
        rev: i32,
    }
    /// Send a record upwards.
    SubmitRecordInput {
        /// Which record.
        record: ID,
        /// The revision that you have read.
        rev: i32,
    }
    /// Take a submission back, while the first level has not decided.
    RecallRecordInput {
        /// Which record.
        record: ID,
    }
}

/// The record after the step, if it was taken.
#[derive(Debug, SimpleObject)]
pub struct RecordPayload {
    /// The record; none where it was refused.
    record: Option<Record>,
    /// Refusals, or warnings beside a step that was taken.
    problems: Vec<Problem>,
}

/// What is no code of a type at all; those that are one and not in the catalogue are the use case's.
fn no_type(path: &[&str], given: &str) -> domain::Problem {
    let shown: String = given.chars().take(40).collect();
    domain::Problem::new(
        domain::Code::UnknownType,
        path,
        format!("没有类型 {shown}；请填写类型目录中的代码，如 ZBDH"),
        format!("there is no type {shown}: give a code of the catalogue, ZBDH for instance"),
    )
}

impl RecordPayload {
    fn refused(problems: Vec<domain::Problem>, request: &Request) -> Self {
        Self { record: None, problems: split(domain::Outcome::<()>::Refused(problems), request.locale).1 }
    }

    pub(crate) const fn of(record: Option<Record>, problems: Vec<Problem>) -> Self {
        Self { record, problems }
    }
}

/// The record and the proof of receipt.
#[derive(Debug, SimpleObject)]
pub struct SubmitRecordPayload {
    /// The record; none where it was refused.
    record: Option<Record>,
    /// The proof: which organisation received it under which number.
    receipt: Option<ReceiptRef>,
    /// SHA-256 of the canonical content (RFC 8785), in hex.
    hash: Option<String>,
    /// Refusals, or warnings beside a step that was taken.
    problems: Vec<Problem>,
}

pub(crate) async fn reread(
    request: &Request,
    id: Option<domain::Id<domain::id::noun::Record>>,
) -> Answered<Option<Record>> {
    let Some(id) = id else { return Ok(None) };
    let mut reading = request.reading().await.or_refuse(request)?;
    Ok(Some(app::record::view(&mut reading, id).await.or_refuse(request)?.into()))
}

/// Mutations of own records.
#[derive(Debug, Default)]
pub struct RecordMutation;

#[Object]
impl RecordMutation {
    /// Begins a draft.
    async fn create_draft(&self, ctx: &Context<'_>, input: CreateDraftInput) -> Answer<RecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.create").or_refuse(request)?;
            let Some(of_type) = TypeCode::parse(&input.of_type) else {
                return Ok(RecordPayload::refused(vec![no_type(&["ofType"], &input.of_type)], request));
            };
            let writing = match input.writing.writing() {
                Ok(writing) => writing,
                Err(problems) => return Ok(RecordPayload::refused(problems, request)),
            };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome =
                app::record::create(&request.app, caller, command, of_type, writing).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(RecordPayload { record: reread(request, done.map(|done| done.record)).await?, problems })
        })
        .await
    }

    /// Saves a draft; a change by somebody else in between is told, never overwritten.
    async fn save_draft(&self, ctx: &Context<'_>, input: SaveDraftInput) -> Answer<RecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.edit").or_refuse(request)?;
            let (id, rev) = (parse(&input.record).or_refuse(request)?, input.rev);
            let writing = match input.writing.writing() {
                Ok(writing) => writing,
                Err(problems) => return Ok(RecordPayload::refused(problems, request)),
            };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome =
                app::record::save(&request.app, caller, command, id, rev, writing).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(RecordPayload { record: reread(request, done.map(|done| done.record)).await?, problems })
        })
        .await
    }

    /// Puts a draft aside that was never sent.
    async fn discard_draft(&self, ctx: &Context<'_>, input: DiscardDraftInput) -> Answer<RecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.discard").or_refuse(request)?;
            let id = parse(&input.record).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome =
                app::record::discard(&request.app, caller, command, id, input.rev).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(RecordPayload { record: reread(request, done.map(|done| done.record)).await?, problems })
        })
        .await
    }

    /// Asks the others of the organisation to confirm a draft that nobody above reviews: for its writer, who may not confirm it
    /// himself. They are told; it holds until the draft is changed.
    async fn ask_confirmation(&self, ctx: &Context<'_>, input: AskConfirmationInput) -> Answer<RecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.ask_confirmation").or_refuse(request)?;
            let id = parse(&input.record).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome =
                app::record::ask_confirmation(&request.app, caller, command, id, input.rev).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(RecordPayload { record: reread(request, done.map(|done| done.record)).await?, problems })
        })
        .await
    }

    /// Sends a record upwards: a new round of the newest version.
    async fn submit_record(&self, ctx: &Context<'_>, input: SubmitRecordInput) -> Answer<SubmitRecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.submit").or_refuse(request)?;
            let id = parse(&input.record).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::record::submit(&request.app, caller, command, id, input.rev).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            let record = reread(request, done.as_ref().map(|done| done.record)).await?;
            let (receipt, hash) = done.map(|done| (ReceiptRef::from(done.receipt), done.hash)).unzip();
            Ok(SubmitRecordPayload { record, receipt, hash, problems })
        })
        .await
    }

    /// Takes a submission back, while the first level has not decided.
    async fn recall_record(&self, ctx: &Context<'_>, input: RecallRecordInput) -> Answer<RecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.recall").or_refuse(request)?;
            let id = parse(&input.record).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::record::recall(&request.app, caller, command, id).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(RecordPayload { record: reread(request, done.map(|done| done.record)).await?, problems })
        })
        .await
    }
}
