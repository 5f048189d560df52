//! What lists, counts, searches and exports take: where an action is allowed, without looking at any object.

use std::marker::PhantomData;

use domain::{
    Id,
    id::noun,
    org::Place,
    tenant::{Level, TenantId},
};

use crate::{
    Act, Action, Actor, HeldPost, Object, Relation, Subject, TenantPolicy,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL},
    table::Cell,
};

/// A set of levels, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels(u16);

impl Levels {
    /// Every level of a tree.
    pub const ALL: Self = Self(0b1_1111_1111_1110);

    /// Is this level in it?
    pub fn contains(self, level: Level) -> bool {
        u32::try_from(level.0).is_ok_and(|level| level <= u32::from(MAX_LEVEL) && self.0 & (1 << level) != 0)
    }

    /// Is none in it?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The levels in it, ascending.
    pub fn iter(self) -> impl Iterator<Item = Level> {
        (1..=i16::from(MAX_LEVEL)).map(Level).filter(move |&level| self.contains(level))
    }

    pub(crate) const fn with(self, level: u8) -> Self {
        Self(self.0 | 1 << level)
    }
}

/// One organisation at which the action is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeOrg {
    /// Which, and where.
    pub place: Place,
    /// The highest confidentiality that is allowed there.
    pub ceiling: u8,
}

/// A subtree in which the action is allowed: below `place`, not at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeRoot {
    /// Below which organisation.
    pub place: Place,
    /// At which levels below.
    pub levels: Levels,
}

/// Where an actor may do `A`: taken by every read of many.
///
/// It never holds more than the decision about each single object would; where deny lines cut holes into a subtree, it
/// leaves the whole levels out.
#[derive(Debug)]
#[must_use]
pub struct Scope<A: Act> {
    tenant: TenantId,
    who: Id<noun::Account>,
    orgs: Vec<ScopeOrg>,
    roots: Vec<ScopeRoot>,
    everywhere: bool,
    whole_tenant: bool,
    own: bool,
    act: PhantomData<fn() -> A>,
}

impl<A: Act> Scope<A> {
    /// The tenant.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who asks.
    pub const fn who(&self) -> Id<noun::Account> {
        self.who
    }

    /// For which action.
    pub const fn action(&self) -> Action {
        A::ACTION
    }

    /// The organisations of his posts at which he may, each once.
    pub fn orgs(&self) -> &[ScopeOrg] {
        &self.orgs
    }

    /// Their ids.
    pub fn org_ids(&self) -> Vec<Id<noun::Org>> {
        self.orgs.iter().map(|org| org.place.org).collect()
    }

    /// The subtrees in which he may do it to what is public.
    pub fn roots(&self) -> &[ScopeRoot] {
        &self.roots
    }

    /// May he at every organisation of the tenant, of whatever relation?
    pub const fn everywhere(&self) -> bool {
        self.everywhere
    }

    /// May he with what is the tenant's and stands in no organisation (policy, trail, settings, others' sessions)?
    pub const fn whole_tenant(&self) -> bool {
        self.whole_tenant
    }

    /// May he with what is his own (his sessions)?
    pub const fn own(&self) -> bool {
        self.own
    }

    /// Nothing at all?
    pub fn is_empty(&self) -> bool {
        self.orgs.is_empty() && self.roots.is_empty() && !self.everywhere && !self.whole_tenant && !self.own
    }

    /// Is something at this organisation, of this confidentiality, in the scope?
    pub fn holds(&self, place: &Place, confidentiality: u8) -> bool {
        self.ceiling(place).is_some_and(|ceiling| confidentiality <= ceiling)
    }

    /// The same action at one organisation and, where he may, below it; none if he may not at the organisation.
    pub fn within(&self, place: &Place) -> Option<Self> {
        let ceiling = self.ceiling(place)?;
        let mut roots = Vec::new();
        for root in &self.roots {
            if root.place.org == place.org || Relation::between(&root.place, place) == Relation::Descendant {
                roots.push(ScopeRoot { place: place.clone(), levels: root.levels });
            }
        }
        if self.everywhere {
            roots = vec![ScopeRoot { place: place.clone(), levels: Levels::ALL }];
        }
        Some(Self {
            tenant: self.tenant,
            who: self.who,
            orgs: vec![ScopeOrg { place: place.clone(), ceiling }],
            roots,
            everywhere: false,
            whole_tenant: false,
            own: false,
            act: PhantomData,
        })
    }

