//! One's own inbox, as it fills.

use async_graphql::{Context, SimpleObject, Subscription};
use domain::live::Topic;

use super::Notice;
use crate::{
    live::{Items, look},
    request::Refuse as _,
};

/// One's own inbox at a moment.
#[derive(Debug, Clone, SimpleObject)]
pub struct Inbox {
    /// How many notices are unread, counted up to 100.
    unread: i64,
    /// The newest twenty, the newest first.
    notices: Vec<Notice>,
}

/// Subscriptions to notices.
#[derive(Debug, Default)]
pub struct NoticeSubscription;

#[Subscription]
impl NoticeSubscription {
    /// One's own inbox as it is now, and again whenever something came or was read: the latest state, not every one in
    /// between. Older notices are read by the query `inbox`.
    async fn inbox(&self, ctx: &Context<'_>) -> Items<Inbox> {
        look(ctx, |request, look| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            look.watch(Topic::Inbox(reading.actor.account));
            let found = app::live::inbox(&mut reading, look.known()).await.or_refuse(request)?;
            Ok(found.map(|(version, inbox)| {
                look.saw(version);
                let notices = inbox.notices.into_iter().map(|told| Notice::of(told, request.locale)).collect();
                Inbox { unread: inbox.unread, notices }
            }))
        })
        .await
    }
}
