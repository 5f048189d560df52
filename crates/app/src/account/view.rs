//! Who is who: names are for everybody in the tenant who holds a post.

use authz::act;
use domain::{Id, account::Account, id::noun};

use crate::{Error, Reader, Result};

/// Oneself, with or without a post.
pub async fn own(reader: &mut Reader) -> Result<Account> {
    Ok(store::account::own(&mut reader.tx).await?)
}

/// What one signs in with oneself.
pub async fn login(reader: &mut Reader) -> Result<String> {
    Ok(store::sign_in::own(&mut reader.tx).await?.login)
}

/// A person.
pub async fn view(reader: &mut Reader, id: Id<noun::Account>) -> Result<Account> {
    names(reader, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// Those of these people whom the reader may know of; one statement.
pub async fn names(reader: &mut Reader, ids: &[Id<noun::Account>]) -> Result<Vec<Account>> {
    let scope = reader.policy.scope::<act::ViewAccount>(&reader.actor);
    Ok(store::account::named(&mut reader.tx, &scope, ids).await?)
}

/// A page of the people invited at an organisation, by time of making; one more than `limit` tells that others follow.
pub async fn list(
    reader: &mut Reader,
    org: Id<noun::Org>,
    after: Option<Id<noun::Account>>,
    limit: u32,
) -> Result<Vec<Account>> {
    let scope = reader.policy.scope::<act::ViewAccount>(&reader.actor);
    let (place, _) = store::post::place(&mut reader.tx, org).await?.ok_or(Error::NotFound)?;
    if !scope.holds(&place, 0) {
        return Err(Error::NotFound);
    }
    Ok(store::account::find(&mut reader.tx, &scope, &place, after, i64::from(limit) + 1).await?)
}
