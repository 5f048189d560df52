//! One look of a subscription. A subscription is looked at as a query is run: each time with a request of its own, entered
//! and authorised anew; it has an item only where there is something new to tell. Who wakes it, and when, is the gateway's.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use app::live::Version;
use async_graphql::{Context, Error};
use domain::live::Topic;
use futures_util::stream::{self, Iter};

use crate::{
    Request,
    request::{Answer, request},
};

/// What a look is given along, and what it leaves behind.
pub struct Look {
    known: Option<Version>,
    watch: Box<dyn Fn(Topic) + Send + Sync>,
    seen: Mutex<Option<Version>>,
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("known", &self.known).finish_non_exhaustive()
    }
}

impl Look {
    /// A look of somebody who knows this version, or none. `watch` is told what the subscription depends on before
    /// anything of it is read, so that nothing falls between looking and being woken.
    pub fn new(known: Option<Version>, watch: impl Fn(Topic) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { known, watch: Box::new(watch), seen: Mutex::new(known) })
    }

    /// The version that is known now.
    pub fn seen(&self) -> Option<Version> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version that was known before.
    pub(crate) const fn known(&self) -> Option<Version> {
        self.known
    }

    pub(crate) fn watch(&self, topic: Topic) {
        (self.watch)(topic);
    }

    pub(crate) fn saw(&self, version: Version) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
    }
}

/// The items of a subscription at this moment: one, or none where nothing is new. A failure is an item as well.
pub type Items<T> = Iter<std::option::IntoIter<Answer<T>>>;

/// Looks.
pub(crate) async fn look<'a, T, F>(
    ctx: &Context<'a>,
    field: impl FnOnce(&'a Arc<Request>, &'a Arc<Look>) -> F,
) -> Items<T>
where
    F: Future<Output = Result<Option<T>, Error>>,
{
    stream::iter(field(request(ctx), ctx.data_unchecked::<Arc<Look>>()).await.transpose().map(Some))
}
