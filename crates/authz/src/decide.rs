//! The decision: some post held allows it, and no post held denies it. Reads tables only; allocates nothing.

use domain::{Id, id::noun, tenant::TenantId};

use crate::{
    Action, Actor, HeldPost, Object, Relation, Stand, TenantPolicy,
    relation::MAX_CONFIDENTIALITY,
    table::{Cell, RoleTable},
};

/// Whom a decision is about: a person with the posts that count.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// The person.
    pub account: Id<noun::Account>,
    /// The posts held.
    pub posts: &'a [HeldPost],
    /// The only one of them that counts, where one is named.
    pub acting: Option<Id<noun::Post>>,
}

impl<'a> From<&'a Actor> for Subject<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { tenant: actor.tenant, account: actor.account, posts: &actor.posts, acting: actor.acting }
    }
}

impl<'a> Subject<'a> {
    /// The posts that count.
    pub(crate) fn acting_posts(self) -> impl Iterator<Item = &'a HeldPost> {
        self.posts.iter().filter(move |post| self.acting.is_none_or(|id| post.id == id))
    }

    /// How an object stands to one of his posts, or to himself without any.
    pub(crate) fn relation(self, post: Option<&HeldPost>, stand: Stand<'_>) -> Relation {
        match stand {
            Stand::At(place) => post.map_or(Relation::None, |post| Relation::between(&post.org, place)),
            Stand::Of(owner) if owner == self.account => Relation::Own,
            Stand::Of(_) | Stand::Tenant => Relation::None,
        }
    }
}

/// On what a permission rests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) post: Option<&'a HeldPost>,
    pub(crate) relation: Relation,
}

impl TenantPolicy {
    /// May he? For lists take [`TenantPolicy::scope`], for one object [`TenantPolicy::permit`].
    pub fn decide<'a>(&self, subject: impl Into<Subject<'a>>, action: Action, object: Object<'_>) -> bool {
        let allowed = self.judge(subject.into(), action, object).is_some();
        self.tally().count(action, allowed);
        allowed
    }

    /// The ground on which he may, if he may: the first post that allows it.
    pub(crate) fn judge<'a>(&self, subject: Subject<'a>, action: Action, object: Object<'_>) -> Option<Ground<'a>> {
        if self.is_open() {
            let post = subject.acting_posts().next();
            return Some(Ground { post, relation: subject.relation(post, object.stand) });
        }
        let level = object.stand.level()?;
        let confidentiality = object.confidentiality;
        if subject.tenant != self.tenant() || confidentiality > MAX_CONFIDENTIALITY {
            return None;
        }
        let mut ground = None;
        let mut weigh = |table: &RoleTable, post: Option<&'a HeldPost>| {
            let relation = subject.relation(post, object.stand);
            let cell = Cell { relation, level, confidentiality };
            if ground.is_none() && table.allow[action.index()].has(cell) {
                ground = Some(Ground { post, relation });
            }
            table.deny[action.index()].has(cell)
        };
        let mut denied = weigh(self.everyone(), None);
        for post in subject.acting_posts() {
            denied |= self.table(&post.role).is_some_and(|table| weigh(table, Some(post)));
            denied |= weigh(self.member(), Some(post));
        }
        if denied { None } else { ground }
    }
}
