//! Proof that somebody may do something: minted here only, consumed by the write.

use std::{fmt, marker::PhantomData};

use domain::{Id, id::noun, org::Place, tenant::TenantId};

use crate::{
    Act, Action, Actor, RoleName, TenantPolicy,
    relation::{Object, Relation, Stand},
};

/// What `locate` has found: enough to decide, and nothing that anybody could read.
pub struct Sealed<T> {
    id: T,
    stand: Standing,
    confidentiality: u8,
}

enum Standing {
    At(Place),
    Of(Id<noun::Account>),
    Tenant,
}

impl<T> Sealed<T> {
    /// Something that stands in an organisation (a person stands where invited; what is to be made, where it will be).
    pub const fn at(id: T, place: Place, confidentiality: u8) -> Self {
        Self { id, stand: Standing::At(place), confidentiality }
    }

    /// Something that belongs to a person: a session, an explanation about somebody.
    pub const fn of(id: T, owner: Id<noun::Account>) -> Self {
        Self { id, stand: Standing::Of(owner), confidentiality: 0 }
    }

    /// Something of the whole tenant: policy, trail, settings.
    pub const fn tenant(id: T) -> Self {
        Self { id, stand: Standing::Tenant, confidentiality: 0 }
    }

    /// What was asked for; the asker knows it already.
    pub const fn id(&self) -> &T {
        &self.id
    }

    /// What the decision sees.
    pub(crate) const fn object(&self) -> Object<'_> {
        let stand = match &self.stand {
            Standing::At(place) => Stand::At(place),
            Standing::Of(owner) => Stand::Of(*owner),
            Standing::Tenant => Stand::Tenant,
        };
        Object { stand, confidentiality: self.confidentiality }
    }
}

impl<T: fmt::Debug> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sealed").field(&self.id).finish()
    }
}

/// Proof that `who` may do `A` to this `T`. Not cloned, not stored, not sent: the write takes it away.
///
/// ```compile_fail
/// fn twice(may: authz::Permit<authz::act::SubmitRecord>) {
///     let again = may.clone();
/// }
/// ```
///
/// ```compile_fail
/// fn forged(who: domain::Id<domain::id::noun::Account>) -> authz::Permit<authz::act::ViewTenant> {
///     authz::Permit { who, ..todo!() }
/// }
/// ```
#[must_use = "a permit is there to be consumed by the read or write that it permits"]
pub struct Permit<A: Act, T = <A as Act>::Of> {
    of: T,
    tenant: TenantId,
    who: Id<noun::Account>,
    post: Option<Id<noun::Post>>,
    role: Option<RoleName>,
    place: Option<Place>,
    relation: Relation,
    act: PhantomData<fn() -> A>,
}

impl<A: Act, T> Permit<A, T> {
    /// The object: its id; for something new, the organisation in which it is made.
    pub const fn of(&self) -> &T {
        &self.of
    }

    /// The tenant of actor and object.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who may.
    pub const fn who(&self) -> Id<noun::Account> {
        self.who
    }

    /// The post that permits it: in a mutation the acting one. None where it needs none (one's own sessions).
    pub const fn post(&self) -> Option<Id<noun::Post>> {
        self.post
    }

    /// The role of that post.
    pub const fn role(&self) -> Option<&RoleName> {
        self.role.as_ref()
    }

    /// The organisation in which the object stands, where it stands in one.
    pub fn org(&self) -> Option<Id<noun::Org>> {
        self.place.as_ref().map(|place| place.org)
    }

    /// Its place.
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// How it stands to that post.
    pub const fn relation(&self) -> Relation {
        self.relation
    }

    /// What is permitted.
    pub const fn action(&self) -> Action {
        A::ACTION
    }
}

impl<A: Act, T: fmt::Debug> fmt::Debug for Permit<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("action", &A::ACTION)
            .field("of", &self.of)
            .field("who", &self.who)
            .finish_non_exhaustive()
    }
}

/// Not permitted, or not there: the asker learns nothing more. Whoever may know of the object is told `FORBIDDEN`,
/// everybody else `NOT_FOUND`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not permitted: {}", action.as_str())]
pub struct Denied {
    action: Action,
}

impl Denied {
    /// A refusal of an action.
    pub const fn to(action: Action) -> Self {
        Self { action }
    }

    /// What was refused.
    pub const fn action(self) -> Action {
        self.action
    }
}

impl TenantPolicy {
    /// The one mint of permits. Nothing is decided for an actor of another tenant.
    pub fn permit<A: Act>(&self, actor: &Actor, sealed: Sealed<A::Of>) -> Result<Permit<A>, Denied> {
        let denied = Denied::to(A::ACTION);
        let ground = self.judge(actor.into(), A::ACTION, sealed.object());
        self.tally().count(A::ACTION, ground.is_some());
        let ground = ground.ok_or(denied)?;
        let (post, role) = ground.post.map_or((None, None), |post| (Some(post.id), Some(post.role.clone())));
        let relation = ground.relation;
        let place = match sealed.stand {
            Standing::At(place) => Some(place),
            Standing::Of(_) | Standing::Tenant => None,
        };
        let (tenant, who) = (actor.tenant, actor.account);
        Ok(Permit { of: sealed.id, tenant, who, post, role, place, relation, act: PhantomData })
    }
}
