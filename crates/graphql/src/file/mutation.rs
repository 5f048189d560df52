//! The files of a draft.

use app::Command;
use async_graphql::{Context, ID, InputObject, Object};
use domain::file::Wanted;
use serde::Serialize;

use super::FileRoleKind;
use crate::{
    id::parse,
    problem::split,
    record::{RecordPayload, inputs, reread},
    request::{Answer, Refuse as _, answer},
};

/// One file of a draft.
#[derive(Debug, InputObject, Serialize)]
pub struct WantedFileInput {
    /// A kept file of the record's organisation.
    file: ID,
    /// What it is to the record.
    role: FileRoleKind,
}

inputs! {
    /// The files of a draft, whole and in their order.
    ArrangeFilesInput {
        /// Which record.
        record: ID,
        /// The revision that you have read.
        rev: i32,
        /// All its files; what is left out is taken away from the draft. At most 100.
        files: Vec<WantedFileInput>,
    }
}

/// Mutations of files.
#[derive(Debug, Default)]
pub struct FileMutation;

#[Object]
impl FileMutation {
    /// Makes these the files of a draft, in this order; what was sent before keeps the files that it was sent with.
    async fn arrange_files(&self, ctx: &Context<'_>, input: ArrangeFilesInput) -> Answer<RecordPayload> {
        answer(ctx, |request| async move {
            let command = input.command("record.files").or_refuse(request)?;
            let (id, rev) = (parse(&input.record).or_refuse(request)?, input.rev);
            let files = input
                .files
                .iter()
                .map(|wanted| Ok(Wanted { file: parse(&wanted.file)?, role: wanted.role.into() }))
                .collect::<app::Result<Vec<_>>>()
                .or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome =
                app::record::arrange_files(&request.app, caller, command, id, rev, files).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(RecordPayload::of(reread(request, done.map(|done| done.record)).await?, problems))
        })
        .await
    }
}
