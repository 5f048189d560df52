//! Figures, as they move.

use async_graphql::{Context, Subscription};
use domain::live::Topic;

use super::{Figure, FiguresInput};
use crate::{
    live::{Items, look},
    request::Refuse as _,
};

/// Subscriptions to figures.
#[derive(Debug, Default)]
pub struct FigureSubscription;

#[Subscription]
impl FigureSubscription {
    /// What `figures` answers now, and again whenever a number in it is another one: the latest, not every one in between.
    /// Ends when they may no longer be read.
    async fn rollup_changed(&self, ctx: &Context<'_>, input: FiguresInput) -> Items<Vec<Figure>> {
        look(ctx, |request, look| async move {
            let (org, question) = input.read(request)?;
            look.watch(Topic::Rollup(org));
            let mut reading = request.reading().await.or_refuse(request)?;
            let found = app::live::figures(&mut reading, org, &question, look.known()).await.or_refuse(request)?;
            Ok(found.map(|(version, cells)| {
                look.saw(version);
                cells.into_iter().map(Figure::from).collect()
            }))
        })
        .await
    }
}
