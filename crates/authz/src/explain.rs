//! Why somebody may or may not: the same decision once more, out of the lines themselves, in words.

use domain::{Id, Locale, id::noun};

use crate::{
    Action, EVERYONE, Effect, HeldPost, Line, MEMBER, Object, Relation, Stand, Subject, TenantPolicy,
    confidentiality_label, relation::MAX_CONFIDENTIALITY, table::Cell,
};

/// The answer with its reasons, one sentence each, in the order in which they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// May he?
    pub allowed: bool,
    /// From the question to the conclusion.
    pub steps: Vec<String>,
}

/// What one role, built in or the tenant's, says of one cell.
#[derive(Debug, Default)]
struct Weighing<'a> {
    allows: Vec<&'a Line>,
    /// The tenant's lines that would allow, were the built-in role not narrower.
    masked: Vec<&'a Line>,
    denies: Vec<&'a Line>,
    /// Lines that allow the action elsewhere.
    near: Vec<&'a Line>,
}

impl TenantPolicy {
    /// Why `subject` may or may not do `action` to `object`.
    ///
    /// `name` gives the names of organisations (those of the subject's posts and of the object). The caller has made
    /// sure that the asker may know of all of them: [`Action::ExplainPolicy`], and a view of the object.
    pub fn explain<'a>(
        &self,
        subject: impl Into<Subject<'a>>,
        action: Action,
        object: Object<'_>,
        locale: Locale,
        name: &dyn Fn(Id<noun::Org>) -> Option<String>,
    ) -> Explanation {
        let say = Saying { policy: self, locale, name };
        let subject = subject.into();
        let mut steps = vec![say.question(action, object)];
        let level = object.stand.level();
        let Some(level) =
            level.filter(|_| subject.tenant == self.tenant() && object.confidentiality <= MAX_CONFIDENTIALITY)
        else {
            steps.push(say.outside());
            return Explanation { allowed: false, steps };
        };
        let (mut allowed, mut denied) = (false, false);
        let mut weigh = |role: &str, post: Option<&HeldPost>, steps: &mut Vec<String>| {
            let relation = subject.relation(post, object.stand);
            let cell = Cell { relation, level, confidentiality: object.confidentiality };
            let found = self.weigh(role, action, cell);
            allowed |= !found.allows.is_empty();
            denied |= !found.denies.is_empty();
            let silent = found.allows.is_empty() && found.denies.is_empty();
            // What everybody holds anyway is only worth a word where it says something.
            if !silent || (role != EVERYONE && role != MEMBER) {
                steps.extend(say.found(role, action, cell, &found));
            }
        };
        weigh(EVERYONE, None, &mut steps);
        let mut posts = 0_usize;
        for post in subject.acting_posts() {
            posts += 1;
            steps.push(say.post(post, subject.relation(Some(post), object.stand), object.stand));
            weigh(post.role.as_str(), Some(post), &mut steps);
            weigh(MEMBER, Some(post), &mut steps);
        }
        if posts == 0 {
            steps.push(locale.pick("此人目前没有相应的在任职务。", "The person holds no such post now.").to_owned());
        }
        steps.push(say.conclusion(allowed, denied));
        Explanation { allowed: allowed && !denied, steps }
    }

    fn weigh(&self, role: &str, action: Action, cell: Cell) -> Weighing<'_> {
        let known = self.role_named(role);
        let base = match known {
            Some(known) => known.base.as_str(),
            None if role == EVERYONE || role == MEMBER => role,
            None => return Weighing::default(),
        };
        let of = move |line: &&Line, role: &str| line.action == action && line.role.as_str() == role;
        let within = self.builtin().lines().iter().filter(|line| of(line, base));
        let bounds: Vec<&Line> = within.collect();
        let own = self.lines().iter().filter(|line| of(line, role));
        let (own_allows, own_denies): (Vec<&Line>, Vec<&Line>) = own.partition(|line| line.effect == Effect::Allow);
        let (base_allows, base_denies): (Vec<&Line>, Vec<&Line>) =
            bounds.into_iter().partition(|line| line.effect == Effect::Allow);

        let bounded = base_allows.iter().any(|line| line.fits(cell));
        let (fitting, near) =
            if base == role { base_allows } else { own_allows }.into_iter().partition(|line| line.fits(cell));
        let (allows, masked) = if bounded { (fitting, Vec::new()) } else { (Vec::new(), fitting) };
        let denies = base_denies.into_iter().chain(own_denies).filter(|line| line.fits(cell)).collect();
        Weighing { allows, masked, denies, near }
    }
}

/// Words of one explanation.
struct Saying<'a> {
    policy: &'a TenantPolicy,
    locale: Locale,
    name: &'a dyn Fn(Id<noun::Org>) -> Option<String>,
}

