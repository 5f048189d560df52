//! Who may, for those who do not ask themselves: the same policy and the same posts as at a request.

use std::sync::Arc;

use authz::{Action, HeldPost, Object, Policy, Subject, TenantPolicy};
use domain::{org::Place, tenant::TenantId};
use store::{
    policy::{LineRow, Rows},
    relay::fact::Person,
};

/// The policies of this process.
#[derive(Debug, Clone)]
pub struct Policies(Arc<Policy>);

impl Policies {
    /// Those of a process that answers requests as well, or a registry of the worker's own.
    pub const fn new(policy: Arc<Policy>) -> Self {
        Self(policy)
    }

    /// A tenant's at a version, if it was loaded.
    pub(crate) fn known(&self, tenant: TenantId, version: i64) -> Option<Arc<TenantPolicy>> {
        self.0.tenant(tenant, version)
    }

    /// Takes rows in. A load that fails keeps the old one; none: there is none, and nobody is told anything.
    pub(crate) fn load(&self, tenant: TenantId, version: i64, rows: &Rows) -> Option<Arc<TenantPolicy>> {
        let lines: Vec<_> = rows.lines.iter().map(LineRow::raw).collect();
        match self.0.load(tenant, version, &rows.roles, &lines) {
            Ok(policy) => Some(policy),
            Err(error) => {
                tracing::error!(tenant = tenant.0, %error, "the tenant's policy could not be loaded");
                self.0.kept(tenant)
            }
        }
    }
}

/// What one person may, with the posts held now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rights<'a> {
    pub(crate) policy: &'a TenantPolicy,
    pub(crate) person: &'a Person,
}

impl Rights<'_> {
    fn reads(self, action: Action, at: &Place, confidentiality: u8) -> bool {
        let Person { account, posts, .. } = self.person;
        let subject = Subject { tenant: self.policy.tenant(), account: *account, posts, acting: None };
        self.policy.decide(subject, action, Object::at(at).confidential(confidentiality))
    }

    /// Under one post, as every change is made.
    fn acts(self, action: Action, at: &Place, confidentiality: u8) -> bool {
        let object = Object::at(at).confidential(confidentiality);
        self.person.posts.iter().any(|post: &HeldPost| {
            let posts = std::slice::from_ref(post);
            let subject =
                Subject { tenant: self.policy.tenant(), account: self.person.account, posts, acting: Some(post.id) };
            self.policy.decide(subject, action, object)
        })
    }

    /// Decides on what an organisation has received.
    pub(crate) fn decides(self, at: &Place, confidentiality: u8) -> bool {
        self.holds(at, confidentiality)
            && [Action::ApproveReceipt, Action::ReturnReceipt].iter().any(|one| self.acts(*one, at, confidentiality))
    }

    /// Reads what an organisation has received.
    pub(crate) fn holds(self, at: &Place, confidentiality: u8) -> bool {
        self.reads(Action::ViewReceipt, at, confidentiality)
    }

    /// Edits an organisation's own record.
    pub(crate) fn edits(self, at: &Place, confidentiality: u8) -> bool {
        self.views(at, confidentiality) && self.acts(Action::EditRecord, at, confidentiality)
    }

    /// Confirms what others of an organisation have written.
    pub(crate) fn confirms(self, at: &Place, confidentiality: u8) -> bool {
        self.views(at, confidentiality) && self.acts(Action::SubmitRecord, at, confidentiality)
    }

    /// Reads an organisation's own record.
    pub(crate) fn views(self, at: &Place, confidentiality: u8) -> bool {
        self.reads(Action::ViewRecord, at, confidentiality)
    }
}
