//! Who asks: one signed-in person of one tenant, with the posts held at this moment.

use domain::{
    Id, Locale,
    id::noun,
    org::Place,
    tenant::{TenantId, TenantKey},
};

use crate::{Duty, RoleName};

/// One signed-in person, as `sec.enter` has read it from the rows of this very request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The tenant, inside.
    pub tenant: TenantId,
    /// The tenant, outside.
    pub tenant_key: TenantKey,
    /// Who.
    pub account: Id<noun::Account>,
    /// Through which session.
    pub session: Id<noun::Session>,
    /// Language of messages.
    pub locale: Locale,
    /// May this session ask for the schema?
    pub introspect: bool,
    /// Version of the tenant's policy at this moment.
    pub policy_version: i64,
    /// Posts held at this moment. One post may stand here twice: with its organisation, and with one that its
    /// organisation has succeeded.
    pub posts: Vec<HeldPost>,
    /// The one post in whose name a mutation is done; none in reads.
    pub acting: Option<Id<noun::Post>>,
}

/// A post held at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// Which.
    pub id: Id<noun::Post>,
    /// Where.
    pub org: Place,
    /// As what.
    pub role: RoleName,
    /// With which duty.
    pub duty: Option<Duty>,
}

impl Actor {
    /// The posts that count: the acting one where it is named (none, if it is not held), all otherwise.
    pub fn acting_posts(&self) -> impl Iterator<Item = &HeldPost> + Clone {
        let acting = self.acting;
        self.posts.iter().filter(move |post| acting.is_none_or(|id| post.id == id))
    }
}
