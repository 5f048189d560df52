//! Marking as read, wishing, webhooks, setting going again.

use app::{
    Command,
    notice::{Asked, NewWebhook, Picked},
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{
    id::ReceiptId,
    notice::{Preferences, Subject},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::{
    NoticeKind, NoticePreferences, Webhook,
    preference::{NoticeChoiceInput, NoticeQuietHoursInput, read},
    webhook::Reader,
};
use crate::{
    account::{Language, personal_inputs},
    id::parse,
    problem::{Problem, split},
    record::inputs,
    request::{Answer, Refuse as _, answer, bad_request},
};

personal_inputs! {
    /// Mark notices of one's own inbox as read.
    MarkNoticesReadInput {
        /// These, by number; a thousand at the most.
        #[graphql(default)]
        notices: Vec<i32>,
        /// And all up to this number.
        up_to: Option<i32>,
        /// And what tells of these, records or receipts; a hundred at the most.
        #[graphql(default)]
        about: Vec<ID>,
    }
}

inputs! {
    /// Take a webhook away.
    RemoveWebhookInput {
        /// Which.
        webhook: ID,
    }
    /// Send a trial to a webhook.
    TestWebhookInput {
        /// Which.
        webhook: ID,
    }
    /// Set undelivered notices going again.
    RedriveDeliveriesInput {
        /// Which, a hundred at the most.
        deliveries: Vec<ID>,
    }
}

/// Say what one wishes to be told of, and how. Written whole.
#[derive(InputObject)]
pub(crate) struct UpdateNoticePreferencesInput {
    /// One for each operation, 8 to 128 characters: repeating it repeats the answer, not the effect.
    idempotency_key: String,
    /// The post in whose name it is done; what concerns oneself needs none.
    post: Option<ID>,
    /// What differs from the defaults.
    #[graphql(default)]
    choices: Vec<NoticeChoiceInput>,
    /// When the daily digest is sent, HH:MM by the clock of the tenant.
    #[graphql(default_with = "\"08:30\".to_owned()")]
    digest_at: String,
    /// When nothing is sent.
    quiet: Option<NoticeQuietHoursInput>,
    /// Where letters go; empty: nowhere. Without it as before. The address of before is told by letter that there is another one.
    email: Option<String>,
    /// The present password, asked for where the address becomes another one or none.
    password: Option<String>,
}

/// Set up a webhook of an organisation.
#[derive(InputObject)]
pub(crate) struct CreateWebhookInput {
    /// One for each operation, 8 to 128 characters: repeating it repeats the answer, not the effect.
    idempotency_key: String,
    /// The post in whose name it is done.
    post: ID,
    /// At which organisation.
    org: ID,
    /// What it is called.
    name: String,
    /// Who reads at the other end.
    reader: Reader,
    /// Its address, https. It is never shown again.
    url: String,
    /// The secret of a robot that signs: never shown again. A program's secret is made and shown once.
    secret: Option<String>,
    /// Language of its messages.
    #[graphql(default_with = "Language::Zh")]
    locale: Language,
    /// Of what it is told.
    kinds: Vec<NoticeKind>,
}

/// Notices marked.
#[derive(Debug, SimpleObject)]
pub(crate) struct MarkNoticesReadPayload {
    /// How many were unread before; none where it was refused.
    marked: Option<u64>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// Wishes after the step.
#[derive(Debug, SimpleObject)]
pub(crate) struct UpdateNoticePreferencesPayload {
    /// The wishes; none where it was refused.
    preferences: Option<NoticePreferences>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// A webhook set up.
#[derive(Debug, SimpleObject)]
pub(crate) struct CreateWebhookPayload {
    /// The webhook; none where it was refused.
    webhook: Option<Webhook>,
    /// What a program verifies by, shown in the first answer only.
    secret: Option<String>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// Whether it was done.
#[derive(Debug, SimpleObject)]
pub(crate) struct WebhookPayload {
    /// True where it was done.
    done: bool,
    /// Refusals.
    problems: Vec<Problem>,
}

/// Deliveries set going again.
#[derive(Debug, SimpleObject)]
pub(crate) struct RedriveDeliveriesPayload {
    /// How many; none where it was refused.
    redriven: Option<u64>,
    /// Refusals.
    problems: Vec<Problem>,
}

/// What notices tell of: a receipt or a record. Nothing tells of what is neither, as of what is not there.
fn subject(id: &ID) -> Option<Subject> {
    if let Ok(ReceiptId { org, no }) = parse(id) {
        return Some(Subject { org: Some(org), no: Some(no), ..Subject::default() });
    }
    Some(Subject { record: Some(parse(id).ok()?), ..Subject::default() })
}

/// Mutations of notices.
#[derive(Debug, Default)]
pub struct NoticeMutation;

#[Object]
impl NoticeMutation {
    /// Marks notices of one's own inbox as read.
    async fn mark_notices_read(
        &self,
        ctx: &Context<'_>,
        input: MarkNoticesReadInput,
    ) -> Answer<MarkNoticesReadPayload> {
        answer(ctx, |request| async move {
            if input.notices.len() > 1000 {
                return Err(bad_request(request.locale, "notices 最多 1000 个", "notices: 1000 at the most"));
            }
            if input.about.len() > 100 {
                return Err(bad_request(request.locale, "about 最多 100 个", "about: 100 at the most"));
            }
            let about = input.about.iter().filter_map(subject).collect();
            let command = input.command("notice.read").or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let picked = Picked { nos: input.notices, up_to: input.up_to, about };
            let outcome = app::notice::mark(&request.app, caller, command, &picked).await;
            let (marked, problems) = split(outcome.or_refuse(request)?, request.locale);
            Ok(MarkNoticesReadPayload { marked: marked.map(|marked| marked.0), problems })
        })
        .await
    }

    /// Says what one wishes to be told of, how, and where letters go.
    async fn update_notice_preferences(
        &self,
        ctx: &Context<'_>,
        input: UpdateNoticePreferencesInput,
    ) -> Answer<UpdateNoticePreferencesPayload> {
        answer(ctx, |request| async move {
            let wishes = read(&input.choices, &input.digest_at, input.quiet.as_ref())
                .ok_or_else(|| bad_request(request.locale, "时间格式为 HH:MM", "a time is HH:MM"))?;
            let post = input.post.as_ref().map(parse).transpose().or_refuse(request)?;
            // The password is no part of what is kept of the input.
            let kept = (&wishes, &input.email);
            let command = Command::personal("notice.wish", &input.idempotency_key, post, &kept);
            let (email, password) = (input.email.map(SecretString::from), input.password.map(SecretString::from));
            let Preferences { choices, digest_at, quiet } = wishes;
            let asked = Asked { choices, digest_at, quiet, email, password };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::notice::set_preferences(&request.app, caller, command, asked).await;
            let (done, problems) = split(outcome.or_refuse(request)?, request.locale);
            let preferences = match done {
                Some(_) => {
                    let mut reading = request.reading().await.or_refuse(request)?;
                    Some(app::notice::preferences(&mut reading).await.or_refuse(request)?.into())
                }
                None => None,
            };
            Ok(UpdateNoticePreferencesPayload { preferences, problems })
        })
        .await
    }

    /// Sets up a webhook of an organisation.
    async fn create_webhook(&self, ctx: &Context<'_>, input: CreateWebhookInput) -> Answer<CreateWebhookPayload> {
        answer(ctx, |request| async move {
            let (post, org) = (parse(&input.post).or_refuse(request)?, parse(&input.org).or_refuse(request)?);
            // Only a digest is kept of it. The secret is no part of that.
            let kept = (input.org.as_str(), &input.name, input.reader, &input.url, input.locale, &input.kinds);
            let command = Command::new("webhook.create", &input.idempotency_key, post, &kept);
            let new = NewWebhook {
                org,
                name: input.name,
                reader: input.reader.into(),
                url: SecretString::from(input.url),
                secret: input.secret.map(SecretString::from),
                locale: input.locale.into(),
                kinds: input.kinds.into_iter().map(Into::into).collect(),
            };
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::notice::create(&request.app, caller, command, new).await.or_refuse(request)?;
            let (made, problems) = split(outcome, request.locale);
            let Some(made) = made else { return Ok(CreateWebhookPayload { webhook: None, secret: None, problems }) };
            let secret = made.secret.map(|secret| secret.expose_secret().to_owned());
            Ok(CreateWebhookPayload { webhook: Some(made.webhook.into()), secret, problems })
        })
        .await
    }

    /// Takes a webhook away; what waits for it is dropped.
    async fn remove_webhook(&self, ctx: &Context<'_>, input: RemoveWebhookInput) -> Answer<WebhookPayload> {
        answer(ctx, |request| async move {
            let command = input.command("webhook.remove").or_refuse(request)?;
            let id = parse(&input.webhook).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::notice::remove(&request.app, caller, command, id).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(WebhookPayload { done: done.is_some(), problems })
        })
        .await
    }

    /// Sends a trial to a webhook, one a minute at the most.
    async fn test_webhook(&self, ctx: &Context<'_>, input: TestWebhookInput) -> Answer<WebhookPayload> {
        answer(ctx, |request| async move {
            let command = input.command("webhook.try").or_refuse(request)?;
            let id = parse(&input.webhook).or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::notice::try_out(&request.app, caller, command, id).await.or_refuse(request)?;
            let (done, problems) = split(outcome, request.locale);
            Ok(WebhookPayload { done: done.is_some(), problems })
        })
        .await
    }

    /// Sets undelivered notices going again; the system administrator does.
    async fn redrive_deliveries(
        &self,
        ctx: &Context<'_>,
        input: RedriveDeliveriesInput,
    ) -> Answer<RedriveDeliveriesPayload> {
        answer(ctx, |request| async move {
            let command = input.command("delivery.redrive").or_refuse(request)?;
            let ids = input.deliveries.iter().map(parse).collect::<app::Result<Vec<_>>>().or_refuse(request)?;
            let caller = request.mutate().await.or_refuse(request)?;
            let outcome = app::notice::redrive(&request.app, caller, command, &ids).await.or_refuse(request)?;
            let (redriven, problems) = split(outcome, request.locale);
            Ok(RedriveDeliveriesPayload { redriven: redriven.map(|redriven| redriven.0), problems })
        })
        .await
    }
}
