//! Webhooks of organisations. Their addresses and secrets are written here and read by the worker alone.

use authz::{Permit, Scope, Sealed, act};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, id::noun, notice::NoticeKind, org::Place, tenant::Level};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Result, Tx, error::touched};

/// A webhook as it is shown: neither its address nor its secret.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Webhook {
    /// Which.
    pub id: Id<noun::Webhook>,
    /// Whose.
    pub org: Id<noun::Org>,
    /// What it is called.
    pub name: String,
    /// Who reads at the other end: `program`, `wecom`, `dingtalk`, `feishu`.
    pub reader: String,
    /// The host of its address.
    pub host: String,
    /// Its language.
    pub locale: Locale,
    /// Of what it is told.
    pub kinds: Vec<NoticeKind>,
    /// Who set it up.
    pub created_by: Id<noun::Account>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What is written beside it.
#[derive(Debug)]
pub struct Secrets<'a> {
    /// Its address.
    pub url: &'a SecretString,
    /// What is signed with.
    pub secret: Option<&'a SecretString>,
}

/// Where a webhook stands: at its organisation.
pub async fn locate(tx: &mut Tx, id: Id<noun::Webhook>) -> Result<Option<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level FROM webhook w JOIN org o ON o.tenant_id = w.tenant_id AND o.id = w.org_id
          WHERE w.tenant_id = $1 AND w.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let place = Place { org: Id::of(row.id), path: row.path, level: Level(row.level) };
        Sealed::at(place.org, place, 0)
    }))
}

/// A page of an organisation's webhooks, by id, after a key.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope<act::ViewWebhook>,
    org: &Place,
    after: Option<Id<noun::Webhook>>,
    limit: i64,
) -> Result<Vec<Webhook>> {
    if !scope.holds(org, 0) {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant().0;
    let rows = sqlx::query!(
        "SELECT id, org_id, name, reader, host, locale, kinds, created_by, created_at FROM webhook
          WHERE tenant_id = $1 AND org_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        tenant,
        org.org.uuid(),
        after.map_or(uuid::Uuid::nil(), Id::uuid),
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = |text: &String| NoticeKind::parse(text).ok_or_else(|| Error::Stored(format!("kind {text}")));
            Ok(Webhook {
                id: Id::of(row.id),
                org: Id::of(row.org_id),
                name: row.name,
                reader: row.reader,
                host: row.host,
                locale: if row.locale == "en" { Locale::En } else { Locale::Zh },
                kinds: row.kinds.iter().map(kind).collect::<Result<_>>()?,
                created_by: Id::of(row.created_by),
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Sets one up.
pub async fn insert(tx: &mut Tx, may: &Permit<act::EditWebhook>, new: &Webhook, secrets: Secrets<'_>) -> Result<()> {
    let (tenant, at) = (tx.tenant().0, tx.at());
    let kinds: Vec<_> = new.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "INSERT INTO webhook (tenant_id, id, org_id, name, reader, host, url, secret, locale, kinds, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tenant,
        new.id.uuid(),
        may.of().uuid(),
        new.name,
        new.reader,
        new.host,
        secrets.url.expose_secret(),
        secrets.secret.map(ExposeSecret::expose_secret),
        new.locale.tag(),
        &kinds,
        may.who().uuid(),
        at
    )
    .execute(tx.connection())
    .await?;
    touched("webhook", 1, &done)
}

/// Takes one away; what waits for it is dropped when its turn comes.
pub async fn remove(tx: &mut Tx, may: Permit<act::EditWebhook>, id: Id<noun::Webhook>) -> Result<()> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "DELETE FROM webhook WHERE tenant_id = $1 AND id = $2 AND org_id = $3",
        tenant,
        id.uuid(),
        may.of().uuid()
    )
    .execute(tx.connection())
    .await?;
    touched("removed webhook", 1, &done)
}

/// Has a trial sent. False: one was sent in this minute.
pub async fn try_out(tx: &mut Tx, may: Permit<act::EditWebhook>, id: Id<noun::Webhook>) -> Result<bool> {
    debug_assert_eq!(may.tenant(), tx.tenant());
    let at = tx.at();
    let sent = sqlx::query_scalar!(r#"SELECT sec.try_webhook($1, $2) AS "sent!""#, id.uuid(), at);
    Ok(sent.fetch_one(tx.connection()).await?)
}
