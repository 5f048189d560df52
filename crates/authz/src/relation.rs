//! Where an object stands, seen from a post.

use domain::{Id, Locale, id::noun, org::Place};

/// Highest level of the tree that lines know; 0 is for what stands in no organisation.
pub const MAX_LEVEL: u8 = 12;

/// Highest confidentiality that is kept here: 0 public (公开), 1 internal (内部). State secrets are refused at the door.
pub const MAX_CONFIDENTIALITY: u8 = 1;

/// Where the object's organisation stands, seen from the post's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// The same organisation; or the object is the actor's own person, session and so on.
    Own,
    /// The object's organisation is below.
    Descendant,
    /// The object's organisation is above.
    Ancestor,
    /// Neither; or the object stands in no organisation.
    None,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Own, Self::Descendant, Self::Ancestor, Self::None];

    /// The word in policy lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Descendant => "descendant",
            Self::Ancestor => "ancestor",
            Self::None => "none",
        }
    }

    /// Reads the word of policy lines.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.as_str() == text)
    }

    /// What people call it.
    pub const fn label(self, locale: Locale) -> &'static str {
        let (zh, en) = match self {
            Self::Own => ("本组织或本人", "one's own"),
            Self::Descendant => ("下级组织", "below"),
            Self::Ancestor => ("上级组织", "above"),
            Self::None => ("其他组织或全租户", "elsewhere or tenant-wide"),
        };
        locale.pick(zh, en)
    }

    /// How `object` stands to `post`.
    pub fn between(post: &Place, object: &Place) -> Self {
        if post.org == object.org {
            Self::Own
        } else if below(post, object) {
            Self::Descendant
        } else if below(object, post) {
            Self::Ancestor
        } else {
            Self::None
        }
    }
}

/// Is `low` below `high`? An empty or unclosed path holds nothing, where `starts_with` alone would hold everything.
fn below(high: &Place, low: &Place) -> bool {
    high.path.ends_with('/') && low.path.len() > high.path.len() && high.holds(low)
}

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand<'a> {
    /// In an organisation.
    At(&'a Place),
    /// It belongs to a person (a session, an explanation about somebody): `self` to that person, else `none`.
    Of(Id<noun::Account>),
    /// It is the tenant's: `none`.
    Tenant,
}

impl Stand<'_> {
    /// The level that lines compare; outside `0..=12` nothing fits.
    pub(crate) fn level(self) -> Option<u8> {
        match self {
            Self::At(place) => u8::try_from(place.level.0).ok().filter(|level| (1..=MAX_LEVEL).contains(level)),
            Self::Of(_) | Self::Tenant => Some(0),
        }
    }
}

/// What is to be decided about, beside the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// Where it stands.
    pub stand: Stand<'a>,
    /// 0 public, 1 internal.
    pub confidentiality: u8,
}

impl<'a> Object<'a> {
    /// Something public in an organisation.
    pub const fn at(place: &'a Place) -> Self {
        Self { stand: Stand::At(place), confidentiality: 0 }
    }

    /// Something of a person.
    pub const fn of(owner: Id<noun::Account>) -> Self {
        Self { stand: Stand::Of(owner), confidentiality: 0 }
    }

    /// Something of the tenant.
    pub const fn tenant() -> Self {
        Self { stand: Stand::Tenant, confidentiality: 0 }
    }

    /// The same, at a confidentiality.
    #[must_use]
    pub const fn confidential(self, confidentiality: u8) -> Self {
        Self { confidentiality, ..self }
    }
}
