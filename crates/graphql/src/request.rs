//! What one request carries through the resolvers: who calls, the one entered read, the loaders.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use app::{App, Caller, Reader};
use async_graphql::{Context, Error, ErrorExtensions as _, dataloader::DataLoader};
use domain::Locale;
use tokio::sync::{Mutex, MutexGuard};

use crate::{error::refuse, loader::Batch};

/// One request. Queries share one entered, read-only transaction, opened by the first field that reads; a mutation closes
/// it first, so that a request never holds two connections.
#[derive(Debug)]
pub struct Request {
    /// The use cases.
    pub app: App,
    /// Who calls; none without a session.
    caller: Option<Caller>,
    /// Language of the answer.
    pub locale: Locale,
    reader: Mutex<Option<Reader>>,
}

/// The request's loaders, each with its cache.
pub type Loaders = DataLoader<Batch>;

/// The entered read, held by one field at a time.
#[derive(Debug)]
pub struct Reading<'a>(MutexGuard<'a, Option<Reader>>);

impl Deref for Reading<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        // `Request::reading` fills it before it hands the guard out.
        self.0.as_ref().unwrap_or_else(|| unreachable!("an entered read"))
    }
}

impl DerefMut for Reading<'_> {
    fn deref_mut(&mut self) -> &mut Reader {
        self.0.as_mut().unwrap_or_else(|| unreachable!("an entered read"))
    }
}

impl Request {
    /// A request by a caller, or by nobody.
    pub fn new(app: App, caller: Option<Caller>, locale: Locale) -> Arc<Self> {
        Arc::new(Self { app, caller, locale, reader: Mutex::new(None) })
    }

    /// A request whose session was entered already.
    pub fn entered(app: App, caller: Caller, reader: Reader) -> Arc<Self> {
        let locale = caller.locale.unwrap_or(reader.actor.locale);
        Arc::new(Self { app, caller: Some(caller), locale, reader: Mutex::new(Some(reader)) })
    }

    /// The caller of a mutation. The shared read is given back first.
    pub async fn mutate(&self) -> app::Result<&Caller> {
        *self.reader.lock().await = None;
        self.caller.as_ref().ok_or(app::Error::Unauthenticated)
    }

    /// The caller of a query.
    pub(crate) fn caller(&self) -> app::Result<&Caller> {
        self.caller.as_ref().ok_or(app::Error::Unauthenticated)
    }

    /// The shared read, entered if it is not yet.
    pub async fn reading(&self) -> app::Result<Reading<'_>> {
        let mut slot = self.reader.lock().await;
        if slot.is_none() {
            let caller = self.caller.as_ref().ok_or(app::Error::Unauthenticated)?;
            *slot = Some(self.app.read(caller).await?);
        }
        Ok(Reading(slot))
    }
}

/// The request in a resolver, with its language at hand for refusals.
pub fn request<'a>(ctx: &Context<'a>) -> &'a Arc<Request> {
    ctx.data_unchecked::<Arc<Request>>()
}

/// The loaders in a resolver.
pub fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data_unchecked::<Loaders>()
}

/// What a field answers that can be refused on its own: null there, and the reason in `errors` under its path, while the
/// fields beside it stand. A bare `Result` would leave the field out of the answer (`docs/decisions/018`).
pub type Answer<T> = Option<Result<T, Error>>;

/// The answer of a field of the root, or of one that reads. Nothing that was asked is looked at before somebody asks.
pub async fn answer<'a, T, F>(ctx: &Context<'a>, field: impl FnOnce(&'a Arc<Request>) -> F) -> Answer<T>
where
    F: Future<Output = Result<T, Error>>,
{
    let request = request(ctx);
    if request.caller.is_none() {
        return Some(Err(refuse(&app::Error::Unauthenticated, request.locale)));
    }
    Some(field(request).await)
}

/// Lets a use case's failure out.
pub trait Refuse<T> {
    /// In the language of the request.
    fn or_refuse(self, request: &Request) -> Result<T, Error>;
}

impl<T> Refuse<T> for app::Result<T> {
    fn or_refuse(self, request: &Request) -> Result<T, Error> {
        self.map_err(|error| refuse(&error, request.locale))
    }
}

/// A refusal of the request itself.
pub fn bad_request(locale: Locale, zh: &str, en: &str) -> Error {
    Error::new(locale.pick(zh, en)).extend_with(|_, extensions| extensions.set("code", "BAD_REQUEST"))
}
