//! People: inviting, accepting, shutting out, one's own language and password.

mod accept;
mod invite;
mod language;
mod password;
mod suspend;
mod view;

pub use accept::accept;
pub use invite::{Invitation, Invite, invite, renew};
pub use language::set_language;
pub use password::{Changed, change as change_password, digest as password_digest};
pub use suspend::{reopen, suspend};
pub use view::{list, login, names, own, view};

pub(crate) use password::{Given, Verdict, verify};

use authz::{Actor, TenantPolicy, act};

use crate::Error;

/// What a refusal on an organisation or a person is called: whoever may read the names of the whole tenant learns nothing
/// from being told that he may not; to everybody else it is not there.
pub(crate) fn refusal(policy: &TenantPolicy, actor: &Actor) -> Error {
    let known =
        policy.scope::<act::ViewOrg>(actor).everywhere() && policy.scope::<act::ViewAccount>(actor).everywhere();
    if known { Error::Forbidden } else { Error::NotFound }
}
