//! The schema put together of its nouns.

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, Object, Schema};

/// Queries.
#[derive(Debug, Default, MergedObject)]
pub struct Query(Service);

/// What the service says of itself.
#[derive(Debug, Default)]
pub struct Service;

#[Object]
impl Service {
    /// Version of the service.
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }
}

/// The executable schema.
pub type FondsSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Builds it; limits of depth and cost stand before it, in the gateway's handler.
pub fn build() -> FondsSchema {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription).disable_suggestions().finish()
}

/// The contract, as committed in `schema/fonds.graphql`.
pub fn sdl() -> String {
    build().sdl()
}
