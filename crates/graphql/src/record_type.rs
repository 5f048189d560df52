//! The catalogue of record types.

use std::sync::Arc;

use async_graphql::{Context, Json, Object, SimpleObject};
use domain::{
    form::Form,
    record_type::{Route, TypeCode},
};

use crate::request::{Answer, Refuse as _, answer};

/// A type of records: its form, rules and route in this tenant.
#[derive(Debug, Clone, SimpleObject)]
pub struct RecordType {
    /// Code, e.g. ZBDH.
    code: String,
    /// Version of the form; a record keeps the one that it was begun with.
    version: i32,
    /// What people call it, in the language asked for.
    name: String,
    /// When and how it is used, with an example.
    help: String,
    /// Regulations that it rests on.
    citations: Vec<String>,
    /// Default retention period.
    retention: String,
    /// Levels that a record of this type rises to.
    route_levels: Vec<i32>,
    /// Kinds of organisations that it rises to.
    route_kinds: Vec<String>,
    /// JSON Schema (draft 2020-12) of the content, with titles in Chinese and x-en.
    form: Json<serde_json::Value>,
    /// A content that can be submitted.
    example: Json<serde_json::Value>,
}

fn node((form, route): (Arc<Form>, Route), locale: domain::Locale) -> RecordType {
    let of = form.record_type();
    RecordType {
        code: of.code.as_str().to_owned(),
        version: of.version,
        name: of.name.pick(locale).to_owned(),
        help: of.help.pick(locale).to_owned(),
        citations: of.citation.iter().map(|citation| locale.pick(&citation.zh, &citation.en).to_owned()).collect(),
        retention: locale.pick(&of.retention.default.zh, &of.retention.default.en).to_owned(),
        route_levels: route.levels.iter().copied().map(i32::from).collect(),
        route_kinds: route.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        form: Json(of.form.clone()),
        example: Json(of.example.clone()),
    }
}

/// Queries about the catalogue.
#[derive(Debug, Default)]
pub struct RecordTypeQuery;

#[Object]
impl RecordTypeQuery {
    /// Every type in its newest version.
    async fn record_types(&self, ctx: &Context<'_>) -> Answer<Vec<RecordType>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let types = app::record_type::list(&request.app, &mut reading).await.or_refuse(request)?;
            Ok(types.into_iter().map(|of| node(of, request.locale)).collect())
        })
        .await
    }

    /// One type, in the version asked or the newest.
    async fn record_type(&self, ctx: &Context<'_>, code: String, version: Option<i32>) -> Answer<RecordType> {
        answer(ctx, |request| async move {
            let code = TypeCode::parse(&code).ok_or(app::Error::NotFound).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let found = app::record_type::view(&request.app, &mut reading, &code, version).await.or_refuse(request)?;
            Ok(node(found, request.locale))
        })
        .await
    }
}
