//! What files a tenant takes.

use app::Command;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{file::known, tenant};
use serde::Serialize;

use crate::{
    id::parse,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, answer, request},
};

/// A format that may be taken.
#[derive(Debug, SimpleObject)]
pub struct FileFormat {
    /// Its media type.
    media_type: String,
    /// What it is called, in the language asked for.
    name: String,
    /// On the list that holds where a tenant has set none.
    usual: bool,
}

/// What files a tenant takes.
#[derive(Debug)]
pub struct FileRules(pub(super) tenant::FileRules);

#[Object]
impl FileRules {
    /// Largest single file, in bytes.
    async fn largest(&self) -> i64 {
        self.0.largest
    }

    /// What one person may have uploaded altogether, in bytes.
    async fn per_person(&self) -> i64 {
        self.0.per_person
    }

    /// What one organisation may have, in bytes.
    async fn per_org(&self) -> i64 {
        self.0.per_org
    }

    /// Hours after which an unfinished upload goes.
    async fn unfinished_hours(&self) -> i32 {
        self.0.unfinished_hours.into()
    }

    /// Media types that are taken; where this is empty, the usual ones of `known`.
    async fn types(&self) -> &[String] {
        &self.0.types
    }

    /// Are files kept that are too large for the virus scanner? They are marked as not scanned; else they are refused.
    async fn keep_unscanned(&self) -> bool {
        self.0.keep_unscanned
    }

    /// The formats that can be taken.
    async fn known(&self, ctx: &Context<'_>) -> Vec<FileFormat> {
        let locale = request(ctx).locale;
        let shown = |format: &domain::file::KnownFormat| FileFormat {
            media_type: format.media_type.clone(),
            name: locale.pick(&format.zh, &format.en).to_owned(),
            usual: format.usual,
        };
        known().iter().map(shown).collect()
    }
}

inputs! {
    /// Write the rules for files whole.
    UpdateFileRulesInput {
        /// Largest single file, in bytes: 1 MiB to 64 GiB.
        largest: i64,
        /// What one person may have uploaded altogether, in bytes.
        per_person: i64,
        /// What one organisation may have, in bytes.
        per_org: i64,
        /// Hours after which an unfinished upload goes: 1 to 720.
        unfinished_hours: i32,
        /// Media types that are taken, of those in `FileRules.known`; none: the usual ones.
        types: Vec<String>,
        /// Keep files that are too large for the virus scanner, marked as not scanned; else they are refused.
        keep_unscanned: bool,
    }
}

/// What writing the rules came to.
#[derive(Debug, SimpleObject)]
pub struct UpdateFileRulesPayload {
    /// The rules.
    files: Option<FileRules>,
    /// Refusals (nothing was done) and warnings (it was done).
    problems: Vec<Problem>,
}

/// Changing what files a tenant takes.
#[derive(Debug, Default)]
pub struct FileRulesMutation;

#[Object]
impl FileRulesMutation {
    /// Say what files the tenant takes; the system administrator does. What was kept stays kept.
    async fn update_file_rules(
        &self,
        ctx: &Context<'_>,
        input: UpdateFileRulesInput,
    ) -> Answer<UpdateFileRulesPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("tenant.files").or_refuse(request)?;
            let rules = tenant::FileRules {
                largest: input.largest,
                per_person: input.per_person,
                per_org: input.per_org,
                // What fits no such number is refused by name, as 0 is.
                unfinished_hours: u16::try_from(input.unfinished_hours).unwrap_or_default(),
                types: input.types,
                keep_unscanned: input.keep_unscanned,
            };
            let outcome = app::tenant::update_file_rules(&request.app, caller, command, rules).await;
            let (files, problems) = split(outcome.or_refuse(request)?, request.locale);
            Ok(UpdateFileRulesPayload { files: files.map(FileRules), problems })
        })
        .await
    }
}
