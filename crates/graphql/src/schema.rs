//! The schema put together of its nouns.

use async_graphql::{MergedObject, MergedSubscription, Object, Schema};

use crate::{
    account::{AccountMutation, AccountQuery},
    audit::{AuditLogQuery, AuditObjectQuery, AuditQuery},
    explain::ExplainQuery,
    figure::{FigureQuery, FigureSubscription},
    file::{FileMutation, FileQuery},
    notice::{NoticeMutation, NoticeQuery, NoticeSubscription},
    org::{OrgMutation, OrgQuery},
    policy::{PolicyMutation, PolicyQuery},
    post::{PostMutation, PostQuery},
    receipt::{ReceiptMutation, ReceiptQuery},
    record::{RecordMutation, RecordQuery, RecordSubscription},
    record_type::RecordTypeQuery,
    session::{SessionMutation, SessionQuery},
    tenant::{FileRulesMutation, TenantMutation, TenantQuery},
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
    NoticeQuery,
    PolicyQuery,
    ExplainQuery,
    AuditQuery,
    AuditObjectQuery,
    AuditLogQuery,
);

/// Everything that can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    TenantMutation,
    FileRulesMutation,
    OrgMutation,
    AccountMutation,
    SessionMutation,
    PostMutation,
    RecordMutation,
    ReceiptMutation,
    FileMutation,
    NoticeMutation,
    PolicyMutation,
);

/// Everything that can be watched.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(RecordSubscription, FigureSubscription, NoticeSubscription);

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
pub type FondsSchema = Schema<Query, Mutation, Subscription>;

/// Builds it; limits of depth and cost stand before it, in the gateway's handler.
pub fn build() -> FondsSchema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default()).disable_suggestions().finish()
}

/// The contract, as committed in `schema/fonds.graphql`.
pub fn sdl() -> String {
    build().sdl()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Signatures of resolvers that would leave their field out of the answer when they fail.
    fn bare(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                bare(&path, found);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for object in source.split("Object]\nimpl ").skip(1) {
                let methods = object.split("\n}\n").next().unwrap().split("    async fn ").skip(1);
                let signatures = methods.map(|method| method.split(" {\n").next().unwrap());
                found.extend(signatures.filter(|signature| signature.contains("-> Result<")).map(str::to_owned));
            }
        }
    }

    #[test]
    fn a_field_that_fails_is_null_by_itself() {
        let mut found = Vec::new();
        bare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert_eq!(found, Vec::<String>::new(), "these return Result, not Answer: docs/decisions/018");
    }
}
