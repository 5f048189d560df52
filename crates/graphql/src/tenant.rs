//! The tenant: its name, its levels, what it has set for itself.

mod files;

use std::{collections::HashMap, sync::Arc};

use app::{
    Command,
    tenant::{Asked, Overview, Routing},
};
use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use domain::{
    Locale,
    record_type::{Route, TypeCode},
    tenant::{LevelName, TenantSettings},
};
use serde::Serialize;

use crate::{
    error::Result,
    id::parse,
    loader::Batch,
    org::OrgKind,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, answer, loaders, request},
};

pub use files::{FileRules, FileRulesMutation};

/// Of a request there is one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Own;

impl Loader<Own> for Batch {
    type Value = Arc<Overview>;
    type Error = Error;

    async fn load(&self, _: &[Own]) -> Result<HashMap<Own, Arc<Overview>>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        Ok(HashMap::from([(Own, Arc::new(app::tenant::view(&mut reading).await.or_refuse(request)?))]))
    }
}

/// The tenant of the request; read once for all fields that are resolved together.
pub(crate) async fn load(ctx: &Context<'_>) -> Result<Arc<Overview>> {
    loaders(ctx).load_one(Own).await?.ok_or(app::Error::NotFound).or_refuse(request(ctx))
}

/// A level of the tree.
#[derive(Debug, SimpleObject)]
pub struct TenantLevel {
    /// 1 at the top.
    level: i32,
    /// What it is called, in the language asked for.
    name: String,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// What a tenant has set for itself.
#[derive(Debug, SimpleObject)]
pub struct Settings {
    /// Days after which a pending review is overdue.
    review_days: i32,
    /// Days after the activity after which a record counts as late.
    late_days: i32,
    /// IANA name of the time zone in which days begin.
    time_zone: String,
    /// What files it takes.
    files: FileRules,
}

impl From<TenantSettings> for Settings {
    fn from(settings: TenantSettings) -> Self {
        Self {
            review_days: i32::from(settings.review_days),
            late_days: i32::from(settings.late_days),
            time_zone: settings.time_zone.name().to_owned(),
            files: FileRules(settings.files),
        }
    }
}

/// The way up of one record type.
#[derive(Debug, SimpleObject)]
pub struct TypeRoute {
    /// Code of the type.
    #[graphql(name = "type")]
    of_type: String,
    /// Levels that receive it, 1 at the top; with no kinds either, it stays in the branch and only figures rise.
    levels: Vec<i16>,
    /// Kinds of superiors that receive it.
    kinds: Vec<OrgKind>,
}

impl TypeRoute {
    fn of(code: &TypeCode, route: Route) -> Self {
        let kinds = route.kinds.into_iter().map(OrgKind::from).collect();
        Self { of_type: code.as_str().to_owned(), levels: route.levels, kinds }
    }
}

/// The tenant of the one who asks.
#[derive(Debug)]
pub struct Tenant(Arc<Overview>);

#[Object]
impl Tenant {
    /// Its name outside; tokens begin with it.
    async fn key(&self) -> &str {
        self.0.key.as_str()
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What its levels are called, the top first.
    async fn levels(&self, ctx: &Context<'_>) -> Vec<TenantLevel> {
        let locale: Locale = request(ctx).locale;
        let level = |(level, name): (i32, &LevelName)| TenantLevel {
            level,
            name: locale.pick(&name.zh, &name.en).to_owned(),
            zh: name.zh.clone(),
            en: name.en.clone(),
        };
        (1..).zip(&self.0.levels).map(level).collect()
    }

    /// Its settings: for the system administrator.
    async fn settings(&self, ctx: &Context<'_>) -> Answer<Settings> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(app::tenant::settings(&mut reading).await.or_refuse(request)?.into())
        })
        .await
    }

    /// Which superiors receive records of which type.
    async fn routes(&self, ctx: &Context<'_>) -> Answer<Vec<TypeRoute>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let routes = app::tenant::routes(&mut reading).await.or_refuse(request)?;
            Ok(routes.into_iter().map(|(code, route)| TypeRoute::of(&code, route)).collect())
        })
        .await
    }
}

/// Queries about the tenant.
#[derive(Debug, Default)]
pub struct TenantQuery;

#[Object]
impl TenantQuery {
    /// The tenant of the one who asks.
    async fn tenant(&self, ctx: &Context<'_>) -> Answer<Tenant> {
        answer(ctx, |_| async move { load(ctx).await.map(Tenant) }).await
    }
}

inputs! {
    /// Write the settings whole.
    UpdateTenantSettingsInput {
        /// Days after which a pending review is overdue, 1 to 365.
        review_days: i32,
        /// Days after the activity after which a record counts as late, 1 to 365.
        late_days: i32,
        /// IANA name of the time zone in which days begin, e.g. Asia/Shanghai.
        time_zone: String,
    }
    /// Say which superiors receive records of a type. What is on its way keeps the route that it was sent on.
    SetRouteInput {
        /// Code of the type, e.g. ZBDH.
        #[graphql(name = "type")]
        of_type: String,
        /// Levels, 1 at the top.
        #[graphql(default)]
        levels: Vec<i16>,
        /// Kinds of superiors.
        #[graphql(default)]
        kinds: Vec<OrgKind>,
    }
}

/// What writing the settings came to.
#[derive(Debug, SimpleObject)]
pub struct UpdateTenantSettingsPayload {
    /// The settings.
    settings: Option<Settings>,
    /// Refusals (nothing was done) and warnings (it was done).
    problems: Vec<Problem>,
}

/// What writing a route came to.
#[derive(Debug, SimpleObject)]
pub struct SetRoutePayload {
    /// The route.
    route: Option<TypeRoute>,
    /// Refusals (nothing was done) and warnings (it was done).
    problems: Vec<Problem>,
}

/// Changing the tenant.
#[derive(Debug, Default)]
pub struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Write the settings; the system administrator does.
    async fn update_tenant_settings(
        &self,
        ctx: &Context<'_>,
        input: UpdateTenantSettingsInput,
    ) -> Answer<UpdateTenantSettingsPayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("tenant.edit").or_refuse(request)?;
            let (review_days, late_days) = (input.review_days, input.late_days);
            let asked = Asked { review_days, late_days, time_zone: input.time_zone };
            let outcome =
                app::tenant::update_settings(&request.app, caller, command, asked).await.or_refuse(request)?;
            let (settings, problems) = split(outcome, request.locale);
            Ok(UpdateTenantSettingsPayload { settings: settings.map(Settings::from), problems })
        })
        .await
    }

    /// Write the route of a type; the system administrator does.
    async fn set_route(&self, ctx: &Context<'_>, input: SetRouteInput) -> Answer<SetRoutePayload> {
        answer(ctx, |request| async move {
            let caller = request.mutate().await.or_refuse(request)?;
            let command = input.command("tenant.route").or_refuse(request)?;
            let kinds = input.kinds.into_iter().map(Into::into).collect();
            let route = Route { levels: input.levels, kinds };
            let outcome = app::tenant::set_route(&request.app, caller, command, &input.of_type, route).await;
            let (routing, problems) = split(outcome.or_refuse(request)?, request.locale);
            let route = routing.map(|Routing { of_type, route }| TypeRoute::of(&of_type, route));
            Ok(SetRoutePayload { route, problems })
        })
        .await
    }
}
