//! Own records, as they change.

use async_graphql::{Context, ID, Subscription};
use domain::live::Topic;

use super::Record;
use crate::{
    id::parse,
    live::{Items, look},
    request::Refuse as _,
};

/// Subscriptions to own records.
#[derive(Debug, Default)]
pub struct RecordSubscription;

#[Subscription]
impl RecordSubscription {
    /// An own record as it is now, and again whenever it was saved or took a step: the latest state, not every one in
    /// between. Ends when it may no longer be read.
    async fn record_changed(&self, ctx: &Context<'_>, record: ID) -> Items<Record> {
        look(ctx, |request, look| async move {
            let id = parse(&record).or_refuse(request)?;
            look.watch(Topic::Record(id));
            let mut reading = request.reading().await.or_refuse(request)?;
            let found = app::live::record(&mut reading, id, look.known()).await.or_refuse(request)?;
            Ok(found.map(|(version, record)| {
                look.saw(version);
                record.into()
            }))
        })
        .await
    }
}
