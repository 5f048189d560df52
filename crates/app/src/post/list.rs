//! Who holds what: at an organisation, of a person, of oneself.

use authz::act;
use domain::{Id, id::noun};
use store::post::Post;

use crate::{Error, Reader, Result};

/// A page of the posts at an organisation, by time of granting; one more than `limit` tells that others follow.
pub async fn at(
    reader: &mut Reader,
    org: Id<noun::Org>,
    ended_too: bool,
    after: Option<Id<noun::Post>>,
    limit: u32,
) -> Result<Vec<Post>> {
    let scope = reader.policy.scope::<act::ViewPost>(&reader.actor);
    let (place, _) = store::post::place(&mut reader.tx, org).await?.ok_or(Error::NotFound)?;
    if !scope.holds(&place, 0) {
        return Err(Error::NotFound);
    }
    Ok(store::post::find_at(&mut reader.tx, &scope, &place, ended_too, after, i64::from(limit) + 1).await?)
}

/// A page of the posts of a person, as far as the reader may see them: all of one's own. One more than `limit` tells
/// that others follow.
pub async fn of(
    reader: &mut Reader,
    account: Id<noun::Account>,
    ended_too: bool,
    after: Option<Id<noun::Post>>,
    limit: u32,
) -> Result<Vec<Post>> {
    let scope = reader.policy.scope::<act::ViewPost>(&reader.actor);
    let posts = store::post::find_of(&mut reader.tx, &scope, account, ended_too).await?;
    let rest = posts.into_iter().filter(|post| after.is_none_or(|after| post.id > after));
    Ok(rest.take(usize::try_from(limit).unwrap_or(0) + 1).collect())
}

/// One's own posts that are held at this moment, to choose the acting one from.
pub async fn mine(reader: &mut Reader) -> Result<Vec<Post>> {
    let (account, now) = (reader.actor.account, reader.now);
    let mut posts = of(reader, account, false, None, 1000).await?;
    posts.retain(|post| post.term.covers(now));
    Ok(posts)
}

/// A post as the trail keeps it.
pub(super) fn told(post: &Post) -> serde_json::Value {
    serde_json::json!({
        "account": post.account.to_string(),
        "org": post.org.to_string(),
        "role": post.role,
        "from": post.term.from,
        "to": post.term.to,
    })
}
