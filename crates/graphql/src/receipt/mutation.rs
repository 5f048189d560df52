//! Deciding what was received.

use app::{Caller, Command, receipt::Decided};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{
    Outcome,
    submission::{Comment, Remarks},
};
use serde::Serialize;

use super::HeldRecord;
use crate::{
    error::Result,
    flow::{ReceiptRef, ReturnReasonKind},
    id::parse,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, Request, answer, bad_request},
};

/// A remark at one field.
#[derive(Debug, Clone, InputObject, Serialize)]
pub struct FieldCommentInput {
    /// JSON pointer into the content, or /title and the like.
    path: String,
    /// The remark, 1 to 2,000 characters.
    text: String,
}

fn remarks(reasons: &[ReturnReasonKind], comments: &[FieldCommentInput], note: Option<&String>) -> Remarks {
    Remarks {
        reasons: reasons.iter().copied().map(Into::into).collect(),
        comments: comments
            .iter()
            .map(|comment| Comment { path: comment.path.clone(), text: comment.text.clone() })
            .collect(),
        note: note.cloned(),
    }
}

inputs! {
    /// Approve what was received.
    ApproveReceiptInput {
        /// Which receipt.
        receipt: ID,
        /// Comments at fields.
        #[graphql(default)]
        comments: Vec<FieldCommentInput>,
        /// In words.
        note: Option<String>,
    }
    /// Return what was received to its branch.
    ReturnReceiptInput {
        /// Which receipt.
        receipt: ID,
        /// Why; at least one.
        reasons: Vec<ReturnReasonKind>,
        /// Comments at fields.
        #[graphql(default)]
        comments: Vec<FieldCommentInput>,
        /// In words.
        note: Option<String>,
    }
    /// Approve many; each is a transaction of its own.
    ApproveReceiptsInput {
        /// Which receipts, at most 100.
        receipts: Vec<ID>,
    }
    /// Take an approval back, while the next level has not decided.
    RecallApprovalInput {
        /// The receipt that was approved.
        receipt: ID,
    }
}

/// The receipt after the decision.
#[derive(Debug, SimpleObject)]
pub struct ReceiptPayload {
    /// The receipt; none where it was refused.
    receipt: Option<HeldRecord>,
    /// The receipt of the next level, if there is one.
    next: Option<ReceiptRef>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// What became of one of many.
#[derive(Debug, SimpleObject)]
pub struct ApproveItem {
    /// Which receipt.
    id: ID,
    /// Was it approved?
    approved: bool,
    /// The receipt of the next level, if there is one.
    next: Option<ReceiptRef>,
    /// Code of the error, where it failed: `NOT_FOUND`, CONFLICT, UNAVAILABLE …
    error: Option<String>,
    /// What that means, in words.
    message: Option<String>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// What became of each, in the order asked.
#[derive(Debug, SimpleObject)]
pub struct ApproveReceiptsPayload {
    /// One for each receipt.
    items: Vec<ApproveItem>,
}

async fn payload(request: &Request, outcome: Outcome<Decided>) -> Result<ReceiptPayload> {
    let (done, problems) = split(outcome, request.locale);
    let Some(done) = done else { return Ok(ReceiptPayload { receipt: None, next: None, problems }) };
    let mut reading = request.reading().await.or_refuse(request)?;
    let held = app::receipt::view(&mut reading, done.receipt).await.or_refuse(request)?;
    Ok(ReceiptPayload { receipt: Some(held.into()), next: done.next.map(ReceiptRef::from), problems })
}

async fn approve_one(request: &Request, caller: &Caller, batch: &Command, id: &ID) -> app::Result<ApproveItem> {
    let receipt = parse(id)?;
    // Each item has a key of its own, made of the batch's key and the receipt: a repeated batch repeats no effect.
    let command = Command { key: item_key(&batch.key, id), input: id.as_str().into(), ..batch.clone() };
    let outcome = app::receipt::approve(&request.app, caller, command, receipt, Remarks::default()).await?;
    let (done, problems) = split(outcome, request.locale);
    let next = done.as_ref().and_then(|done| done.next).map(ReceiptRef::from);
    Ok(ApproveItem { id: id.clone(), approved: done.is_some(), next, error: None, message: None, problems })
}

fn item_key(batch: &str, id: &ID) -> String {
    let tail: String = id.as_str().chars().rev().take(48).collect::<Vec<_>>().into_iter().rev().collect();
    format!("{}/{tail}", batch.chars().take(79).collect::<String>())
}

/// Mutations of received records.
#[derive(Debug, Default)]
pub struct ReceiptMutation;

#[Object]
impl ReceiptMutation {
    /// Approves: on to the next level of the route, or final.
    async fn approve_receipt(&self, ctx: &Context<'_>, input: ApproveReceiptInput) -> Answer<ReceiptPayload> {
        answer(ctx, |request| async move {
            let command = input.command("receipt.approve").or_refuse(request)?;
            let id = parse(&input.receipt).or_refuse(request)?;
            let said = remarks(&[], &input.comments, input.note.as_ref());
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::receipt::approve(&request.app, caller, command, id, said).await.or_refuse(request)?;
            payload(request, outcome).await
        })
        .await
    }

