//! The trail, for the audit administrator, and the log that proves it.

mod log;
mod object;

use app::audit::{Entry, Search};
use async_graphql::{
    ComplexObject, Context, ID, Json, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, audit::Deed, id::noun};
use serde::{Deserialize, Serialize};

pub use log::AuditLogQuery;
pub use object::AuditObjectQuery;

use self::object::AuditObject;
use crate::{
    account::Account,
    id::{parse, show},
    org::Org,
    page::{Cursor, asked, connection},
    request::{Answer, Refuse as _, answer},
};

/// One thing that was done.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct AuditEntry {
    /// Its number in the order of writing.
    no: i64,
    /// When.
    at: DateTime<Utc>,
    /// Id of the person; none where nobody had entered.
    account_id: Option<ID>,
    /// In the name of which post.
    post_id: Option<ID>,
    /// At which organisation that post was then.
    org_id: Option<ID>,
    /// What was done, e.g. post.grant.
    action: String,
    /// What that is called; the name itself where it is of another version.
    label: String,
    /// Kind of the object.
    object_kind: String,
    /// Its id.
    object_id: String,
    /// What it was.
    before: Option<Json<serde_json::Value>>,
    /// What it became.
    after: Option<Json<serde_json::Value>>,
    /// Why.
    reason: Option<String>,
    /// Address that the request came from.
    origin: Option<String>,
    #[graphql(skip)]
    who: Option<Id<noun::Account>>,
    #[graphql(skip)]
    at_org: Option<Id<noun::Org>>,
}

impl AuditEntry {
    fn of(entry: Entry, locale: Locale) -> Self {
        let label = Deed::named(&entry.action).map(|deed| deed.label(locale).to_owned());
        Self {
            label: label.unwrap_or_else(|| entry.action.clone()),
            no: entry.id,
            at: entry.at,
            account_id: entry.account.map(show),
            post_id: entry.post.map(show),
            org_id: entry.org.map(show),
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            before: entry.before.map(Json),
            after: entry.after.map(Json),
            reason: entry.reason,
            origin: entry.origin,
            who: entry.account,
            at_org: entry.org,
        }
    }
}

#[ComplexObject]
impl AuditEntry {
    /// Who did it.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.who?).await)
    }

    /// What it was done to, in words.
    async fn object(&self, ctx: &Context<'_>) -> Answer<AuditObject> {
        Some(object::load(ctx, &(self.object_kind.clone(), self.object_id.clone())).await)
    }

    /// The organisation of the post.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.at_org?).await)
    }
}

/// Where an entry stands in the lists: its time and its number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place {
    at: DateTime<Utc>,
    no: i64,
}

/// Queries of the trail.
#[derive(Debug, Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// What was done, newest first; all that is named must fit. The audit administrator's alone.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a field of the schema")]
    async fn audit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which person.")] account: Option<ID>,
        #[graphql(desc = "To which object: its id, or the word policy.")] object: Option<ID>,
        #[graphql(desc = "What was done, e.g. post.grant.")] action: Option<String>,
        #[graphql(desc = "Not before.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Before.")] to: Option<DateTime<Utc>>,
        #[graphql(desc = "How many, 1 to 100; 20 without.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> Answer<Connection<Cursor, AuditEntry, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<Place>(first, after, request.locale)?;
            let account = account.as_ref().map(parse).transpose().or_refuse(request)?;
            let object = object.map(|object| {
                let kind = object.split_once(':').map_or(object.as_str(), |(kind, _)| kind);
                (kind.to_owned(), object.to_string())
            });
            let search = Search { account, object, action, from, to };
            let before = page.after.map(|place| (place.at, place.no));
            let mut reading = request.reading().await.or_refuse(request)?;
            let entries = app::audit::search(&mut reading, &search, before, page.first).await;
            let mut entries = entries.or_refuse(request)?;
            let more = entries.len() > page.first as usize;
            entries.truncate(page.first as usize);
            let locale = request.locale;
            let items =
                entries.into_iter().map(|entry| (Place { at: entry.at, no: entry.id }, AuditEntry::of(entry, locale)));
            Ok(connection(items, more, page.after.is_some()))
        })
        .await
    }
}
