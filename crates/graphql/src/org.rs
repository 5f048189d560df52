//! Organisations: the tree of any day.

mod loader;
mod mutation;
mod version;

use app::org::{After, Moment, Order, Page};
use async_graphql::{
    Context, Enum, ID, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Id, Locale, id::noun};
use serde::Serialize;

use crate::{
    error::Result,
    id::{parse, show},
    page::{Cursor, asked, connection},
    request::{Answer, Refuse as _, answer, bad_request, loaders, request},
};
use loader::{AncestorsKey, ChildrenKey, ContactKey, DescriptionKey, OrgKey, VersionsKey};
pub use mutation::OrgMutation;
pub use version::OrgVersion;

/// Kinds of party organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(remote = "domain::org::OrgKind")]
pub enum OrgKind {
    /// 党委
    Committee,
    /// 党工委
    WorkCommittee,
    /// 党组
    LeadingGroup,
    /// 党总支
    GeneralBranch,
    /// 党支部
    Branch,
    /// 联合党支部
    JointBranch,
    /// 临时党支部
    TemporaryBranch,
    /// 党小组
    Group,
}

/// Is the organisation at work?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::org::OrgState")]
pub enum OrgState {
    /// At work. 存续
    Active,
    /// Abolished; kept for ever. 撤销
    Closed,
}

/// Order of what stands below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "app::org::Order")]
pub enum OrgOrder {
    /// By code.
    Code,
    /// By name, as Chinese is sorted.
    Name,
}

/// How an organisation can be reached.
#[derive(Debug, Clone, SimpleObject)]
pub struct OrgContact {
    /// Address. 地址
    address: Option<String>,
    /// Whom to ask for. 联系人
    contact: Option<String>,
    /// Telephone. 联系电话
    telephone: Option<String>,
}

impl From<domain::org::Contact> for OrgContact {
    fn from(contact: domain::org::Contact) -> Self {
        Self { address: contact.address, contact: contact.contact, telephone: contact.telephone }
    }
}

/// An organisation as it stands on one day.
#[derive(Debug, Clone)]
pub struct Org {
    org: domain::org::Org,
    at: Option<Moment>,
}

impl From<domain::org::Org> for Org {
    fn from(org: domain::org::Org) -> Self {
        Self { org, at: None }
    }
}

/// A page of organisations.
pub type OrgPage = Connection<Cursor, Org, EmptyFields, EmptyFields>;

/// An organisation that another object names, as it stands today; loaded with all others of the request.
pub async fn load(ctx: &Context<'_>, id: Id<noun::Org>) -> Result<Org> {
    load_at(ctx, id, None).await
}

async fn load_at(ctx: &Context<'_>, id: Id<noun::Org>, at: Option<Moment>) -> Result<Org> {
    let found = loaders(ctx).load_one(OrgKey { id, at }).await?;
    found.ok_or(app::Error::NotFound).or_refuse(request(ctx))
}

/// Several of them, in the order asked for; those that the asker may not see are left out.
pub async fn load_many(ctx: &Context<'_>, ids: &[Id<noun::Org>]) -> Result<Vec<Org>> {
    let mut found = loaders(ctx).load_many(ids.iter().map(|&id| OrgKey { id, at: None })).await?;
    Ok(ids.iter().filter_map(|&id| found.remove(&OrgKey { id, at: None })).collect())
}

/// The moment asked for; a day to come is refused.
async fn moment(ctx: &Context<'_>, day: Option<NaiveDate>, known_at: Option<DateTime<Utc>>) -> Result<Option<Moment>> {
    let request = request(ctx);
    let mut reading = request.reading().await.or_refuse(request)?;
    app::org::moment(&mut reading, day, known_at).await.or_refuse(request)?.map_err(|today| {
        let zh = format!("asOf 不得晚于今天（{today}）");
        let en = format!("asOf is not after today ({today})");
        bad_request(request.locale, &zh, &en)
    })
}

impl Org {
    async fn description(&self, ctx: &Context<'_>) -> Result<domain::org::Description> {
        let key = DescriptionKey { id: self.org.id, at: self.at };
        Ok(loaders(ctx).load_one(key).await?.unwrap_or_default())
    }
}

#[Object]
impl Org {
    /// Its identity, the same for ever.
    async fn id(&self) -> ID {
        show(self.org.id)
    }

