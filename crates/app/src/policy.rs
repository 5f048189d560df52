//! The policy: what it says, roles of the tenant's own, and its lines, changed by the security administrator alone.

mod define;
mod edit;
mod view;

pub use define::{NewRole, define_role};
pub use edit::{Changed, Edit, Edited, NewLine, RoleChanged, edit};
pub use view::{RoleView, TenantLine, actions, lines, role_label, roles};

use authz::{Permit, Sealed, act};

use crate::{Error, Result, Work};

/// The policy is the tenant's: that there is one, everybody knows.
fn permit(work: &Work) -> Result<Permit<act::EditPolicy>> {
    let sealed = Sealed::tenant(work.actor.tenant);
    work.policy.permit::<act::EditPolicy>(&work.actor, sealed).map_err(|_| Error::Forbidden)
}
