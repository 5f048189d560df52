//! Policy lines: what one row of `policy.csv` or of a tenant's `policy_line` says.

use std::fmt;

use domain::{Code, Locale, Problem};

use crate::{
    Action, Relation, RoleName,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL},
    table::{Cell, Cells},
};

/// Does a line give or take?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies; wins over every allow.
    Deny,
}

impl Effect {
    /// The word in policy lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Allow, Self::Deny].into_iter().find(|effect| effect.as_str() == text)
    }
}

/// A line as it comes from a file, a row or a form: words and numbers, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawLine<'a> {
    /// Name of a role.
    pub role: &'a str,
    /// Word of a [`crate::Kind`].
    pub kind: &'a str,
    /// Verb of an [`Action`] of that kind.
    pub action: &'a str,
    /// Word of a [`Relation`].
    pub relation: &'a str,
    /// First level, 0 to 12.
    pub level_from: i16,
    /// Last level, 0 to 12.
    pub level_to: i16,
    /// Confidentiality: an allow line reaches up to it, a deny line begins at it.
    pub ceiling: i16,
    /// `allow` or `deny`.
    pub effect: &'a str,
}

/// A checked line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    pub(crate) role: RoleName,
    pub(crate) action: Action,
    pub(crate) relation: Relation,
    pub(crate) level_from: u8,
    pub(crate) level_to: u8,
    pub(crate) ceiling: u8,
    pub(crate) effect: Effect,
}

/// Why a line or a role is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is no such role.
    UnknownRole,
    /// There is no such kind, or no such action of it.
    UnknownAction,
    /// The relation is none of the four.
    UnknownRelation,
    /// Levels are 0 to 12, from ≤ to; 0 alone, for what stands in no organisation.
    BadLevels,
    /// The confidentiality does not exist, or the kind has none.
    BadCeiling,
    /// The effect is neither allow nor deny.
    UnknownEffect,
    /// More would be allowed than the built-in role allows.
    BeyondBase,
    /// A built-in role is not widened; it can only be narrowed.
    WidensBuiltin,
    /// Nobody is denied the policy or the trail: the three administrators cannot shut each other out.
    LocksOut,
    /// The role is not based on a built-in one, or does not carry its duty.
    BadBase,
    /// A row does not have the columns of its header.
    BadRow,
}

impl Reason {
    /// The sentence, in Chinese and in English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownRole => ("没有这个角色", "there is no such role"),
            Self::UnknownAction => ("没有这类对象或这种操作", "there is no such kind or no such action of it"),
            Self::UnknownRelation => {
                ("关系须为 self、descendant、ancestor、none 之一", "a relation is self, descendant, ancestor or none")
            }
            Self::BadLevels => (
                "层级须为 1 至 12 且起不大于止；不属于任何组织的对象填 0 至 0",
                "levels are 1 to 12, from not above to; 0 to 0 for what stands in no organisation",
            ),
            Self::BadCeiling => (
                "密级须为 0（公开）或 1（内部）；只有记录和收到的记录区分密级，其他填 0",
                "a ceiling is 0 (public) or 1 (internal); only records and receipts have one, all else takes 0",
            ),
            Self::UnknownEffect => ("效果须为 allow 或 deny", "an effect is allow or deny"),
            Self::BeyondBase => {
                ("超出所依据的内置角色的权限", "this is more than the built-in role that bounds it may do")
            }
            Self::WidensBuiltin => (
                "内置角色只能收紧，不能放宽；请以它为基础新建角色",
                "a built-in role can be narrowed, not widened; base a role of your own on it",
            ),
            Self::LocksOut => (
                "对权限策略和审计日志的权限不得禁止；不需要的角色不授予即可",
                "access to the policy and to the audit trail is never denied; do not allow it instead",
            ),
            Self::BadBase => (
                "自定义角色须以一个内置角色为基础，并带有相同的职责",
                "a role is based on a built-in one and carries its duty",
            ),
            Self::BadRow => ("列数或数字不对", "wrong number of columns, or not a number"),
        }
    }
}

/// One thing wrong with a policy: which line (from 1; 0 for the whole) and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {at} ({what}): {}", reason.words().1)]
pub struct Fault {
    /// Number of the line, or of the role, from 1.
    pub at: usize,
    /// Its text.
    pub what: String,
    /// What is wrong.
    pub reason: Reason,
}

impl Fault {
    /// The refusal as a user sees it, at `lines.N`.
    pub fn problem(&self) -> Problem {
        let code = match self.reason {
            Reason::BeyondBase | Reason::WidensBuiltin => Code::BeyondCeiling,
            Reason::LocksOut => Code::ThreeAdministrators,
            _ => Code::Invalid,
        };
        let (zh, en) = self.reason.words();
        let (at, what) = (self.at, &self.what);
        Problem::new(
            code,
            &["lines", &at.to_string()],
            format!("第 {at} 条（{what}）：{zh}"),
            format!("line {at} ({what}): {en}"),
        )
    }
}

