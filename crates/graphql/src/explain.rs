//! Why somebody may or may not do something.

use app::explain::About;
use async_graphql::{Context, ID, Object, SimpleObject};
use authz::Action;
use domain::id::{Noun as _, noun};

use crate::{
    id::parse,
    request::{Answer, Refuse as _, answer, bad_request},
};

/// The answer with its reasons.
#[derive(Debug, SimpleObject)]
pub struct Explanation {
    /// May he?
    allowed: bool,
    /// The chain of reasons in words: which post, which relation, which line.
    steps: Vec<String>,
}

/// Something that may be permitted.
#[derive(Debug, SimpleObject)]
pub struct PolicyAction {
    /// Kind and action as in the policy, e.g. record.view.
    name: String,
    /// What it is called.
    label: String,
}

/// Queries of permission.
#[derive(Debug, Default)]
pub struct ExplainQuery;

#[Object]
impl ExplainQuery {
    /// Everything that a policy line can allow and `explain` can be asked about.
    async fn actions(&self, ctx: &Context<'_>) -> Answer<Vec<PolicyAction>> {
        answer(ctx, |request| async move {
            let reading = request.reading().await.or_refuse(request)?;
            let node = |action: &Action| PolicyAction {
                name: action.as_str().to_owned(),
                label: action.label(request.locale).to_owned(),
            };
            Ok(app::policy::actions(&reading).or_refuse(request)?.iter().map(node).collect())
        })
        .await
    }

    /// May a person do something, and why? About oneself everybody may ask, about others the security administrator; only
    /// about objects that the asker may know of.
    async fn explain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom it is about; oneself without.")] account: Option<ID>,
        #[graphql(desc = "Kind and action as in the policy, e.g. record.view.")] action: String,
        #[graphql(desc = "On which object: an organisation, record, receipt, person or post; none for what is the \
                          tenant's. An organisation stands for anything of the action's kind in it.")]
        object: Option<ID>,
    ) -> Answer<Explanation> {
        answer(ctx, |request| async move {
            let (kind, verb) = action.split_once('.').unwrap_or_default();
            let action = Action::parse(kind, verb).ok_or_else(|| {
                let (zh, en) = ("没有这个操作；可用的操作见 actions", "there is no such action; `actions` lists them");
                bad_request(request.locale, zh, en)
            })?;
            let account = account.as_ref().map(parse).transpose().or_refuse(request)?;
            let about = about(object.as_ref()).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let explanation = app::explain::explain(&mut reading, account, action, about, request.locale).await;
            let authz::Explanation { allowed, steps } = explanation.or_refuse(request)?;
            Ok(Explanation { allowed, steps })
        })
        .await
    }
}

fn about(object: Option<&ID>) -> app::Result<About> {
    let Some(object) = object else { return Ok(About::Nothing) };
    let kind = object.split_once(':').map_or("", |(kind, _)| kind);
    Ok(match kind {
        noun::Org::PREFIX => About::Org(parse(object)?),
        noun::Record::PREFIX => About::Record(parse(object)?),
        noun::Account::PREFIX => About::Account(parse(object)?),
        noun::Post::PREFIX => About::Post(parse(object)?),
        "receipt" => About::Receipt(parse(object)?),
        _ => return Err(app::Error::NotFound),
    })
}