impl Saying<'_> {
    fn org(&self, org: Id<noun::Org>) -> String {
        (self.name)(org).unwrap_or_else(|| org.to_string())
    }

    fn role(&self, role: &str) -> String {
        let builtin = self.policy.builtin().all().find(|builtin| builtin.role.name.as_str() == role);
        let role_row = self.policy.role_named(role).or(builtin.map(|builtin| &builtin.role));
        role_row.map_or_else(|| role.to_owned(), |row| row.label(self.locale).to_owned())
    }

    fn question(&self, action: Action, object: Object<'_>) -> String {
        let (label, key) = (action.label(self.locale), action.as_str());
        let place = match object.stand {
            Stand::At(place) => {
                let (org, level) = (self.org(place.org), place.level.0);
                match self.locale {
                    Locale::Zh => format!("对象属于“{org}”（层级 {level}）"),
                    Locale::En => format!("the object stands in “{org}” (level {level})"),
                }
            }
            Stand::Of(_) => self.locale.pick("对象属于个人", "the object belongs to a person").to_owned(),
            Stand::Tenant => self.locale.pick("对象属于整个租户", "the object is the whole tenant's").to_owned(),
        };
        let grade = if action.kind().is_graded() {
            let grade = confidentiality_label(object.confidentiality, self.locale);
            format!("{}{grade}", self.locale.pick("，密级：", ", confidentiality: "))
        } else {
            String::new()
        };
        match self.locale {
            Locale::Zh => format!("问：能否{label}（{key}）？{place}{grade}。"),
            Locale::En => format!("Asked: may one {label} ({key})? {place}{grade}."),
        }
    }

    fn outside(&self) -> String {
        let zh = "对象不在本租户，或层级、密级不在允许的范围内：不允许。";
        let en = "The object is outside the tenant, or its level or confidentiality is outside the range: not allowed.";
        self.locale.pick(zh, en).to_owned()
    }

    fn post(&self, post: &HeldPost, relation: Relation, stand: Stand<'_>) -> String {
        let (role, org, level) = (self.role(post.role.as_str()), self.org(post.org.org), post.org.level.0);
        let seen = match (stand, relation) {
            (Stand::At(_), Relation::Own) => ("对象就在该组织", "the object stands in that organisation"),
            (Stand::At(_), Relation::Descendant) => ("对象在其下级组织", "the object stands below it"),
            (Stand::At(_), Relation::Ancestor) => ("对象在其上级组织", "the object stands above it"),
            (Stand::At(_), Relation::None) => {
                ("对象所在组织与它没有隶属关系", "the object stands neither in it, nor below, nor above")
            }
            (Stand::Of(_), Relation::Own) => ("对象是本人的", "the object is the person's own"),
            (Stand::Of(_), _) => ("对象是他人的", "the object is somebody else's"),
            (Stand::Tenant, _) => ("对象属于整个租户", "the object is the whole tenant's"),
        };
        let seen = self.locale.pick(seen.0, seen.1);
        match self.locale {
            Locale::Zh => format!("职务：“{org}”（层级 {level}）的{role}；{seen}。"),
            Locale::En => format!("Post: {role} at “{org}” (level {level}); {seen}."),
        }
    }

    fn found(&self, role: &str, action: Action, cell: Cell, found: &Weighing<'_>) -> Vec<String> {
        let mut said: Vec<String> = found.allows.iter().map(|line| self.line(line)).collect();
        if said.is_empty() {
            said.push(self.nothing(role, action, cell, found));
        }
        said.extend(found.denies.iter().map(|line| self.line(line)));
        said
    }

    /// A line that applies, in words and as it stands.
    fn line(&self, line: &Line) -> String {
        let own = self.policy.lines().contains(line);
        let (role, words) = (self.role(line.role.as_str()), line.words(self.locale));
        match (self.locale, own) {
            (Locale::Zh, true) => format!("本租户策略——{role}：{words}。[{line}]"),
            (Locale::Zh, false) => format!("内置策略——{role}：{words}。[{line}]"),
            (Locale::En, true) => format!("The tenant's policy: {role} {words}. [{line}]"),
            (Locale::En, false) => format!("The built-in policy: {role} {words}. [{line}]"),
        }
    }

    /// Why no line allows: the action is not the role's at all, or relation, level or confidentiality do not fit.
    fn nothing(&self, role: &str, action: Action, cell: Cell, found: &Weighing<'_>) -> String {
        let (role, label) = (self.role(role), action.label(self.locale));
        if let Some(line) = found.masked.first() {
            return match self.locale {
                Locale::Zh => format!("本租户策略允许，但超出所依据的内置角色的权限，不起作用。[{line}]"),
                Locale::En => format!("The tenant's line is beyond the built-in role and has no effect. [{line}]"),
            };
        }
        if found.near.is_empty() {
            return match self.locale {
                Locale::Zh => format!("{role}没有“{label}”这项权限。"),
                Locale::En => format!("The {role} has no right to {label}."),
            };
        }
        let related: Vec<_> = found.near.iter().filter(|line| line.relation == cell.relation).collect();
        let levelled = related.iter().any(|line| (line.level_from..=line.level_to).contains(&cell.level));
        let why = match (related.is_empty(), levelled) {
            (true, _) => ("关系不符", "not in this relation"),
            (false, false) => ("层级不符", "not at this level"),
            (false, true) => ("密级超出", "not at this confidentiality"),
        };
        let why = self.locale.pick(why.0, why.1);
        let lines = found.near.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        match self.locale {
            Locale::Zh => format!("{role}有“{label}”的权限，但{why}。[{lines}]"),
            Locale::En => format!("The {role} may {label}, but {why}. [{lines}]"),
        }
    }

    fn conclusion(&self, allowed: bool, denied: bool) -> String {
        let (zh, en) = match (allowed, denied) {
            (true, false) => ("结论：允许。", "Therefore: allowed."),
            (_, true) => {
                ("结论：不允许。有禁止的，禁止优先。", "Therefore: not allowed. Where a line denies, it wins.")
            }
            (false, false) => ("结论：不允许。没有一条策略允许。", "Therefore: not allowed. No line allows it."),
        };
        self.locale.pick(zh, en).to_owned()
    }
}
