//! Objects of the trail in words: one look-up for all entries of a page.

use std::collections::HashMap;

use app::audit::{Key, Wanted};
use async_graphql::{ComplexObject, Context, Error, ID, Object, SimpleObject, dataloader::Loader};
use domain::{
    Id, Locale,
    audit::{DEEDS, Deed},
    id::{ReceiptId, ReceiptNo, noun},
};

use crate::{
    account::Account,
    error::Result,
    id::{parse, show},
    loader::Batch,
    org::Org,
    request::{Answer, Refuse as _, answer, bad_request, loaders},
};

/// An object of the trail, as far as the auditor may know it: of records the title of what is public and was sent, of files the name
/// of what belongs to such a record. Of all others where they stand, whose they are and what kind of thing they are.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct AuditObject {
    /// Its id, as the trail can be asked for it.
    id: ID,
    /// Kind of the object.
    kind: String,
    /// Title or name.
    name: Option<String>,
    /// What the type of a record or the role of a post is called.
    what: Option<String>,
    #[graphql(skip)]
    of: Option<app::audit::Object>,
}

/// The receipt that a record is known by.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct AuditReceipt {
    /// Its id.
    id: ID,
    /// Its number at the organisation.
    no: i64,
    #[graphql(skip)]
    org: Id<noun::Org>,
}

#[ComplexObject]
impl AuditReceipt {
    /// The organisation that received it.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.org).await)
    }
}

#[ComplexObject]
impl AuditObject {
    /// Where it stands; an organisation: itself.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.of.as_ref()?.of.org?).await)
    }

    /// Whose it is; a person: himself.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.of.as_ref()?.of.account?).await)
    }

    /// The receipt that a record was given first in its newest round.
    async fn receipt(&self) -> Option<AuditReceipt> {
        let id = self.of.as_ref()?.of.receipt?;
        Some(AuditReceipt { id: show(id), no: id.no.0, org: id.org })
    }
}

impl AuditObject {
    fn of((kind, id): &Key, of: Option<app::audit::Object>) -> Self {
        let name = of.as_ref().and_then(|object| object.of.name.clone());
        let what = of.as_ref().and_then(|object| object.what.clone());
        Self { id: ID(id.clone()), kind: kind.clone(), name, what, of }
    }
}

/// Key of the loader.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ObjectKey(Key);

impl Loader<ObjectKey> for Batch {
    type Value = app::audit::Object;
    type Error = Error;

    async fn load(&self, keys: &[ObjectKey]) -> Result<HashMap<ObjectKey, Self::Value>> {
        let request = &self.request;
        let keys: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
        let mut reading = request.reading().await.or_refuse(request)?;
        let found = app::audit::objects(&mut reading, &keys, request.locale).await.or_refuse(request)?;
        Ok(found.into_iter().map(|(key, object)| (ObjectKey(key), object)).collect())
    }
}

/// An object by what the entry says, through the request's loader.
pub(super) async fn load(ctx: &Context<'_>, key: &Key) -> Result<AuditObject> {
    Ok(AuditObject::of(key, loaders(ctx).load_one(ObjectKey(key.clone())).await?))
}

/// Something that entries say was done.
#[derive(Debug, SimpleObject)]
pub struct AuditAction {
    /// As entries have it, e.g. post.grant.
    name: String,
    /// What it is called.
    label: String,
}

impl AuditAction {
    fn of(deed: &Deed, locale: Locale) -> Self {
        Self { name: deed.name.to_owned(), label: deed.label(locale).to_owned() }
    }
}

/// Queries that help to find an entry.
#[derive(Debug, Default)]
pub struct AuditObjectQuery;

#[Object]
impl AuditObjectQuery {
    /// Everything that an entry can say was done.
    async fn audit_actions(&self, ctx: &Context<'_>) -> Answer<Vec<AuditAction>> {
        answer(ctx, |request| async move {
            let reading = request.reading().await.or_refuse(request)?;
            app::audit::permitted(&reading).or_refuse(request)?;
            Ok(DEEDS.iter().map(|deed| AuditAction::of(deed, request.locale)).collect())
        })
        .await
    }

    /// Objects that an entry can be about, ten at the most: by the id of a receipt, by its number and the organisation that received
    /// it, or by the beginning of a title.
    async fn audit_objects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id or number of a receipt, or 2 to 100 characters of a title.")] text: String,
        #[graphql(desc = "Which organisation received, where a number is given.")] org: Option<ID>,
    ) -> Answer<Vec<AuditObject>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            app::audit::permitted(&reading).or_refuse(request)?;
            // What is no organisation has received nothing, as one that is not there.
            let Ok(org) = org.as_ref().map(parse).transpose() else { return Ok(Vec::new()) };
            let wanted = wanted(text.trim(), org).ok_or_else(|| {
                let (zh, en) =
                    ("请输入回执编号，或题名开头的 2 至 100 个字", "give a receipt, or 2 to 100 characters of a title");
                bad_request(request.locale, zh, en)
            })?;
            let keys = app::audit::look_up(&mut reading, &wanted).await.or_refuse(request)?;
            let found = app::audit::objects(&mut reading, &keys, request.locale).await;
            let mut found = found.or_refuse(request)?;
            Ok(keys.iter().map(|key| AuditObject::of(key, found.remove(key))).collect())
        })
        .await
    }
}

fn wanted(text: &str, org: Option<Id<noun::Org>>) -> Option<Wanted> {
    if let Ok(receipt) = text.parse::<ReceiptId>() {
        return Some(Wanted::Receipt(receipt));
    }
    if let (Some(org), Ok(no)) = (org, text.parse::<i64>()) {
        return Some(Wanted::Receipt(ReceiptId { org, no: ReceiptNo(no) }));
    }
    let fits = (2..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| Wanted::Title(text.to_owned()))
}