impl Line {
    /// Checks the words and numbers of a line; whether the role exists and may have it, its policy says.
    pub fn parse(raw: &RawLine<'_>) -> Result<Self, Reason> {
        let level = |level: i16| u8::try_from(level).ok().filter(|&level| level <= MAX_LEVEL).ok_or(Reason::BadLevels);
        let action = Action::parse(raw.kind, raw.action).ok_or(Reason::UnknownAction)?;
        let (level_from, level_to) = (level(raw.level_from)?, level(raw.level_to)?);
        // 0 stands alone: "from 0 to 12" would mix what stands nowhere with what stands in the tree.
        if level_from > level_to || (level_from == 0 && level_to > 0) {
            return Err(Reason::BadLevels);
        }
        let most = if action.kind().is_graded() { MAX_CONFIDENTIALITY } else { 0 };
        Ok(Self {
            role: RoleName::parse(raw.role).ok_or(Reason::UnknownRole)?,
            action,
            relation: Relation::parse(raw.relation).ok_or(Reason::UnknownRelation)?,
            level_from,
            level_to,
            ceiling: u8::try_from(raw.ceiling).ok().filter(|&grade| grade <= most).ok_or(Reason::BadCeiling)?,
            effect: Effect::parse(raw.effect).ok_or(Reason::UnknownEffect)?,
        })
    }

    /// The role that it is about.
    pub const fn role(&self) -> &RoleName {
        &self.role
    }

    /// The action that it is about.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Gives or takes.
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// Does it speak of this cell? The same rule as in `model.conf`, for explanations and checks.
    pub(crate) fn fits(&self, cell: Cell) -> bool {
        let grade = match self.effect {
            Effect::Allow => cell.confidentiality <= self.ceiling,
            Effect::Deny => cell.confidentiality >= self.ceiling,
        };
        grade && self.relation == cell.relation && (self.level_from..=self.level_to).contains(&cell.level)
    }

    /// All cells that it speaks of.
    pub(crate) fn cells(&self) -> Cells {
        Cell::all().filter(|&cell| self.fits(cell)).collect()
    }

    /// The values of its columns, as casbin takes them.
    pub(crate) fn values(&self) -> Vec<String> {
        self.to_string().split(',').map(str::to_owned).collect()
    }

    /// The line in words.
    pub fn words(&self, locale: Locale) -> String {
        let (from, to) = (self.level_from, self.level_to);
        let levels = match (from, to) {
            (0, _) => locale.pick("不分层级", "no level").to_owned(),
            (1, MAX_LEVEL) => locale.pick("各层级", "every level").to_owned(),
            _ if from == to => format!("{} {from}", locale.pick("层级", "level")),
            _ => format!("{} {from}–{to}", locale.pick("层级", "levels")),
        };
        let effect = match self.effect {
            Effect::Allow => locale.pick("允许", "allows"),
            Effect::Deny => locale.pick("禁止", "denies"),
        };
        let (action, relation) = (self.action.label(locale), self.relation.label(locale));
        let grade = match (self.effect, self.action.kind().is_graded()) {
            (_, false) => String::new(),
            (Effect::Allow, true) => {
                format!("{}{}", locale.pick("，密级至", ", up to "), confidentiality_label(self.ceiling, locale))
            }
            (Effect::Deny, true) => {
                format!("{}{}", locale.pick("，密级自", ", from "), confidentiality_label(self.ceiling, locale))
            }
        };
        match locale {
            Locale::Zh => format!("{effect}{action}：{relation}，{levels}{grade}"),
            Locale::En => format!("{effect} to {action}: {relation}, {levels}{grade}"),
        }
    }
}

/// What a confidentiality is called.
pub fn confidentiality_label(confidentiality: u8, locale: Locale) -> &'static str {
    if confidentiality == 0 { locale.pick("公开", "public") } else { locale.pick("内部", "internal") }
}

impl fmt::Display for Line {
    /// The line as it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, action, relation, level_from, level_to, ceiling, effect } = self;
        let (kind, verb, relation, effect) =
            (action.kind().as_str(), action.verb(), relation.as_str(), effect.as_str());
        write!(f, "{role},{kind},{verb},{relation},{level_from},{level_to},{ceiling},{effect}")
    }
}

impl fmt::Display for RawLine<'_> {
    /// The line as it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, kind, action, relation, level_from, level_to, ceiling, effect } = self;
        write!(f, "{role},{kind},{action},{relation},{level_from},{level_to},{ceiling},{effect}")
    }
}