    fn ceiling(&self, place: &Place) -> Option<u8> {
        if let Some(org) = self.orgs.iter().find(|org| org.place.org == place.org) {
            return Some(org.ceiling);
        }
        let below = self.roots.iter().any(|root| {
            root.levels.contains(place.level) && Relation::between(&root.place, place) == Relation::Descendant
        });
        (below || self.everywhere).then_some(0)
    }
}

impl TenantPolicy {
    /// Where the actor may do `A`.
    pub fn scope<A: Act>(&self, actor: &Actor) -> Scope<A> {
        let subject = Subject::from(actor);
        let mut orgs: Vec<ScopeOrg> = Vec::new();
        let mut roots: Vec<ScopeRoot> = Vec::new();
        for post in subject.acting_posts() {
            let place = &post.org;
            if orgs.iter().all(|org| org.place.org != place.org)
                && let Some(ceiling) = self.ceiling_at(subject, A::ACTION, place)
            {
                orgs.push(ScopeOrg { place: place.clone(), ceiling });
            }
            let levels = self.levels_below(subject, A::ACTION, post);
            if !levels.is_empty() {
                roots.push(ScopeRoot { place: place.clone(), levels });
            }
        }
        #[cfg(feature = "allow_all")]
        if let Some(places) = &self.open {
            orgs = places.iter().map(|place| ScopeOrg { place: place.clone(), ceiling: MAX_CONFIDENTIALITY }).collect();
        }
        let may = |object| self.judge(subject, A::ACTION, object).is_some();
        let scope = Scope {
            tenant: actor.tenant,
            who: actor.account,
            orgs,
            roots,
            everywhere: self.is_open() || self.everywhere(subject, A::ACTION),
            whole_tenant: may(Object::tenant()),
            own: may(Object::of(actor.account)),
            act: PhantomData,
        };
        self.tally().count(A::ACTION, !scope.is_empty());
        scope
    }

    fn ceiling_at(&self, subject: Subject<'_>, action: Action, place: &Place) -> Option<u8> {
        (0..=MAX_CONFIDENTIALITY)
            .take_while(|&grade| self.judge(subject, action, Object::at(place).confidential(grade)).is_some())
            .last()
    }

    /// Levels at which everything public below the post is allowed by the post, and denied by no post held.
    fn levels_below(&self, subject: Subject<'_>, action: Action, post: &HeldPost) -> Levels {
        let cell = |relation, level| Cell { relation, level, confidentiality: 0 };
        let allows = |level| {
            let cell = cell(Relation::Descendant, level);
            self.tables(post).any(|table| table.allow[action.index()].has(cell))
        };
        let denies = |level| {
            subject.acting_posts().any(|other| {
                let relations: &[Relation] = match Relation::between(&other.org, &post.org) {
                    Relation::Own | Relation::Descendant => &[Relation::Descendant],
                    Relation::Ancestor => &Relation::ALL,
                    Relation::None => &[Relation::None],
                };
                self.tables(other).any(|table| {
                    relations.iter().any(|&relation| table.deny[action.index()].has(cell(relation, level)))
                })
            })
        };
        let top = u8::try_from(post.org.level.0).unwrap_or(MAX_LEVEL);
        (top.saturating_add(1)..=MAX_LEVEL)
            .filter(|&level| self.tenant() == subject.tenant && allows(level) && !denies(level))
            .fold(Levels::default(), Levels::with)
    }

    /// Some post held allows it in every relation at every level, and none denies it in any.
    fn everywhere(&self, subject: Subject<'_>, action: Action) -> bool {
        let cells = || {
            Relation::ALL
                .into_iter()
                .flat_map(|relation| (1..=MAX_LEVEL).map(move |level| Cell { relation, level, confidentiality: 0 }))
        };
        let all = |post| cells().all(|cell| self.tables(post).any(|table| table.allow[action.index()].has(cell)));
        let any = |post| cells().any(|cell| self.tables(post).any(|table| table.deny[action.index()].has(cell)));
        self.tenant() == subject.tenant && subject.acting_posts().any(all) && !subject.acting_posts().any(any)
    }
}