    /// Code, unique in the tenant. 党组织代码
    async fn code(&self) -> &str {
        &self.org.code
    }

    /// Full name of that day. 党组织名称
    async fn name(&self) -> &str {
        &self.org.name
    }

    /// Short name of that day. 简称
    async fn short_name(&self) -> Option<&str> {
        self.org.short_name.as_deref()
    }

    /// Kind. 类别
    async fn kind(&self) -> OrgKind {
        self.org.kind.into()
    }

    /// What the kind is called.
    async fn kind_name(&self, ctx: &Context<'_>) -> String {
        match request(ctx).locale {
            Locale::Zh => self.org.kind.zh().to_owned(),
            Locale::En => self.org.kind.as_str().replace('_', " "),
        }
    }

    /// Level of that day, 1 at the top. 层级
    async fn level(&self) -> i16 {
        self.org.level.0
    }

    /// What the tenant calls that level, e.g. 乡镇(街道).
    async fn level_name(&self, ctx: &Context<'_>) -> Answer<String> {
        answer(ctx, |request| async move {
            let tenant = crate::tenant::load(ctx).await?;
            let place = usize::try_from(self.org.level.0).ok().and_then(|level| level.checked_sub(1));
            let name = place.and_then(|place| tenant.levels.get(place));
            Ok(name.map(|name| request.locale.pick(&name.zh, &name.en).to_owned()).unwrap_or_default())
        })
        .await
    }

    /// State of that day.
    async fn state(&self) -> OrgState {
        self.org.state.into()
    }

    /// When it was founded. 成立日期
    async fn established_on(&self) -> Option<NaiveDate> {
        self.org.established_on
    }

    /// When it was abolished. 撤销日期
    async fn closed_on(&self) -> Option<NaiveDate> {
        self.org.closed_on
    }

    /// The past day that this is about; none: today.
    async fn as_of(&self) -> Option<NaiveDate> {
        self.at.map(|at| at.day)
    }

    /// The superior of that day; none at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Answer<Option<Org>> {
        let key = OrgKey { id: self.org.parent?, at: self.at };
        Some(loaders(ctx).load_one(key).await)
    }

    /// The superiors of that day, the topmost first.
    async fn ancestors(&self, ctx: &Context<'_>) -> Answer<Vec<Org>> {
        let line = loaders(ctx).load_one(AncestorsKey { of: self.org.id, at: self.at }).await;
        Some(line.map(Option::unwrap_or_default))
    }

    /// What stands directly below; of that day, or of the one asked for.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "1 to 100; 20 if not given")] first: Option<i32>,
        #[graphql(desc = "cursor of the last one seen")] after: Option<String>,
        #[graphql(desc = "the order; a cursor belongs to one order", default_with = "OrgOrder::Code")] order: OrgOrder,
        #[graphql(desc = "those abolished, too", default)] include_closed: bool,
        #[graphql(desc = "another day than that of this organisation")] as_of: Option<NaiveDate>,
    ) -> Answer<OrgPage> {
        answer(ctx, |request| async move {
            let asked = asked::<After>(first, after, request.locale)?;
            let at = if as_of.is_some() { moment(ctx, as_of, None).await? } else { self.at };
            let (order, again): (Order, _) = (order.into(), asked.after.is_some());
            let page = Page { first: asked.first, after: asked.after, order, closed: include_closed };
            let found = loaders(ctx).load_one(ChildrenKey { of: self.org.id, page, at }).await?;
            let (orgs, more) = found.unwrap_or_default();
            let key = |org: &domain::org::Org| After {
                code: org.code.clone(),
                name: if order == Order::Name { org.name.clone() } else { String::new() },
            };
            Ok(connection(orgs.into_iter().map(|org| (key(&org), Org { org, at })), more, again))
        })
        .await
    }

    /// Its dated history, the oldest first.
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "versions that a later entry has replaced, too", default)] superseded: bool,
    ) -> Answer<Vec<OrgVersion>> {
        let found = loaders(ctx).load_one(VersionsKey { of: self.org.id, superseded }).await;
        Some(found.map(Option::unwrap_or_default))
    }

    /// How it was set up. 组建方式
    async fn formation(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        Some(self.description(ctx).await.map(|description| description.formation))
    }

    /// The unit that it stands in. 所在单位名称
    async fn unit_name(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        Some(self.description(ctx).await.map(|description| description.unit_name))
    }

    /// Code of that unit. 所在单位代码
    async fn unit_code(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        Some(self.description(ctx).await.map(|description| description.unit_code))
    }

    /// Category of that unit. 所在单位类别
    async fn unit_category(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        Some(self.description(ctx).await.map(|description| description.unit_category))
    }

    /// Beginning of the term. 任期起始
    async fn term_start(&self, ctx: &Context<'_>) -> Answer<Option<NaiveDate>> {
        Some(self.description(ctx).await.map(|description| description.term_start))
    }

    /// Years of the term. 任期年数
    async fn term_years(&self, ctx: &Context<'_>) -> Answer<Option<i16>> {
        Some(self.description(ctx).await.map(|description| description.term_years))
    }

    /// The day on which the term ends. 任期届满
    async fn term_end(&self, ctx: &Context<'_>) -> Answer<Option<NaiveDate>> {
        Some(self.description(ctx).await.map(|description| description.term_end()))
    }

    /// How it can be reached today: for those who may know.
    async fn contact(&self, ctx: &Context<'_>) -> Answer<OrgContact> {
        answer(ctx, |request| async move {
            // Whoever sees the organisation, but may not know its contact, is told so.
            let found = loaders(ctx).load_one(ContactKey { of: self.org.id }).await?;
            Ok(found.ok_or(app::Error::Forbidden).or_refuse(request)?.into())
        })
        .await
    }
}

