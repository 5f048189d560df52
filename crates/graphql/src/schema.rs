//! The schema put together of its nouns.

use async_graphql::{EmptySubscription, MergedObject, Object, Schema};

use crate::{
    account::{AccountMutation, AccountQuery},
    audit::AuditQuery,
    explain::ExplainQuery,
    figure::FigureQuery,
    file::{FileMutation, FileQuery},
    org::{OrgMutation, OrgQuery},
    policy::{PolicyMutation, PolicyQuery},
    post::{PostMutation, PostQuery},
    receipt::{ReceiptMutation, ReceiptQuery},
    record::{RecordMutation, RecordQuery},
    record_type::RecordTypeQuery,
    session::{SessionMutation, SessionQuery},
    tenant::{TenantMutation, TenantQuery},
};

/// Everything that can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    ServiceQuery,
    TenantQuery,
    OrgQuery,
    AccountQuery,
    SessionQuery,
    PostQuery,
    RecordTypeQuery,
    RecordQuery,
    ReceiptQuery,
    FileQuery,
    FigureQuery,
    PolicyQuery,
    ExplainQuery,
    AuditQuery,
);

/// Everything that can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    TenantMutation,
    OrgMutation,
    AccountMutation,
    SessionMutation,
    PostMutation,
    RecordMutation,
    ReceiptMutation,
    FileMutation,
    PolicyMutation,
);

/// What the service says of itself.
#[derive(Debug, Default)]
pub struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// Version of the service.
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }
}

/// The executable schema.
pub type FondsSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds it; limits of depth and cost stand before it, in the gateway's handler.
pub fn build() -> FondsSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription).disable_suggestions().finish()
}

/// The contract, as committed in `schema/fonds.graphql`.
pub fn sdl() -> String {
    build().sdl()
}