    /// Returns to the branch, with reasons and comments at fields.
    async fn return_receipt(&self, ctx: &Context<'_>, input: ReturnReceiptInput) -> Answer<ReceiptPayload> {
        answer(ctx, |request| async move {
            let command = input.command("receipt.return").or_refuse(request)?;
            let id = parse(&input.receipt).or_refuse(request)?;
            let said = remarks(&input.reasons, &input.comments, input.note.as_ref());
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::receipt::give_back(&request.app, caller, command, id, said).await.or_refuse(request)?;
            payload(request, outcome).await
        })
        .await
    }

    /// Approves up to a hundred, each in a transaction of its own; the answer tells what became of each.
    async fn approve_receipts(&self, ctx: &Context<'_>, input: ApproveReceiptsInput) -> Answer<ApproveReceiptsPayload> {
        answer(ctx, |request| async move {
            if !(1..=100).contains(&input.receipts.len()) {
                return Err(bad_request(request.locale, "一次须审核 1 至 100 件", "a batch is 1 to 100 receipts"));
            }
            let batch = input.command("receipt.approve").or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let mut items = Vec::with_capacity(input.receipts.len());
            for id in &input.receipts {
                let item = match approve_one(request, caller, &batch, id).await {
                    Ok(item) => item,
                    // Whoever may not act at all learns it once, not item by item.
                    Err(error @ app::Error::Unauthenticated) => {
                        return Err(crate::error::refuse(&error, request.locale));
                    }
                    Err(error) => {
                        let (error, message) = crate::error::told(&error, request.locale);
                        let (error, message) = (Some(error), Some(message));
                        ApproveItem {
                            id: id.clone(),
                            approved: false,
                            next: None,
                            error,
                            message,
                            problems: Vec::new(),
                        }
                    }
                };
                items.push(item);
            }
            Ok(ApproveReceiptsPayload { items })
        })
        .await
    }

    /// Takes an approval back, while the next level has not decided; the organisation receives the submission anew.
    async fn recall_approval(&self, ctx: &Context<'_>, input: RecallApprovalInput) -> Answer<ReceiptPayload> {
        answer(ctx, |request| async move {
            let command = input.command("receipt.recall").or_refuse(request)?;
            let id = parse(&input.receipt).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::record::recall_approval(&request.app, caller, command, id).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            let Some(again) = done.and_then(|done| done.receipt) else {
                return Ok(ReceiptPayload { receipt: None, next: None, problems });
            };
            let mut reading = request.reading().await.or_refuse(request)?;
            let held = app::receipt::view(&mut reading, again).await.or_refuse(request)?;
            Ok(ReceiptPayload { receipt: Some(held.into()), next: None, problems })
        })
        .await
    }
}