/// Queries about the tree.
#[derive(Debug, Default)]
pub struct OrgQuery;

#[Object]
impl OrgQuery {
    /// An organisation, today or on a past day.
    async fn org(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(desc = "the day; today if not given")] as_of: Option<NaiveDate>,
        #[graphql(desc = "as it was known at this instant; now if not given")] known_at: Option<DateTime<Utc>>,
    ) -> Answer<Org> {
        answer(ctx, |request| async move {
            let at = moment(ctx, as_of, known_at).await?;
            let id = parse(&id).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let org = app::org::view(&mut reading, id, at).await.or_refuse(request)?;
            Ok(Org { org, at })
        })
        .await
    }

    /// An organisation by its code, today or on a past day.
    async fn org_by_code(
        &self,
        ctx: &Context<'_>,
        code: String,
        #[graphql(desc = "the day; today if not given")] as_of: Option<NaiveDate>,
    ) -> Answer<Org> {
        answer(ctx, |request| async move {
            let at = moment(ctx, as_of, None).await?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let org = app::org::code(&mut reading, &code, at).await.or_refuse(request)?;
            Ok(Org { org, at })
        })
        .await
    }

    /// The topmost organisation of the tenant.
    async fn root(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "the day; today if not given")] as_of: Option<NaiveDate>,
    ) -> Answer<Org> {
        answer(ctx, |request| async move {
            let at = moment(ctx, as_of, None).await?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let org = app::org::root(&mut reading, at).await.or_refuse(request)?;
            Ok(Org { org, at })
        })
        .await
    }

    /// Organisations in the order of codes: a text of letters, digits, '-', '_' and '.' finds codes that begin with it, any
    /// other finds names and short names that contain it, whatever its width and case.
    async fn search_orgs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "1 to 60 characters")] text: String,
        #[graphql(desc = "only this organisation and what is below")] within: Option<ID>,
        #[graphql(desc = "1 to 100; 20 if not given")] first: Option<i32>,
        #[graphql(desc = "cursor of the last one seen")] after: Option<String>,
    ) -> Answer<OrgPage> {
        answer(ctx, |request| async move {
            let text = text.trim();
            if !(1..=60).contains(&text.chars().count()) || text.chars().any(char::is_control) {
                return Err(bad_request(request.locale, "text 须为 1 至 60 个字符", "text is 1 to 60 characters"));
            }
            let within = within.as_ref().map(parse).transpose().or_refuse(request)?;
            let asked = asked::<String>(first, after, request.locale)?;
            let (start, again) = (asked.after.as_deref().unwrap_or(""), asked.after.is_some());
            let mut reading = request.reading().await.or_refuse(request)?;
            let (orgs, more) =
                app::org::search(&mut reading, text, within, start, asked.first).await.or_refuse(request)?;
            Ok(connection(orgs.into_iter().map(|org| (org.code.clone(), Org::from(org))), more, again))
        })
        .await
    }
}
