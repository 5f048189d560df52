//! Where a person is signed in.

use authz::act;
use domain::{Id, id::noun};
use store::session::Session;

use crate::{Error, Reader, Result};

/// One's own open sessions and tokens.
pub async fn own(reader: &mut Reader) -> Result<Vec<Session>> {
    let account = reader.actor.account;
    list(reader, account).await
}

/// Those of a person; of somebody else only for the security administrator.
pub async fn list(reader: &mut Reader, account: Id<noun::Account>) -> Result<Vec<Session>> {
    let scope = reader.policy.scope::<act::ViewSession>(&reader.actor);
    if account != reader.actor.account && !scope.whole_tenant() {
        return Err(Error::NotFound);
    }
    Ok(store::session::find(&mut reader.tx, &scope, account).await?)
}
